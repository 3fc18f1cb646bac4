// htpasswd: who may log in to a web server, a line of a file of users and hashes.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::htpasswd {

class HtpasswdProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  // The password is compared by hashing it as the one that is there was.
  std::vector<std::string> observed_with(const Desired& desired) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<Address> provides(const Desired& desired) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  std::vector<std::string> edits_paths(const Desired& desired) const override;
  // What another user's line becomes says nothing of this one's.
  bool is_foreseeable(const Desired&) const override { return true; }
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::htpasswd
