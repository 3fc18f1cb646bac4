// Starting the executor at the far end of a byte stream, and putting it there first where it is missing.
//
// What runs on the host is one small script for any POSIX shell. It looks for `exec-DIGEST` in a few folders of
// the user's own and, where it finds it, prints "PLUMB RUN" and becomes it: no round trip of its own. Otherwise it
// prints "PLUMB NEED SYSTEM MACHINE [gzip]", reads a line "LENGTH DIGEST [gzip]" and that many bytes, and goes on. When
// nothing helps it prints "PLUMB FAIL" and what it tried.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/log.h"
#include "engine/base/result.h"
#include "engine/host/executor_store.h"
#include "engine/host/stream_connection.h"

namespace plumb::host {

// Whom to become after the login, and how.
struct Become {
  std::string method;  // "", "sudo", "doas" or "su"
  std::string user = "root";
};

struct StartOptions {
  Become become;
  std::optional<std::string> become_password;
  std::string root;
  HostLog log{};
};

// {"sh", "-c", SCRIPT, …}: the program that starts the executor, as an argument list.
std::vector<std::string> bootstrap_command(const std::vector<std::string>& digests, const StartOptions& options);
// The same as one line for the login shell at the far end, whichever that is: sh, csh or fish.
std::string bootstrap_line(const std::vector<std::string>& digests, const StartOptions& options);

// The executor started directly, without the script: for the local transport.
std::vector<std::string> direct_command(const std::string& program, const StartOptions& options);

// Speaks with the script until the executor runs: answers its need, and gives the password if one is asked for.
// Afterwards the first byte of the executor's hello is there to be read.
Result<> await_executor(StreamConnection& connection, const ExecutorStore& executors, const StartOptions& options,
                        Deadline deadline);
// The part of it that comes after "PLUMB RUN"; all that there is for direct_command.
Result<> await_first_byte(StreamConnection& connection, const StartOptions& options, Deadline deadline);

// Of what was said on standard error, as much as an error message may hold.
std::string last_lines(const std::string& text);

}  // namespace plumb::host
