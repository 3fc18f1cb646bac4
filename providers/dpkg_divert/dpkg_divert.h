// dpkg_divert: where packages put a file instead of its own place, so that the place is free for another one.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::dpkg_divert {

// Observed attributes: `divert` and `holder` of a diversion that is there; `found`, whether something lies at the path;
// `moved`, whether something lies where packages put it.
class DpkgDivertProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  // What lies at both places is the package's and whoever else's manages it.
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  bool asks_about(const Desired& desired, std::string_view name) const override;
  std::string remedy(const Desired& desired, const Missing& missing) const override;
  Observed as_declared(const Desired& desired) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);
// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::dpkg_divert
