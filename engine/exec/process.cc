#include "engine/exec/process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/descriptors.h"
#include "engine/exec/system/child.h"
#include "engine/exec/system/confinement.h"

namespace plumb::exec {
namespace {

using Clock = std::chrono::steady_clock;
#ifdef __APPLE__
constexpr int kMemoryUnit = 1;
#else
constexpr int kMemoryUnit = 1024;  // bytes, of what the kernel tells of a process that has ended
#endif
constexpr auto kKillAfter = std::chrono::seconds(2);
// How long after the program's end those who still hold its outputs are listened to.
constexpr auto kLinger = std::chrono::milliseconds(50);

// All that the child needs, made before it is: between vfork and exec it shares the parent's memory and may only make
// system calls. One that is confined is a copy.
struct Child {
  const char* program;
  char* const* argv;
  char* const* environment;
  const char* root;  // null for none
  const char* cwd;
  int folder;  // -1: by its name
  const Credentials* as;
  const std::string* confined_to;  // null for no confinement
  int input, output, errors;
  int report;            // closed by exec; before that it takes a Failure
  std::uint64_t memory;  // 0 for no bound
  sigset_t mask;
};

enum class Step : int { kNone, kFiles, kRoot, kConfine, kUser, kFolder, kExec };

struct Failure {
  Step step = Step::kNone;
  int number = 0;
};

// Of what it can write to, and not of addresses, of which languages set aside far more than they use. A lower bound
// that the machine has stays, which root could raise.
void bound_memory(rlim_t most) {
  rlimit held{};
  if (::getrlimit(RLIMIT_DATA, &held) != 0) return;
  const rlimit bound{std::min(held.rlim_cur, most), std::min(held.rlim_max, most)};
  (void)::setrlimit(RLIMIT_DATA, &bound);
}

[[noreturn]] void become(const Child& child) {
  const auto stop = [&child](Step step) {
    const Failure failure{step, errno};
    (void)!::write(child.report, &failure, sizeof failure);
    ::_exit(127);
  };
  ::setpgid(0, 0);
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  for (int number = 1; number < 32; ++number) ::sigaction(number, &standard, nullptr);
  if (::dup2(child.input, 0) < 0 || ::dup2(child.output, 1) < 0 || ::dup2(child.errors, 2) < 0) stop(Step::kFiles);
  if (child.root != nullptr && (::chroot(child.root) != 0 || ::chdir("/") != 0)) stop(Step::kRoot);
  if (child.confined_to != nullptr && !confine(*child.confined_to)) stop(Step::kConfine);
  if (child.as != nullptr && take_identity(*child.as) != 0) stop(Step::kUser);
  if ((child.folder < 0 ? ::chdir(child.cwd) : ::fchdir(child.folder)) != 0) stop(Step::kFolder);
  if (child.memory > 0) bound_memory(static_cast<rlim_t>(child.memory));
  ::sigprocmask(SIG_SETMASK, &child.mask, nullptr);
  ::execve(child.program, child.argv, child.environment);
  stop(Step::kExec);
  __builtin_unreachable();
}

// A function of its own, so that nothing of the caller's lies in registers across vfork.
[[gnu::noinline]] pid_t start(const Child& child) {
#ifdef __APPLE__
  const pid_t pid = ::fork();  // Apple calls vfork outdated
#else
  // What confines does more than make system calls.
  const pid_t pid = child.confined_to != nullptr ? ::fork() : ::vfork();
#endif
  if (pid == 0) become(child);
  return pid;
}

// Waits until the child has begun its program or said why not. Where vfork is no more than fork, as under an emulator,
// the child may still be on its way.
Failure read_report(int fd) {
  Failure failure;
  ssize_t got = 0;
  do {
    got = ::read(fd, &failure, sizeof failure);
  } while (got < 0 && errno == EINTR);
  return got == sizeof failure ? failure : Failure{};
}

Error start_error(const Failure& failure, const ProcessSpec& spec) {
  const std::string why = std::strerror(failure.number);
  switch (failure.step) {
    case Step::kRoot:
      return fail(Code::kOperation, "cannot enter the image " + spec.root + ": " + why);
    case Step::kConfine:
      return fail(Code::kCannotObserve, "cannot take the power to write from " + spec.program);
    case Step::kUser:
      return fail(Code::kOperation, "cannot become another user to run " + spec.program + ": " + why)
          .hint("running as another user needs root: use `become`");
    case Step::kFolder:
      return fail(Code::kOperation, "cannot enter the folder " + spec.cwd + " to run " + spec.program + ": " + why);
    default:
      return fail(failure.number == ENOENT ? Code::kProgramMissing : Code::kOperation,
                  "cannot run " + spec.program + ": " + why);
  }
}

void keep(std::string& kept, std::string_view bytes, const ProcessSpec& spec) {
  if (spec.keep_end) {
    kept += bytes;
    if (kept.size() > spec.output_limit * 2) kept.erase(0, kept.size() - spec.output_limit);
  } else if (kept.size() < spec.output_limit) {
    kept += bytes.substr(0, spec.output_limit - kept.size());
  }
}

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

// The program from its start to its end.
class Running {
 public:
  Running(const ProcessSpec& spec, pid_t pid, UniqueFd input, UniqueFd output, UniqueFd errors)
      : spec_(spec),
        pid_(pid),
        input_(std::move(input)),
        output_(std::move(output)),
        errors_(std::move(errors)),
        handle_(pid),
        begin_(Clock::now()) {
    for (const UniqueFd* fd : {&input_, &output_, &errors_}) ::fcntl(fd->get(), F_SETFL, O_NONBLOCK);
    if (spec_.input.empty() || spec_.input_file >= 0) input_.reset();
  }

