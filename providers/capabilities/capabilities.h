// capabilities: what a program may do beyond its user's rights.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::capabilities {

// "cap_net_raw,CAP_CHOWN+ep" is "cap_chown,cap_net_raw=ep": a form in which equal ones are equal.
std::string plain_capability(std::string_view text);

class CapabilitiesProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  std::vector<std::string> claims(const Desired& desired) const override;
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  // Whoever writes the file anew takes them away.
  bool asks_about(const Desired& desired, std::string_view name) const override;
  std::string remedy(const Desired& desired, const Missing& missing) const override;
  Observed as_declared(const Desired& desired) const override;
  std::optional<Desired> restore(const Desired& desired, const Observed& before) const override;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::capabilities
