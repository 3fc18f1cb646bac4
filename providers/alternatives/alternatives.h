// alternatives: which of several programs a common name leads to.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::alternatives {

// Observed attributes: `selected`, where the name leads; `automatic`, whether the best one is taken; `link`; and of the
// resource's path `registered` and `priority`.
class AlternativesProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  // Its links, and what it leads to, which stays as long as it does.
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  // A file that it leads to, or a package that brings one.
  bool asks_about(const Desired& desired, std::string_view name) const override;
  std::string remedy(const Desired& desired, const Missing& missing) const override;
  Observed as_declared(const Desired& desired) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);
// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::alternatives
