// Child processes whose standard input and output are our byte stream.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

#include "engine/host/stream_connection.h"

namespace plumb::host {

struct Child {
  pid_t pid = -1;
  UniqueFd stream;  // a socket: the child's standard input and output
  UniqueFd errors;  // the child's standard error, unless it shares ours with /dev/null
};

// Starts `arguments[0]` (found in PATH) in a session of its own, so that a Ctrl-C on our terminal does not reach it,
// with every signal as by default and no other descriptor of ours. kTransportCommand where it cannot be started.
enum class ErrorStream { kPipe, kDiscard };
Result<Child> start_child(const std::vector<std::string>& arguments, ErrorStream errors);

// A byte stream to a child process.
class ProcessConnection : public StreamConnection {
 public:
  explicit ProcessConnection(Child child);
  ~ProcessConnection() override;

  Result<> shutdown_write(Deadline deadline) override;
  std::optional<std::string> exit_reason() override;
  void close() override;

 protected:
  void end_process();  // asks it to, while it runs

 private:
  Result<std::optional<std::size_t>> do_read(char* into, std::size_t capacity, Deadline deadline) override;
  Result<> do_write(std::string_view bytes, Deadline deadline) override;
  bool take_errors();  // true if there was something

  pid_t pid_;
  UniqueFd stream_;
  UniqueFd errors_;
  std::optional<int> status_;
};

// "exit code 3", "killed by signal 9 (Killed)"; empty for exit code 0.
std::optional<std::string> describe_wait_status(int status);

}  // namespace plumb::host
