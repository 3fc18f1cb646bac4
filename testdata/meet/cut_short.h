// Cuts a program off in front of a system call that writes, or lets that call fail.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>

namespace plumb::meet {

// What happens at a call: nothing; the end of the program and of all that it started, as when the power fails; the call
// fails, as on a broken disk, where it is forbidden, or where a signal came in between; or it and all after it, as on a
// disk that has become read-only; or of these those that need room, as on a full one. A call that writes to a pipe or a
// socket never fails.
enum class Fault { kNone, kKill, kBroken, kFull, kForbidden, kInterrupted, kReadOnly };
// Those that are no end of the program.
inline constexpr std::array<Fault, 5> kFailures = {Fault::kBroken, Fault::kFull, Fault::kForbidden, Fault::kInterrupted,
                                                   Fault::kReadOnly};
const char* name(Fault fault);

struct Cut {
  Fault fault = Fault::kNone;
  std::uint64_t at = 0;  // its calls count from 1
};

struct Traced {
  std::uint64_t calls = 0;  // that write, up to the end
  bool cut = false;         // the fault happened
  int status = 0;           // of waitpid
};

// Whether calls can be made to fail here, beside being cut off.
bool can_fail_calls();

// Runs `work` in a process of its own, which has this one's descriptors, and gives what it returned as its exit code.
// Counted and cut are its calls and those of what it forks, not those of programs that it starts; these end with it.
// The process that calls has no other children.
Traced run_cut_short(const std::function<int()>& work, const Cut& cut);

}  // namespace plumb::meet
