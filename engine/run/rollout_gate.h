// Whether a roll-out goes on: counts how hosts end, wave by wave, against what is tolerated.
//
// A count stops the roll-out as soon as it is above what is tolerated of its scope, the run or the wave: 0 tolerates
// none, and 100 % never stops, also where a wave is a single host. A share is of the hosts of its scope, rounded down:
// 5 % of 30 hosts tolerates one. Failed, unreachable and unanswering hosts are counted apart.
#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "engine/base/outcome.h"
#include "engine/plan/rollout.h"

namespace plumb::run {

// For one thread at a time.
class RolloutGate {
 public:
  // `hosts`: of all waves, as far as they take part in this run. Hosts without anything to do are in none.
  RolloutGate(const Tolerances& tolerances, std::size_t hosts);

  // `hosts`: of the wave, as far as they take part in this run.
  void begin_wave(const plan::Wave& wave, std::size_t hosts);
  void count(HostState state);
  // Stops it whatever the counts are, because the time for it is over.
  void close(std::string why);
  // Stops it because the whole run ends, which says nothing about its hosts.
  void halt(std::string why);

  bool stopped() const { return !why_.empty(); }
  bool closed() const { return closed_; }
  bool halted() const { return halted_; }
  // "2 of 10 hosts failed, and 1 is tolerated in the run"; "" while it goes on.
  const std::string& why() const { return why_; }

 private:
  struct Scope {
    const char* name;
    std::size_t hosts = 0;
    std::array<std::size_t, 3> counts{};
  };

  void weigh(Scope& scope, std::size_t kind, const Amount& tolerated);

  Tolerances tolerances_;
  Scope run_{"the run"};
  Scope wave_{"the wave"};
  bool canary_ = false;
  bool closed_ = false;
  bool halted_ = false;
  std::string why_;
};

}  // namespace plumb::run
