#include "engine/exec/watchdog.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <new>
#include <string>
#include <thread>

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/exec/lock.h"
#include "engine/exec/system/child.h"

namespace plumb::exec {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr milliseconds kTick{100};
// An action in hand holds up the undoing for so long and no longer: it may hang because the line is cut.
constexpr std::chrono::hours kLongestWork{1};
// For a lock that another project's run holds. After it the host is put back regardless.
constexpr std::chrono::minutes kLockPatience{2};

// Back when it has ended.
void end(const ProcessHandle& process) {
  process.kill();
  const auto due = Clock::now() + std::chrono::seconds(10);
  while (process.runs() && Clock::now() < due) std::this_thread::sleep_for(milliseconds(10));
}

void close_all_but(int first, int second) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const int end = static_cast<int>(std::min<rlim_t>(limit.rlim_cur, 65536));
  for (int fd = 3; fd < end; ++fd) {
    if (fd != first && fd != second) ::close(fd);
  }
  const int nothing = ::open("/dev/null", O_RDWR);
  for (int fd = 0; fd < 3; ++fd) ::dup2(nothing, fd);
  if (nothing > 2) ::close(nothing);
}

void reset_signals() {
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
  for (const int number : {SIGHUP, SIGINT, SIGPIPE, SIGTERM}) ::signal(number, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Out of the group of processes that the login belongs to: a service manager may end all of it with the session.
// Systems without such groups have none of these folders.
void leave_login_group() {
  for (const char* hierarchy : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"}) {
    const std::string above = hierarchy;
    if (::access((above + "/cgroup.procs").c_str(), W_OK) != 0) continue;
    const std::string group = above + "/plumb";
    ::mkdir(group.c_str(), 0755);
    const UniqueFd members(::open((group + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC));
    if (members) (void)!::write(members.get(), "0", 1);
  }
}

}  // namespace

void Watchdog::Unmap::operator()(Shared* shared) const {
  ::munmap(shared, sizeof(Shared));
}

bool Watchdog::work() {
  int resting = kResting;
  return shared_->phase.compare_exchange_strong(resting, kWorking) || resting == kWorking;
}

void Watchdog::rest(bool anew) {
  if (anew) ++shared_->round;
  shared_->phase = kResting;
}

// What the forked process does.
class WatchdogProcess {
 public:
  WatchdogProcess(const UndoFolder& folder, const Managers& managers, const Secrets& secrets, Watchdog::Shared& shared,
                  pid_t executor)
      : root_(folder.folder().files().root()),
        project_(base_of(folder.folder().path())),
        managers_(managers),
        secrets_(secrets),
        shared_(shared),
        executor_(executor) {}

  int executor_fd() const { return executor_.fd(); }

  [[noreturn]] void run(int lock) {
    name_process("plumb-watchdog");
    reset_signals();
    close_all_but(lock, executor_.fd());
    if (::geteuid() == 0 && root_ == "/") leave_login_group();
    Result<RootFiles> files = RootFiles::at(root_);
    if (!files) ::_exit(1);
    LocalSystem system(std::move(*files));
    const Result<StateFolder> state = StateFolder::of(system.files(), project_);
    if (!state) ::_exit(1);
    const UndoFolder folder(*state);
    if (!wait_for_time(folder) || !folder.take()) ::_exit(0);
    if (executor_.runs()) end(executor_);
    const std::optional<HostLock> held = lock_host(system.files(), folder);
    ::_exit(undo(folder, system, managers_, secrets_) ? 0 : 1);
  }

 private:
  // False where the list is gone, since it was confirmed.
  bool wait_for_time(const UndoFolder& folder) {
    unsigned round = shared_.round.load();
    Clock::duration left = std::chrono::seconds(shared_.within.load());
    Clock::duration worked{};
    Clock::time_point last = Clock::now();
    while (true) {
      std::this_thread::sleep_for(kTick);
      if (!folder.is_waiting()) return false;
      const Clock::duration passed = Clock::now() - last;
      last += passed;
      const bool works = executor_.runs() && shared_.phase == Watchdog::kWorking;
      if (const unsigned now = shared_.round.load(); now != round) {
        round = now;
        left = std::chrono::seconds(shared_.within.load());
      }
      worked = works ? worked + passed : Clock::duration{};
      if (!works) left -= passed;
      if (worked > kLongestWork) {
        end(executor_);
        return true;
      }
      if (works || left > Clock::duration{}) continue;
      int resting = Watchdog::kResting;
      if (shared_.phase.compare_exchange_strong(resting, Watchdog::kFired) || !executor_.runs()) return true;
    }
  }

  static std::optional<HostLock> lock_host(const RootFiles& files, const UndoFolder& folder) {
    const Result<std::optional<UndoList>> list = folder.being_undone();
    const std::string run = list && *list ? (*list)->run : "";
    const auto due = Clock::now() + kLockPatience;
    do {
      if (Result<HostLock> lock = HostLock::take(files, base_of(folder.folder().path()), run)) {
        return std::move(*lock);
      }
      std::this_thread::sleep_for(kTick);
    } while (Clock::now() < due);
    return std::nullopt;
  }

  std::string root_;
  std::string project_;
  const Managers& managers_;
  const Secrets& secrets_;
  Watchdog::Shared& shared_;
  ProcessHandle executor_;
};

Result<Watchdog> Watchdog::start(const UndoFolder& folder, const Managers& managers, const Secrets& secrets,
                                 WatchdogLock lock, int within) {
  void* page = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) return os_error("share memory with", "the watchdog");
  Watchdog watchdog;
  watchdog.shared_.reset(new (page) Shared);
  watchdog.set_within(within);
  WatchdogProcess process(folder, managers, secrets, *watchdog.shared_, ::getpid());
  const pid_t child = ::fork();
  if (child < 0) return os_error("start", "the watchdog");
  if (child == 0) {
    ::setsid();
    // The one that stays is nobody's child, and leads no session that could get a terminal.
    const pid_t grandchild = ::fork();
    if (grandchild == 0) process.run(lock.fd());
    ::_exit(grandchild < 0 ? 1 : 0);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return os_error("start", "the watchdog");
  return watchdog;
}

Result<std::optional<WatchdogLock>> WatchdogLock::take(const StateFolder& folder) {
  PLUMB_TRY(folder.make());
  const std::string& path = folder.path();
  WatchdogLock lock;
  lock.file_ = folder.files().open(path, O_RDONLY | O_DIRECTORY);
  if (!lock.file_) return os_error("open", path);
  const auto due = Clock::now() + std::chrono::seconds(2);
  while (::flock(lock.file_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return os_error("lock", path);
    if (Clock::now() > due) return std::optional<WatchdogLock>();
    std::this_thread::sleep_for(milliseconds(20));
  }
  return std::optional<WatchdogLock>(std::move(lock));
}

Result<bool> take_over_undo(const UndoFolder& folder, LocalSystem& system, const Managers& managers) {
  if (!folder.is_waiting() && !folder.is_being_undone()) return false;
  PLUMB_TRY_ASSIGN(const std::optional<WatchdogLock> lock, WatchdogLock::take(folder.folder()));
  if (!lock) {
    return fail(Code::kHostLocked, "changes of an earlier run wait to be confirmed on this host")
        .hint("they are confirmed or undone soon; then try again");
  }
  if (folder.is_waiting() && !folder.take()) return false;
  if (!folder.is_being_undone()) return false;
  PLUMB_TRY(undo(folder, system, managers, Secrets()));
  return true;
}

}  // namespace plumb::exec
