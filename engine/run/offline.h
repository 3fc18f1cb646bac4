// Plans hosts from a snapshot, without any connection.
#pragma once

#include <set>
#include <string>

#include "engine/ir/compile.h"
#include "engine/run/control.h"
#include "engine/run/fleet.h"
#include "engine/run/snapshot.h"

namespace plumb::run {

struct OfflineOptions {
  plan::Scope scope;
  std::size_t threads = 1;           // each compiles and simulates hosts of its own
  const Control* control = nullptr;  // stops it, between two hosts
};

// Hosts that the snapshot does not hold are among those that could not be planned. Errors: kSnapshotUnreadable,
// kNotInSnapshot where it was taken with other tags, and kInterrupted where it was stopped.
Result<FleetPlan> plan_offline(const ir::CompilerInput& input, const std::set<std::string>& hosts,
                               SnapshotReader& snapshot, const OfflineOptions& options);

// Compiles hosts as far as that goes without facts, and says what is wrong. What is wrong on several is told of one.
// Once the input's `stopped` is true, the rest is left out.
Diagnostics validate_offline(const ir::CompilerInput& input, const std::set<std::string>& hosts, std::size_t threads);

}  // namespace plumb::run
