// wait: goes on once something is so that is none of plumb's doing: a port, an answer, a program, a path.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::wait {

// Observed attributes, none of them in the schema: `reached`, and `why` in words.
class WaitProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  // What a network or a program answers cannot be foreseen, and what a service makes neither.
  bool is_foreseeable(const Desired&) const override { return false; }
  bool asks_about(const Desired& desired, std::string_view name) const override;
  // That it was reached once says nothing of what is asked for now.
  Observed as_declared(const Desired& desired) const override;
  Observed as_declared_before(const Desired& before, const Desired& desired) const override;
  std::string why_passed_over(const Desired& desired, const Observed& observed) const override;
  Change triggered(const Desired& desired, const Observed& observed, Op op) const override;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::wait
