// A host that is not there: the far end of a connection, in this process, that speaks the executor's protocol and
// answers as a host of given latency, luck and facts would. For load tests of everything on this side of the wire.
//
// What it answers is a function of its seed, its name and what it is asked; only when is a matter of clocks.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/host/stream_connection.h"

namespace plumb::host {

// What one is like. As words of an inventory's `connection: {command: [plumb:simulated, latency=20ms, failing=1%]}`.
struct SimulatedHost {
  std::chrono::milliseconds latency{0};  // of connecting and of each answer
  std::chrono::milliseconds jitter{0};   // at most so much more
  std::chrono::milliseconds action{0};   // that each action takes
  // Shares, of 1: hosts that cannot be reached, on which an action fails, that are lost half way; resources that are
  // not as asked for.
  double unreachable = 0;
  double failing = 0;
  double lost = 0;
  double changed = 1;
  std::uint64_t seed = 0;
};

// True for a command whose first word is `plumb:simulated`.
bool is_simulated(const std::vector<std::string>& command);
// Such a command's other words; kTransportCommand names the first that says nothing.
Result<SimulatedHost> read_simulated(const std::vector<std::string>& command);

// kConnect where the host is one of those that cannot be reached.
Result<std::unique_ptr<StreamConnection>> open_simulated(const std::string& name,
                                                         const std::vector<std::string>& command,
                                                         const Interrupt* cancel);

}  // namespace plumb::host
