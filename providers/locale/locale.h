// locale: one that programs can use, and whether it is the host's own.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::locale {

// Observed attributes: `listed`, whether /etc/locale.gen has it, where the host has that file; `default`, whether the
// host's LANG is this one, and `lang` what it says, where that is another or quoted; `line`, the remark in that list
// whose place its line takes; `source` and `charset`, what it is made of; `file`, where LANG stands.
class LocaleProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  std::vector<std::string> edits_paths(const Desired& desired) const override;
  std::string remedy(const Desired& desired, const Missing& missing) const override;
  Observed as_declared(const Desired& desired) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);
// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::locale
