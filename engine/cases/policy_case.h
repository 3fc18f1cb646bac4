// Test cases of a policy, as schemas/policy_tests.json describes them.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/lang/source.h"
#include "engine/plan/plan.h"
#include "engine/policy/environment.h"
#include "engine/policy/rule.h"
#include "providers/sdk/kind.h"

namespace plumb::cases {

// The plan of a case, and what is known of its hosts.
struct JudgedPlan {
  plan::Plan plan;
  std::map<std::string, policy::HostNotes> notes;
};

struct PolicyCase {
  std::string name;
  SourceSpan span;                 // of the name
  std::optional<JudgedPlan> plan;  // nothing where it cannot be made: `findings` say why
  std::set<std::string> fires;
  SourceSpan fires_span;
  Diagnostics findings;
};

// Reads a file of cases and makes the plan of each. `name` is what spans call the file. What cannot be read is told and
// left out.
std::vector<PolicyCase> read_policy_cases(const std::string& name, std::string_view text, const Registry& kinds,
                                          Diagnostics& diagnostics, lang::SourceMap& sources);

struct PolicyOutcome {
  bool passed = false;
  std::set<std::string> fired;
  Diagnostics findings;  // why it did not pass
};

// Judges it by the rules alone: waivers do not count, and programs are not asked. `sources` has the texts of both.
PolicyOutcome run_policy_case(const PolicyCase& test, const policy::Policy& policy, const Registry& kinds,
                              const lang::SourceMap& sources);

}  // namespace plumb::cases
