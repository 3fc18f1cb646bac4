// What a run does while it does it: a live view on a terminal, plain lines elsewhere, events for programs.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "cmd/plumb/options.h"
#include "cmd/plumb/terminal.h"
#include "engine/base/pool.h"
#include "engine/report/live_model.h"
#include "engine/run/fleet.h"

namespace plumb::cmd {

class Progress {
 public:
  Progress(Terminal& terminal, const Options& options);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  // Outlived by this object.
  run::RunObserver observer();

  // A phase that no event tells of begins.
  void begin(run::Phase phase, std::size_t hosts) { start({phase, hosts, nullptr}); }
  // The phase is over; the view goes.
  void clear();

 private:
  void on_event(const run::RunEvent& event);
  void on_action(const run::RunEvent& event);
  void on_end(const run::HostResult& result);
  void note_skipped(const run::RunEvent& event);
  void tell_idle(const std::string& host);
  void line(const std::string& text);
  void log_event(const run::RunEvent& event);
  void start(const run::RunEvent::PhaseBegin& begin);
  void tick();

  // What was not begun on a host, and what failed there.
  struct Idle {
    std::vector<std::string> failed;  // addresses
    std::size_t skipped = 0;          // after those
    std::vector<std::string> others;  // why others were not begun: a lock, an interruption
  };

  Terminal& terminal_;
  std::size_t forks_;
  bool live_ = false;
  bool show_actions_ = false;
  std::size_t hosts_ = 0;

  std::mutex mutex_;
  std::condition_variable wake_;
  report::LiveModel model_;           // guarded by mutex_
  bool running_ = false;              // guarded by mutex_: the view is kept up to date
  bool dirty_ = false;                // guarded by mutex_
  std::size_t lost_ = 0;              // guarded by mutex_; hosts of the phase that are told of as lost
  std::map<std::string, Idle> idle_;  // guarded by mutex_; of hosts at work
  Beside ticker_;
};

}  // namespace plumb::cmd
