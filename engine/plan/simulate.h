// Plans one host: simulates forward from what was observed, resource by resource in execution order.
//
// A resource is compared with its observed state. What it misses must come from an earlier action of the plan;
// what nothing provides is an error here and not half way through an apply. An earlier action that is only known within
// limits (a package, a command) makes what it may bring bounded: such an action is decided when its turn comes.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/ir/graph.h"
#include "engine/plan/plan.h"

namespace plumb::plan {

// A restart, reload or run that an earlier run owes this host.
struct OwedAction {
  Op op = Op::kRestart;
  std::vector<std::string> because;
};

// What a host told, in the terms of its graph.
struct Observation {
  std::vector<Result<Observed>> states;  // by node
  std::int64_t serial = 0;
  bool damaged_record = false;
  std::map<std::string, Json> recorded;    // address -> attributes as the last run left them
  std::map<std::string, OwedAction> owed;  // by address
};

struct Simulation {
  HostPlan host;
  std::map<std::string, std::string> texts;  // digest -> text that stands on the host now, for the diff
};

// Nothing comes back where `diagnostics` holds an error for this host.
std::optional<Simulation> simulate(const ir::HostGraph& graph, const Registry& providers,
                                   const Observation& observation, const std::string& host_name,
                                   Diagnostics& diagnostics);

}  // namespace plumb::plan
