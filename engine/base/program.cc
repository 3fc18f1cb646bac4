#include "engine/base/program.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string_view>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/descriptors.h"
#include "engine/base/spawn.h"

namespace plumb {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::string_view kStopped = "was stopped";

std::string too_long(const ProgramLimits& limits) {
  return "takes longer than " + std::to_string(limits.time.count() / 1000) + " s";
}

int in_poll_time(Clock::duration left) {
  const auto count = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return static_cast<int>(std::clamp<decltype(count)>(count, 0, std::numeric_limits<int>::max()));
}

// As write(2); where nobody reads, it is an error without a SIGPIPE, whatever that does in this process.
ssize_t write_quietly(int fd, std::string_view bytes) {
  sigset_t broken;
  sigset_t before;
  sigset_t pending;
  sigemptyset(&broken);
  sigaddset(&broken, SIGPIPE);
  sigpending(&pending);
  const bool was_pending = sigismember(&pending, SIGPIPE) == 1;
  pthread_sigmask(SIG_BLOCK, &broken, &before);
  const ssize_t count = ::write(fd, bytes.data(), bytes.size());
  const int error = errno;
  if (count < 0 && error == EPIPE && !was_pending) {
    sigpending(&pending);  // not where it is ignored
    int taken = 0;
    if (sigismember(&pending, SIGPIPE) == 1) sigwait(&broken, &taken);
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return count;
}

// Some of what the program is still to read; the pipe is closed at its end, and where nobody reads.
void give_input(UniqueFd& to, std::string_view& left) {
  const ssize_t count = write_quietly(to.get(), left);
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  left.remove_prefix(count < 0 ? left.size() : static_cast<std::size_t>(count));
  if (left.empty()) to.reset();
}

// Gives the input and reads until both outputs end. What went wrong, or an empty text.
std::string exchange(UniqueFd& input, Pipe& out, Pipe& err, const ProgramLimits& limits, Clock::time_point end,
                     ProgramOutput& output) {
  std::array<char, 16384> buffer;
  std::string_view left = limits.input;
  while (out.read || err.read) {
    std::array<pollfd, 4> fds{pollfd{out.read.get(), POLLIN, 0}, pollfd{err.read.get(), POLLIN, 0},
                              pollfd{limits.stop, POLLIN, 0}, pollfd{input.get(), POLLOUT, 0}};
    const int ready = poll(fds.data(), fds.size(), in_poll_time(end - Clock::now()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return too_long(limits);
    if (fds[2].revents != 0) return std::string(kStopped);
    if (fds[3].revents != 0) give_input(input, left);
    for (std::size_t i = 0; i < 2; ++i) {
      if (fds[i].revents == 0) continue;
      UniqueFd& from = i == 0 ? out.read : err.read;
      std::string& into = i == 0 ? output.text : output.errors;
      const ssize_t count = ::read(from.get(), buffer.data(), buffer.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) {
        from.reset();
        continue;
      }
      into.append(buffer.data(), static_cast<std::size_t>(count));
      if (into.size() > limits.bytes) return "prints more than " + std::to_string(limits.bytes >> 20) + " MiB";
    }
  }
  return {};
}

// Waits until the program ends. What came first instead, or an empty text.
std::string wait_until(pid_t pid, const ProgramLimits& limits, Clock::time_point end, int& status) {
  auto pause = std::chrono::microseconds{200};
  while (waitpid(pid, &status, WNOHANG) == 0) {
    if (Clock::now() >= end) return too_long(limits);
    pollfd stop{limits.stop, POLLIN, 0};
    if (poll(&stop, 1, 0) > 0) return std::string(kStopped);
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::microseconds{20'000});
  }
  return {};
}

// Ends the program with all that it started.
void end_group(pid_t pid, int& status) {
  kill(-pid, SIGKILL);
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
}

int exit_code_of(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

bool has_program(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::string_view left = path == nullptr ? "" : path;
  while (!left.empty()) {
    const std::size_t end = std::min(left.find(':'), left.size());
    const std::filesystem::path file = std::filesystem::path(left.substr(0, end)) / name;
    std::error_code ignored;
    if (std::filesystem::is_regular_file(file, ignored) && access(file.c_str(), X_OK) == 0) return true;
    left.remove_prefix(std::min(end + 1, left.size()));
  }
  return false;
}

Result<ProgramOutput> run_program(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                                  Code code, const ProgramLimits& limits) {
  const std::string& name = arguments.at(0);
  Pipe out = make_pipe();
  Pipe err = make_pipe();
  Pipe in = limits.input.empty() ? Pipe() : make_pipe();
  if (!out || !err || (!in && !limits.input.empty()))
    return fail(code, "cannot start " + name + ": " + std::strerror(errno));
  if (in) fcntl(in.write.get(), F_SETFL, fcntl(in.write.get(), F_GETFL) | O_NONBLOCK);
  pid_t pid = -1;
  const int error = spawn({arguments, folder, in.read.get(), out.write.get(), err.write.get()}, pid);
  if (error != 0) return fail(code, "cannot start " + name + ": " + std::strerror(error));
  in.read.reset();
  out.write.reset();
  err.write.reset();
  ProgramOutput output;
  const Clock::time_point now = Clock::now();
  const bool bounded =
      limits.time < std::chrono::duration_cast<std::chrono::milliseconds>(Clock::time_point::max() - now);
  const Clock::time_point end = bounded ? now + limits.time : Clock::time_point::max();
  int status = 0;
  std::string problem = exchange(in.write, out, err, limits, end, output);
  in.write.reset();
  // A program may close its outputs and stay.
  if (problem.empty()) problem = wait_until(pid, limits, end, status);
  if (!problem.empty()) {
    end_group(pid, status);
    return fail(problem == kStopped ? Code::kInterrupted : code, name + " " + problem);
  }
  output.exit_code = exit_code_of(status);
  return output;
}

}  // namespace plumb
