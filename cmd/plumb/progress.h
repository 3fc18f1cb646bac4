// What a run does while it does it: a status line on a terminal, plain lines elsewhere; both on standard error.
#pragma once

#include <cstddef>
#include <set>
#include <string>

#include "cmd/plumb/terminal.h"
#include "engine/run/fleet.h"

namespace plumb::cmd {

class Progress {
 public:
  explicit Progress(Terminal& terminal);

  // Outlived by this object.
  run::RunObserver observer();
  // Every action gets a line of its own from now on, not only the failed ones.
  void show_actions(bool show) { show_actions_ = show; }
  // Removes the status line.
  void clear();

 private:
  void on_event(const run::RunEvent& event);
  void on_action(const run::RunEvent& event);
  void status(const std::string& text);
  void line(const std::string& text);

  Terminal& terminal_;
  bool live_ = false;  // standard error is a terminal
  bool status_shown_ = false;
  bool show_actions_ = false;
  std::set<std::string> working_;
  std::size_t done_ = 0;
};

}  // namespace plumb::cmd
