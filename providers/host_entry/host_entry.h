// host_entry: what a name of a host means, in /etc/hosts.
#pragma once

#include "providers/sdk/edit_provider.h"

namespace plumb::providers::host_entry {

class HostEntryProvider : public EntryProvider {
 public:
  std::string path(const Desired& desired) const override { return desired.text("path", "/etc/hosts"); }
  bool creates(const Desired& desired) const override { return !wants_absent(desired); }

 protected:
  EntryEdit entry(const Desired& desired) const override;
};

void add_to(Registry& registry);
// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::host_entry
