// sudoers: a rule of sudo, in a file of its own.
#pragma once

#include "providers/sdk/edit_provider.h"

namespace plumb::providers::sudoers {

class SudoersProvider : public EntryProvider {
 public:
  std::string path(const Desired& desired) const override { return "/etc/sudoers.d/" + desired.text("name"); }
  bool creates(const Desired& desired) const override { return !wants_absent(desired); }
  Ownership of_new(const Desired&, const Observed&) const override { return {"root", "root", "0440"}; }
  void note_needs(const Desired& desired, const std::string& path, System& system, Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  void note_reach(const Desired& desired, System& system, Observed& observed) const override;
  std::string cuts_line(const Desired& desired, const Observed& observed) const override;
  std::string remedy(const Desired& desired, const Missing& missing) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;

 protected:
  EntryEdit entry(const Desired& desired) const override;
};

void add_to(Registry& registry);
// Who, with what else would end the name or mean something escaped.
std::string word_of(std::string_view name);
// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::sudoers
