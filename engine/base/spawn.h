// Programs of the operator's own machine.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace plumb {

struct Spawn {
  const std::vector<std::string>& arguments;  // the first is found in PATH
  std::filesystem::path folder;               // "": where we are
  int input = -1;                             // -1: /dev/null
  int output = -1;
  int errors = -1;
  // A process group can be ended as a whole; a session is in addition not reached by a Ctrl-C on our terminal. What has
  // neither may ask on our terminal.
  enum class Own { kNothing, kGroup, kSession } own = Own::kGroup;
};

// Starts the program with every signal as by default and no other descriptor of ours. 0, or an errno.
int spawn(const Spawn& wanted, pid_t& pid);

// Takes over a child that has not ended and that nobody waits for any more. Each call looks after those before it, so
// that ended ones do not pile up in the system's tables.
void leave_child(pid_t pid);

}  // namespace plumb
