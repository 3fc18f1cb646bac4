// upgrade: newer versions of all packages that a host has.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::package {

// Observed attributes beyond the schema's:
//   manager   the back end
//   current   whether there is nothing to do
//   pending   what would change, in words, sorted: "jq 1.6 → 1.7", "libx 2.0 comes", "old 1.0 goes"
//   installs  by name, the versions that would come
//   removes   what would go
//   old_lists true where the package lists have to be read first
class UpgradeProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  // Any package, in another version.
  bool may_bring(const Desired& desired, const Observed& observed, const Address& what) const override;
  // From the `package` resources of the host: `earlier`, the addresses of those before it; `held`, what they hold;
  // `kept`, by name how versions have to begin; `unwanted` and `wanted`, what is to go and to be there; and
  // `contradiction`, why one of them and the upgrade would take turns.
  void complete(Desired& desired, std::span<const Desired> host, const SecretOf&) const override;
};

}  // namespace plumb::providers::package
