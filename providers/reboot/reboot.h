// reboot: a restart of the host where something asks for one. The run goes on afterwards.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::reboot {

// Observed attributes, none of them in the schema: `due`, `why` in words, and `image`.
class RebootProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  // Packages ask for one by what they leave, which nobody foresees.
  bool is_foreseeable(const Desired&) const override { return false; }
  bool asks_about(const Desired& desired, std::string_view name) const override;
  Observed as_declared(const Desired& desired) const override;
  Observed as_declared_before(const Desired& before, const Desired& desired) const override;
  std::string why_passed_over(const Desired& desired, const Observed& observed) const override;
  Change triggered(const Desired& desired, const Observed& observed, Op op) const override;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::reboot
