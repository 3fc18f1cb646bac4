// environment: a variable of every session, in /etc/environment or a file of exports.
#pragma once

#include "providers/sdk/edit_provider.h"

namespace plumb::providers::environment {

class EnvironmentProvider : public EntryProvider {
 public:
  std::string path(const Desired& desired) const override { return desired.text("path", "/etc/environment"); }
  bool creates(const Desired& desired) const override { return !wants_absent(desired); }

 protected:
  EntryEdit entry(const Desired& desired) const override;
};

void add_to(Registry& registry);
// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::environment
