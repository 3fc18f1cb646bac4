// command: a program that runs where a guard says so, or when something it watches changes.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb::providers::command {

// Observed attributes, none of them in the schema: `guard`, "run" or "skip", and `why` in words.
class CommandProvider : public Provider {
 public:
  std::vector<Result<Observed>> observe(std::span<const Desired* const> desired, System& system) const override;
  // What a guard that is a program runs with.
  std::vector<std::string> observed_with(const Desired& desired) const override;
  Change diff(const Desired& desired, const Observed& observed) const override;
  bool is_foreseeable(const Desired& desired) const override;
  // The folder and the user of its guards' programs.
  bool is_lost(const Desired& desired, System& now, System& then) const override;
  bool asks_about(const Desired& desired, std::string_view name) const override;
  std::vector<std::string> clears_paths(const Desired& desired) const override;
  std::vector<ImpliedPath> implies_paths(const Desired& desired) const override;
  std::vector<Address> infers(const Desired& desired) const override;
  // With a guard it has nothing to do any more; one without always has.
  Observed as_declared(const Desired& desired) const override;
  // Whether it runs is told by what of it changed.
  Observed as_declared_before(const Desired& before, const Desired& desired) const override;
  std::string why_passed_over(const Desired& desired, const Observed& observed) const override;
  Change triggered(const Desired& desired, const Observed& observed, Op op) const override;
};

void add_to(Registry& registry);

}  // namespace plumb::providers::command
