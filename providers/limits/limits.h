// limits: one limit of the sessions of users, for PAM.
#pragma once

#include "providers/sdk/edit_provider.h"

namespace plumb::providers::limits {

class LimitsProvider : public EntryProvider {
 public:
  std::string path(const Desired& desired) const override { return desired.text("path", "/etc/security/limits.conf"); }
  bool creates(const Desired& desired) const override { return !wants_absent(desired); }

 protected:
  EntryEdit entry(const Desired& desired) const override;
};

void add_to(Registry& registry);
// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::limits
