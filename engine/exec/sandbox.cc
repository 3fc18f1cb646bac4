#include "engine/exec/sandbox.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/descriptors.h"
#include "engine/exec/scratch.h"
#include "engine/exec/system/child.h"
#include "engine/exec/system/confinement.h"

namespace plumb::exec {
namespace {

constexpr int kNotConfined = 77;  // an exit code of the child's

// Reads what the child writes until it closes its end.
Result<> receive_all(const SandboxWork& work, int in) {
  std::array<char, 65536> bytes{};
  std::array<pollfd, 2> waits = {{{in, POLLIN, 0}, {work.stop_fd, POLLIN, 0}}};
  while (true) {
    if (::poll(waits.data(), waits.size(), -1) < 0) {
      if (errno == EINTR) continue;
      return fail(Code::kInternal, std::string("cannot wait for the observation: ") + std::strerror(errno));
    }
    if (waits[1].revents != 0) {
      if (work.wants_stop && work.wants_stop()) return fail(Code::kInterrupted, "the observation was interrupted");
      waits[1].fd = -1;  // one look is enough: what came was not a stop and is kept for later
    }
    if (waits[0].revents == 0) continue;
    const ssize_t count = ::read(in, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return {};
    PLUMB_TRY(work.receive({bytes.data(), static_cast<std::size_t>(count)}));
  }
}

}  // namespace

Result<> run_confined(const SandboxWork& work) {
  Pipe pipe = make_pipe();
  if (!pipe) return fail(Code::kInternal, std::string("cannot make a pipe: ") + std::strerror(errno));
  const Scratch scratch;
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) return fail(Code::kInternal, std::string("cannot start the observation: ") + std::strerror(errno));
  if (child == 0) {
    end_with(parent);
    pipe.read.reset();
    if (!confine(scratch.path())) ::_exit(kNotConfined);
    work.work(pipe.write.get(), scratch.path());
    ::_exit(0);
  }
  pipe.write.reset();
  if (work.meanwhile) work.meanwhile();
  Result<> received = receive_all(work, pipe.read.get());
  if (!received) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!received) return received;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  if (WIFEXITED(status) && WEXITSTATUS(status) == kNotConfined) {
    return fail(Code::kCannotObserve,
                "this host does not let plumb-exec give up the power to write, so it observes nothing")
        .hint("plumb-exec must not run inside another sandbox");
  }
  const std::string how = WIFSIGNALED(status) ? "by signal " + std::to_string(WTERMSIG(status))
                                              : "with exit code " + std::to_string(WEXITSTATUS(status));
  return fail(Code::kExecutorDied, "the observation was ended " + how);
}

}  // namespace plumb::exec
