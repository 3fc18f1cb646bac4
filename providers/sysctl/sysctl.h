// sysctl: a value of the kernel, now and at the next start of the host.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::sysctl {

// Observed attributes: `value`, the one that counts at the next start, or of one that is to go what its own file says;
// `running`, the kernel's; blanks between items of a list are one.
class SysctlProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  bool is_foreseeable(const Desired&) const override { return true; }
  std::vector<std::string> edits_paths(const Desired& desired) const override;
  // The folders whose files have a say, and what the kernel tells.
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  std::string remedy(const Desired& desired, const Missing& missing) const override;
  Observed as_declared(const Desired& desired) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);
// See Adoption.
void survey(const SurveyedHost& host, Survey& found);

}  // namespace plumb::providers::sysctl
