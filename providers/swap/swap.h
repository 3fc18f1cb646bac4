// swap: a file or a device that the host swaps to.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::swap {

// Observed attributes: `options` of the line in fstab, sorted, where there is one; `active`, on a host that runs, and
// `running_priority` of what is; `size` of the resource's own file.
class SwapProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  bool is_foreseeable(const Desired&) const override { return true; }
  // Its file, where it has a size.
  std::vector<std::string> manages_paths(const Desired& desired) const override;
  std::vector<std::string> edits_paths(const Desired& desired) const override;
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  std::string remedy(const Desired& desired, const Missing& missing) const override;
  Observed as_declared(const Desired& desired) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);
// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::swap
