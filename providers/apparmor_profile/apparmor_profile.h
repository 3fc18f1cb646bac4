// apparmor_profile: whether AppArmor forbids, only logs, or does not look at what a profile does not allow.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::apparmor_profile {

// Observed attributes: `mode`, by which it is loaded at the next start; `running`, what the kernel does now, where that
// can be told: also "none" and "mixed"; `kernel`, that it has AppArmor; `links`, the folders that have a link of it.
class ApparmorProfileProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  // Loads it again.
  Change triggered(const Desired& desired, const Observed& observed, Op op) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  std::vector<std::string> manages_paths(const Desired& desired) const override;
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  bool asks_about(const Desired& desired, std::string_view name) const override;
  // A profile that an earlier action changes may complain by its own text then.
  bool follows_from(const Desired& desired, const Observed& observed, const std::string& path,
                    const std::string* text) const override;
  std::string remedy(const Desired& desired, const Missing& missing) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::apparmor_profile
