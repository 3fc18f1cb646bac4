// kernel_module: whether a module of the kernel is loaded, now and when the host starts, and how.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::kernel_module {

// Observed attributes: `loaded` ("yes", "no", "built in"), on a host that runs; `persistent`; `params` and
// `blacklisted` of the kind's own file.
class KernelModuleProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  // Values of the kernel come with it.
  bool may_bring(const Desired& desired, const Observed& observed, const Address& what) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  bool is_foreseeable(const Desired&) const override { return true; }
  std::vector<std::string> manages_paths(const Desired& desired) const override;
  std::vector<std::string> replaces_paths(const Desired& desired) const override;
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  std::string remedy(const Desired& desired, const Missing& missing) const override;
  Observed as_declared(const Desired& desired) const override;
  bool is_unwanted(const Desired& desired) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);
// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::kernel_module