  ProcessResult finish() {
    while (!ended_ || group_stays_ || ((output_ || errors_) && Clock::now() < listens_until_)) wait();
    if (spec_.leaves_nobody && group_is_there()) ::kill(-pid_, SIGKILL);
    if (spec_.keep_end) {
      for (std::string* text : {&result_.output, &result_.errors}) {
        if (text->size() > spec_.output_limit) text->erase(0, text->size() - spec_.output_limit);
      }
    }
    return std::move(result_);
  }

 private:
  // One round of waiting.
  void wait() {
    std::array<pollfd, 4> waits = {{{input_.get(), POLLOUT, 0},
                                    {output_.get(), POLLIN, 0},
                                    {errors_.get(), POLLIN, 0},
                                    {ended_ ? -1 : handle_.fd(), POLLIN, 0}}};
    ::poll(waits.data(), waits.size(), pause());
    if (waits[0].revents != 0) feed();
    if (waits[1].revents != 0) read(output_, result_.output);
    if (waits[2].revents != 0) read(errors_, result_.errors);
    if (!ended_) reap();
    if (!ended_ || group_stays_) enforce_end();
    if (spec_.while_it_runs) spec_.while_it_runs();
  }

  int pause() const {
    if (group_stays_) return 20;  // nobody tells when the last of a group ends
    if (ended_) return milliseconds_until(listens_until_);
    if (handle_.fd() < 0) return 20;  // the end is looked for, not told
    const bool watched = spec_.while_it_runs || spec_.wants_end;
    const int most = watched ? 1'000 : 60'000;
    if (!told_to_end_ && spec_.timeout.count() <= 0) return watched ? most : -1;
    const auto due = told_to_end_ ? *told_to_end_ + kKillAfter : begin_ + spec_.timeout;
    return std::clamp(milliseconds_until(due), 5, most);
  }

  static int milliseconds_until(Clock::time_point due) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(due - Clock::now()).count();
    return static_cast<int>(std::clamp<long long>(left + 1, 0, 60'000));
  }

  void feed() {
    const ssize_t count = ::write(input_.get(), spec_.input.data() + fed_, spec_.input.size() - fed_);
    if (count > 0) fed_ += static_cast<std::size_t>(count);
    if (fed_ == spec_.input.size() || (count < 0 && errno != EAGAIN && errno != EINTR)) input_.reset();
  }

  ssize_t read(UniqueFd& fd, std::string& kept) {
    std::array<char, 16384> bytes{};
    const ssize_t count = ::read(fd.get(), bytes.data(), bytes.size());
    if (count > 0) {
      take(kept, {bytes.data(), static_cast<std::size_t>(count)});
    } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
      fd.reset();
    }
    return count;
  }

