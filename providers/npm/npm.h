// npm: a package of Node.js, in a folder or of the whole host; or all that a package.json asks for.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::npm {

// Observed attributes: `version`; `candidate`, the version that the registry has; `user`, whose the folder is;
// `installed`, that what package.json and its lock ask for is what was installed last.
class NpmProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  bool asks_about(const Desired& desired, std::string_view name) const override;
  Observed as_declared(const Desired& desired) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::npm
