// ssh_keypair: a pair of keys of ssh that is made on the host.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::ssh_keypair {

// Observed attributes beside those of the schema: `public`, what is wrong with the public half: "missing", "another" or
// "its own".
class SshKeypairProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<Address> provides(const Desired& desired) const override;
  std::vector<std::string> manages_paths(const Desired& desired) const override;
  std::vector<std::string> replaces_paths(const Desired& desired) const override;
  bool is_foreseeable(const Desired&) const override { return true; }
  Observed as_declared(const Desired& desired) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::ssh_keypair