  void take(std::string& kept, std::string_view bytes) {
    const auto& takes = &kept == &result_.output ? spec_.takes_output : spec_.takes_errors;
    if (!takes) return keep(kept, bytes, spec_);
    if (refused_ || takes(bytes)) return;
    refused_ = true;
    ::kill(-pid_, SIGKILL);
  }

  // What is in the pipe by now, and no more: somebody else may go on writing for ever.
  void drain(UniqueFd& fd, std::string& kept) {
    int left = 0;
    if (!fd || ::ioctl(fd.get(), FIONREAD, &left) != 0) return;
    for (ssize_t count = 0; left > 0; left -= static_cast<int>(count)) {
      count = read(fd, kept);
      if (count <= 0) return;
    }
  }

  void reap() {
    int status = 0;
    struct rusage used {};
    if (::wait4(pid_, &status, WNOHANG, &used) != pid_) return;
    result_.most_memory = static_cast<std::uint64_t>(used.ru_maxrss) * kMemoryUnit;
    ended_ = true;
    listens_until_ = Clock::now() + kLinger;
    group_stays_ = told_to_end_ && group_is_there();
    // All that the program itself has said is there, however long it takes to read it.
    drain(output_, result_.output);
    drain(errors_, result_.errors);
    input_.reset();
    result_.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  void enforce_end() {
    const auto now = Clock::now();
    if (!told_to_end_) {
      result_.timed_out = spec_.timeout.count() > 0 && now - begin_ >= spec_.timeout;
      if (!result_.timed_out && !(spec_.wants_end && spec_.wants_end())) return;
      told_to_end_ = now;
      ::kill(-pid_, SIGTERM);
    } else if (ended_ && !group_is_there()) {
      group_stays_ = false;
    } else if (now >= *told_to_end_ + kKillAfter) {
      ::kill(-pid_, SIGKILL);
      group_stays_ = false;
    }
  }

  // No other process and no other group gets the number while somebody is in this one.
  bool group_is_there() const { return ::kill(-pid_, 0) == 0; }

  const ProcessSpec& spec_;
  pid_t pid_;
  UniqueFd input_, output_, errors_;
  ProcessHandle handle_;
  Clock::time_point begin_;
  std::size_t fed_ = 0;
  bool ended_ = false;
  bool refused_ = false;      // nobody takes its output any more
  bool group_stays_ = false;  // it has ended after it was told to, and those that it started have not
  std::optional<Clock::time_point> told_to_end_;
  Clock::time_point listens_until_;  // once it has ended
  ProcessResult result_;
};

}  // namespace

Result<ProcessResult> run_process(const ProcessSpec& spec) {
  Pipe input = make_pipe();
  Pipe output = make_pipe();
  Pipe errors = make_pipe();
  Pipe report = make_pipe();
  if (!input || !output || !errors || !report)
    return fail(Code::kOperation, std::string("cannot make a pipe: ") + std::strerror(errno));
  const std::vector<char*> argv = pointers(spec.argv);
  const std::vector<char*> environment = pointers(spec.environment);
  Child child{spec.program.c_str(),
              argv.data(),
              environment.data(),
              spec.root == "/" ? nullptr : spec.root.c_str(),
              spec.cwd.empty() ? "/" : spec.cwd.c_str(),
              spec.folder,
              spec.as ? &*spec.as : nullptr,
              spec.confined_to ? &*spec.confined_to : nullptr,
              spec.input_file >= 0 ? spec.input_file : input.read.get(),
              output.write.get(),
              errors.write.get(),
              report.write.get(),
              spec.memory,
              {}};
  // Signals wait until the child has its own handlers: one that came in between would run the parent's in it.
  sigset_t all;
  sigfillset(&all);
  ::sigprocmask(SIG_SETMASK, &all, &child.mask);
  const sigset_t before = child.mask;
  sigemptyset(&child.mask);
  const pid_t pid = start(child);
  const int number = errno;
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) return fail(Code::kOperation, "cannot start " + spec.program + ": " + std::strerror(number));
  input.read.reset();
  output.write.reset();
  errors.write.reset();
  report.write.reset();
  if (const Failure failure = read_report(report.read.get()); failure.step != Step::kNone) {
    ::waitpid(pid, nullptr, 0);
    return start_error(failure, spec);
  }
  return Running(spec, pid, std::move(input.write), std::move(output.read), std::move(errors.read)).finish();
}

}  // namespace plumb::exec
