// Puts a plan together from what was simulated host by host.
#pragma once

#include <map>
#include <set>
#include <string>

#include "engine/ir/compile.h"
#include "engine/ir/contents.h"
#include "engine/plan/simulate.h"

namespace plumb::run {

class PlanBuilder {
 public:
  // `input` outlives this.
  PlanBuilder(const ir::CompilerInput& input, plan::Scope scope, const std::set<std::string>& hosts);

  // `contents` hold the bytes of what the host's graph names.
  void add(const std::string& host, plan::Simulation simulation, const ir::Contents& contents);
  // A host that was asked for and has no plan, because of the first error in `found`.
  void add_unplanned(const std::string& host, const Diagnostics& found);

  // Source files and contents that could not be read.
  const Diagnostics& diagnostics() const { return diagnostics_; }
  plan::Plan finish() &&;

 private:
  const ir::CompilerInput& input_;
  plan::Plan plan_;
  Diagnostics diagnostics_;
};

}  // namespace plumb::run
