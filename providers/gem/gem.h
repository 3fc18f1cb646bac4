// gem: a package of Ruby's, of the host, of a user, or in a folder.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::gem {

// Observed attributes: `version`, the one that is asked for where it is there, else the newest; `versions`, how many
// there are; `candidate`, the newest that the source has.
class GemProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<Address> provides(const Desired& desired) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  bool asks_about(const Desired& desired, std::string_view name) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

// Below 0, 0 or above 0, as Ruby's packages have it: 1.0.rc1 is before 1.0, and 1.0 is 1.
int compare_versions(std::string_view one, std::string_view other);

void add_to(Registry& registry);

}  // namespace plumb::providers::gem
