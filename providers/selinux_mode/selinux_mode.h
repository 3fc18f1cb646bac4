// selinux_mode: whether SELinux forbids, only warns, or is off.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::selinux_mode {

// Observed attributes: `mode` and `policy`, what the settings say for the next start; `running`, what the kernel does.
class SelinuxModeProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  std::vector<std::string> edits_paths(const Desired& desired) const override;
  bool asks_about(const Desired& desired, std::string_view name) const override;
  std::string remedy(const Desired& desired, const Missing& missing) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

// A switch of the policy. Observed attributes: `value`, what the kernel has; `kept`, what it begins with, where
// somebody said so.
class SelinuxBooleanProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  std::string remedy(const Desired& desired, const Missing& missing) const override;
  Observed as_declared(const Desired& desired) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

// Whose ports are. What the policy says itself is not seen, and what somebody said counts before it.
class SelinuxPortProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::selinux_mode
