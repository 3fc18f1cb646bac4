// pip: a package of Python, in a virtual environment or of the host; or all that a file of requirements names.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::pip {

// Observed attributes: `version`, and `virtualenv` where there is one; `candidate`, the version that pip would install;
// `user`, whose the environment is; `installed`, that the file of requirements is the one that was installed last.
class PipProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<Address> provides(const Desired& desired) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  // Its environment, and the file of requirements.
  bool asks_about(const Desired& desired, std::string_view name) const override;
  Observed as_declared(const Desired& desired) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::pip
