// What a run is asked to do with all hosts alike, and how each is reached by that and by the inventory.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

#include "engine/base/log.h"
#include "engine/config/inventory.h"
#include "engine/history/history.h"
#include "engine/host/transport.h"

namespace plumb::run {

// Which graphs Fleet::graph() can show once a host is done.
enum class KeepGraphs {
  kWhileNeeded,  // all of them, or where too many are different only those that are still to be used
  kAll,
};

struct FleetOptions {
  std::size_t forks = 10;
  std::chrono::seconds host_timeout{0};                   // for each host, to plan it, and to apply to it; 0 for any
  host::Deadline run_deadline = host::Deadline::never();  // hosts at work are given up then, and no other is begun
  KeepGraphs keep_graphs = KeepGraphs::kWhileNeeded;
  // What hosts are compiled for is a plan: what has not to wait for that goes on beside it.
  bool plans = false;
  bool all_facts = false;  // also those that no graph reads
  // Of the keys of hosts that secret values are sealed to; null where none is known.
  history::RunStore* store = nullptr;
  bool must_seal = false;  // a host that takes no sealed values gets none
  std::string root;        // --root DIR; "" for the hosts themselves
  bool accept_new_host_keys = false;
  std::optional<std::string> become_password;
  Log* log = nullptr;
};

host::HostSettings host_settings(const config::Host& host, const FleetOptions& options);

}  // namespace plumb::run
