// A host that is not there: the far end of a connection, in this process, that speaks the executor's protocol and
// answers as a host of given latency, luck and facts would. For load tests of everything on this side of the wire.
//
// What it answers is a function of its seed, its name and what it is asked; only when is a matter of clocks.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "engine/base/result.h"
#include "engine/host/transport.h"

namespace plumb::host {

// What one is like.
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

// Words such as "latency=20ms"; kTransportCommand names the first that says nothing.
Result<SimulatedHost> read_simulated(std::span<const std::string> words);

// Every host is one of these; the words after the first of its `command` say what it is like.
class SimulatedTransport final : public Transport {
 public:
  // kConnect where the host is one of those that cannot be reached.
  Result<std::unique_ptr<StreamConnection>> connect(const HostSettings& settings, const Interrupt* cancel) override;
};

}  // namespace plumb::host
