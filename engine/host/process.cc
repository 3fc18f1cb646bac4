#include "engine/host/process.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "engine/base/descriptors.h"
#include "engine/base/spawn.h"

namespace plumb::host {

namespace {

// After the end of its output a child is normally gone at once; one that lingers is not waited for any longer.
constexpr std::chrono::milliseconds kExitPatience{500};

Error cannot_start(const std::string& program, int error) {
  return fail(Code::kTransportCommand, "cannot start " + program + ": " + std::strerror(error));
}

bool wait_for_exit(pid_t pid, std::chrono::milliseconds patience, int& status) {
  const Deadline deadline = Deadline::after(patience);
  for (;;) {
    const pid_t done = waitpid(pid, &status, WNOHANG);
    if (done == pid) return true;
    if ((done < 0 && errno != EINTR) || deadline.passed()) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
}

}  // namespace

std::optional<std::string> describe_wait_status(int status) {
  if (WIFSIGNALED(status)) {
    return "killed by signal " + std::to_string(WTERMSIG(status)) + " (" + strsignal(WTERMSIG(status)) + ")";
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) != 0) return "exit code " + std::to_string(WEXITSTATUS(status));
  return std::nullopt;
}

Result<Child> start_child(const std::vector<std::string>& arguments, ErrorStream errors) {
  if (arguments.empty() || arguments.front().empty()) {
    return fail(Code::kTransportCommand, "the connection's command is empty");
  }
  SocketPair stream = make_socket_pair();
  if (!stream) return cannot_start(arguments[0], errno);
  Pipe pipe;
  if (errors == ErrorStream::kPipe && !(pipe = make_pipe())) return cannot_start(arguments[0], errno);

  Child child;
  const int theirs = stream.other.get();
  const int error = spawn({arguments, "", theirs, theirs, pipe.write.get(), Spawn::Own::kSession}, child.pid);
  if (error != 0) return cannot_start(arguments[0], error);
  fcntl(stream.one.get(), F_SETFL, O_NONBLOCK);
  if (pipe) fcntl(pipe.read.get(), F_SETFL, O_NONBLOCK);
  child.stream = std::move(stream.one);
  child.errors = std::move(pipe.read);
  return child;
}

ProcessConnection::ProcessConnection(Child child)
    : pid_(child.pid), stream_(std::move(child.stream)), errors_(std::move(child.errors)) {}

ProcessConnection::~ProcessConnection() {
  ProcessConnection::close();
}

void ProcessConnection::close() {
  stream_.reset();
  errors_.reset();
  if (pid_ > 0 && !status_) leave_child(pid_);
  pid_ = -1;
}

void ProcessConnection::end_process() {
  if (pid_ > 0 && !status_) kill(pid_, SIGTERM);
}

bool ProcessConnection::take_errors() {
  std::array<char, 4096> buffer;
  bool some = false;
  while (errors_) {
    const ssize_t count = ::read(errors_.get(), buffer.data(), buffer.size());
    if (count > 0) {
      add_error_output({buffer.data(), static_cast<std::size_t>(count)});
      some = true;
    } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
      errors_.reset();
    } else if (errno == EAGAIN) {
      break;
    }
  }
  return some;
}

Result<std::optional<std::size_t>> ProcessConnection::do_read(char* into, std::size_t capacity, Deadline deadline) {
  for (;;) {
    if (!stream_) return std::optional<std::size_t>(0);
    const ssize_t count = ::recv(stream_.get(), into, capacity, 0);
    if (count > 0) {
      // What the program said on the other stream before these bytes is there as well, and belongs before them.
      take_errors();
      return std::optional<std::size_t>(static_cast<std::size_t>(count));
    }
    if (count == 0 || errno == ECONNRESET) {
      // The program may still be writing its last words on the other stream when it ends.
      if (pid_ > 0 && !status_) {
        int status = 0;
        if (wait_for_exit(pid_, kExitPatience, status)) status_ = status;
      }
      take_errors();
      return std::optional<std::size_t>(0);
    }
    if (errno != EAGAIN && errno != EINTR) {
      return fail(Code::kConnectionLost, std::string("reading from the host: ") + std::strerror(errno));
    }
    std::array<pollfd, 2> fds{pollfd{stream_.get(), POLLIN, 0}, pollfd{errors_ ? errors_.get() : -1, POLLIN, 0}};
    PLUMB_TRY(wait(fds, deadline));
    if (fds[1].revents != 0 && take_errors()) return std::optional<std::size_t>();
  }
}

Result<> ProcessConnection::do_write(std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    if (!stream_) return fail(Code::kConnectionLost, "the connection is closed");
    const ssize_t count = send_bytes(stream_.get(), bytes);
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) {
      return fail(Code::kConnectionLost, std::string("writing to the host: ") + std::strerror(errno));
    }
    std::array<pollfd, 2> fds{pollfd{stream_.get(), POLLOUT, 0}, pollfd{errors_ ? errors_.get() : -1, POLLIN, 0}};
    PLUMB_TRY(wait(fds, deadline));
    // A program that waits for its standard error to be read would never get to our bytes.
    if (fds[1].revents != 0) take_errors();
  }
  return {};
}

Result<> ProcessConnection::shutdown_write(Deadline) {
  if (stream_) ::shutdown(stream_.get(), SHUT_WR);
  return {};
}

std::optional<std::string> ProcessConnection::exit_reason() {
  if (!status_ && pid_ > 0) {
    int status = 0;
    if (wait_for_exit(pid_, std::chrono::milliseconds{0}, status)) status_ = status;
  }
  return status_ ? describe_wait_status(*status_) : std::nullopt;
}

}  // namespace plumb::host
