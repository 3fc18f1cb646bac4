// Programs on the host, run in a clean environment and their own process group.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "engine/base/result.h"
#include "providers/sdk/system.h"

namespace plumb::exec {

// Whom a program runs as, when it is another user.
struct Credentials {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
};

struct ProcessSpec {
  std::string program;  // absolute path, inside `root`
  std::vector<std::string> argv;
  std::vector<std::string> environment;  // "NAME=value", complete
  std::string root = "/";                // changed to (chroot) where it is another
  std::string cwd = "/";
  int folder = -1;  // the open folder that `cwd` names, to begin in that very one
  std::optional<Credentials> as;
  std::optional<std::string>
      confined_to;             // it may write nothing but in this folder ("": nothing at all); see sandbox.h
  bool leaves_nobody = false;  // what is left of its process group is ended once it has ended
  std::string input;
  int input_file = -1;  // an open file in the place of `input`
  // Gets what it prints as it comes, in the place of ProcessResult::output. False ends it at once.
  std::function<bool(std::string_view)> takes_output;
  // The same of its errors.
  std::function<bool(std::string_view)> takes_errors;
  std::chrono::seconds timeout{0};  // 0: none
  std::size_t output_limit = std::size_t{1} << 20;
  std::uint64_t memory = 0;             // that each of its processes may have, in bytes; 0: what it likes
  bool keep_end = false;                // of what is too long the end is kept, not the beginning
  std::function<void()> while_it_runs;  // called every second or more often; may be empty
  std::function<bool()> wants_end;      // asked as often; true is as if its time were up. May be empty
};

// Reads both outputs while it writes the input, so neither side waits for the other. When time is up the whole process
// group gets TERM and two seconds later KILL, whether the program itself has ended by then or not. Programs that leave
// a child behind in their time are not waited for, with the output open or not and whether the child says anything or
// not; where nobody is to be left, it is ended, unless it began a process group of its own.
Result<ProcessResult> run_process(const ProcessSpec& spec);

}  // namespace plumb::exec
