// private_key: a private key that is made on the host and never leaves it.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::certificate {

// Observed attributes beside those of the schema: `encrypted`.
class PrivateKeyProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  std::vector<std::string> observed_with(const Desired& desired) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<Address> provides(const Desired& desired) const override;
  std::vector<std::string> manages_paths(const Desired& desired) const override;
  std::vector<std::string> replaces_paths(const Desired& desired) const override;
  bool is_foreseeable(const Desired&) const override { return true; }
  Observed as_declared(const Desired& desired) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

}  // namespace plumb::providers::certificate
