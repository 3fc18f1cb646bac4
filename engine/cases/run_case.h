// Runs a test case: compiles the host it makes up, plans it from what it says was found, and compares.
#pragma once

#include "engine/cases/case.h"
#include "engine/config/inventory.h"
#include "engine/config/project.h"
#include "engine/plan/action.h"
#include "providers/sdk/kind.h"

namespace plumb::cases {

// What the cases of one file work on: a project, or a module in the place of one.
struct Subject {
  const config::Project& project;
  const config::Module& module;
  const config::Inventory& inventory;
  const lang::SourceMap& sources;
  const Registry& providers;
};

struct Outcome {
  bool passed = false;
  // Each expectation that does not hold, and errors that were not expected.
  Diagnostics findings;
};

Outcome run_case(const Case& test, const Subject& subject);

// What a case plans, for whoever judges that.
struct CasePlan {
  std::optional<plan::Actions> actions;      // nothing where there is no plan
  std::map<std::string, std::string> blobs;  // contents that they name, by digest
  Diagnostics told;
};

CasePlan plan_case(const Case& test, const Subject& subject);

}  // namespace plumb::cases
