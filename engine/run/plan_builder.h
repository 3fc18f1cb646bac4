// Puts a plan together from what was simulated host by host.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "engine/ir/compile.h"
#include "engine/ir/contents.h"
#include "engine/run/plan_contents.h"
#include "engine/run/plan_inputs.h"
#include "engine/simulate/simulate.h"

namespace plumb::run {

class PlanBuilder {
 public:
  // `input` outlives this; `inputs` are of it.
  PlanBuilder(const ir::CompilerInput& input, plan::Scope scope, std::unique_ptr<PlanInputs> inputs);

  // `contents` hold the bytes of what the host's graph names, or of others.
  void add(const std::string& host, simulate::Simulation simulated,
           const std::shared_ptr<const ir::Contents>& contents);
  // A host that shares its actions with one that is added too.
  void add(const std::string& host, plan::HostPlan plan);
  // A host that was asked for and has no plan, because of the first error in `found`.
  void add_unplanned(const std::string& host, const Diagnostics& found);

  // Source files and contents that could not be read. After the last add().
  const Diagnostics& diagnostics();
  // Who knows the contents that the plan names and does not hold.
  ContentHolders holders() const { return {contents_.begin(), contents_.end()}; }
  // Once.
  plan::Plan finish();
  // After it: hosts that have no plan since they would wait in vain for others, and why (kCycle).
  const std::map<std::string, Diagnostic>& waiting_in_vain() const { return in_vain_; }

 private:
  void take_inputs();
  void make_waves();
  void add_content(const std::string& content, const std::shared_ptr<const ir::Contents>& contents);

  const ir::CompilerInput& input_;
  plan::Plan plan_;
  std::set<std::shared_ptr<const ir::Contents>> contents_;
  Diagnostics diagnostics_;
  std::map<std::string, Diagnostic> in_vain_;
  std::unique_ptr<PlanInputs> inputs_;  // null once the plan has them
};

}  // namespace plumb::run
