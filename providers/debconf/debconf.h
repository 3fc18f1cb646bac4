// debconf: the answer to a question that a package of Debian asks.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::debconf {

// Observed attributes beyond the schema's: `taken`, that the package of a password is installed already, so that nobody
// asks for it any more.
class DebconfProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  std::string remedy(const Desired& desired, const Missing& missing) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::debconf
