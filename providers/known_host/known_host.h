// known_host: a key by which ssh knows a host.
#pragma once

#include "providers/sdk/edit_provider.h"

namespace plumb::providers::known_host {

class KnownHostProvider : public EntryProvider {
 public:
  std::string path(const Desired& desired) const override { return desired.text("path", "/etc/ssh/ssh_known_hosts"); }
  bool creates(const Desired& desired) const override { return !wants_absent(desired); }

 protected:
  EntryEdit entry(const Desired& desired) const override;
};

void add_to(Registry& registry);
// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::known_host
