// What the live view of a run knows: events in, and at any moment a state that can be drawn. Pure: it reads no clock
// and writes nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/run/fleet.h"

namespace plumb::report {

using Moment = std::chrono::steady_clock::time_point;

// One host that is worth a line: at work, or just over and still in its place.
struct LiveRow {
  std::string host;
  std::string doing;
  std::int64_t seconds = 0;  // since the host's turn began
  bool over = false;
  bool bad = false;
};

struct LiveState {
  std::string title;  // "Applying"
  std::int64_t elapsed_seconds = 0;
  std::optional<std::int64_t> left_seconds;  // where there is a basis for it
  std::string wave;                          // "" without a roll-out
  std::size_t hosts = 0;
  std::size_t done = 0;  // and well
  std::size_t running = 0;
  std::size_t failed = 0;  // whatever kept them from ending well
  std::size_t held = 0;    // not begun, and not to be
  std::vector<LiveRow> rows;
  std::size_t more = 0;  // hosts at work that have no row
};

// For one thread at a time.
class LiveModel {
 public:
  // A phase of the command: "Planning", "Applying". `forks` hosts work at a time.
  void begin(std::string title, std::size_t hosts, std::size_t forks, Moment now);
  // The phase carries out this plan.
  void expect(const plan::Plan& plan);
  void on(const run::RunEvent& event, Moment now);

  // The state now, with at most `rows` rows. A host keeps its row until it is over, and then until another host needs
  // the place; places are given to the hosts that have been at work for longest. So rows do not jump.
  LiveState state(Moment now, std::size_t rows);

 private:
  struct Work {
    Moment since;
    std::string doing;
    std::size_t actions_done = 0;
    std::optional<Moment> confirmed_by;  // where it waits for the new login that confirms its changes
  };
  struct Place {
    std::string host;
    bool over = false;
    bool bad = false;
    std::string end;
    std::int64_t seconds = 0;
    Moment since;  // it is over
  };

  void finish(const run::HostResult& result, Moment now);
  void note_action(const run::RunEvent& event, Moment now);
  static std::string doing(const Work& work, Moment now);
  void give_places(Moment now, std::size_t rows);
  std::optional<std::int64_t> seconds_left(Moment now) const;
  std::optional<double> by_hosts(Moment now) const;
  std::optional<double> by_actions(Moment now) const;

  std::string title_;
  std::size_t hosts_ = 0;
  std::size_t forks_ = 1;
  Moment begin_;
  std::map<std::string, Work> running_;
  std::vector<Place> places_;
  std::size_t done_ = 0;
  std::size_t failed_ = 0;
  std::size_t held_ = 0;

  // Of the hosts that had something to do and are over.
  std::size_t timed_ = 0;
  double timed_seconds_ = 0;

  std::map<std::string, std::size_t> actions_;  // by host, where there are any
  std::size_t actions_all_ = 0;
  std::size_t actions_done_ = 0;
  std::vector<std::size_t> waves_;  // sizes of those that have not begun
  std::size_t wave_count_ = 0;
  std::size_t wave_begun_ = 0;
  std::size_t wave_left_ = 0;  // hosts of the wave that are not over
  double pause_seconds_ = 0;
  std::string wave_;
};

}  // namespace plumb::report
