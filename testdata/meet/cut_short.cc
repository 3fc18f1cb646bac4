#include "testdata/meet/cut_short.h"

#include <array>
#include <cerrno>
#include <cstddef>
#include <set>
#include <vector>

#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

namespace plumb::meet {
namespace {

struct Call {
  int number;
  bool needs_room;  // fails where a disk is full
};

// Those of openat that make or empty a file are looked at apart.
const std::vector<Call>& writing_calls() {
  static const std::vector<Call> calls = {
      {SYS_write, true},      {SYS_pwrite64, true},   {SYS_writev, true},          {SYS_mkdirat, true},
      {SYS_unlinkat, false},  {SYS_renameat2, false}, {SYS_symlinkat, true},       {SYS_linkat, true},
      {SYS_mknodat, true},    {SYS_fchown, false},    {SYS_fchownat, false},       {SYS_fchmod, false},
      {SYS_fchmodat, false},  {SYS_ftruncate, true},  {SYS_truncate, true},        {SYS_fsync, false},
      {SYS_fdatasync, false}, {SYS_fallocate, true},  {SYS_copy_file_range, true}, {SYS_sendfile, true},
      {SYS_fsetxattr, true},  {SYS_setxattr, true},   {SYS_lsetxattr, true},       {SYS_fremovexattr, false},
      {SYS_utimensat, false},
#ifdef SYS_renameat
      {SYS_renameat, false},
#endif
#ifdef SYS_rename
      {SYS_rename, false},
#endif
#ifdef SYS_mkdir
      {SYS_mkdir, true},
#endif
#ifdef SYS_unlink
      {SYS_unlink, false},
#endif
#ifdef SYS_rmdir
      {SYS_rmdir, false},
#endif
#ifdef SYS_chmod
      {SYS_chmod, false},
#endif
#ifdef SYS_chown
      {SYS_chown, false},     {SYS_lchown, false},
#endif
#ifdef SYS_symlink
      {SYS_symlink, true},    {SYS_link, true},
#endif
  };
  return calls;
}

constexpr int kMakes = O_CREAT | O_TRUNC;

// The kernel stops the program at these calls alone: all others are as quick as ever.
bool stop_at_writing_calls() {
  std::vector<sock_filter> filter;
  filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)));
  for (const Call& call : writing_calls()) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, static_cast<__u32>(call.number), 0, 1));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE));
  }
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 3));
  filter.push_back(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[2])));
  filter.push_back(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, kMakes, 0, 1));
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE));
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

class Tracer {
 public:
  Tracer(pid_t main, const Cut& cut) : main_(main), cut_(cut) { traced_.insert(main); }

  Traced run() {
    int status = 0;
    if (::waitpid(main_, &status, 0) != main_ || !WIFSTOPPED(status)) return result_;
    ::ptrace(PTRACE_SETOPTIONS, main_, nullptr,
             PTRACE_O_EXITKILL | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC |
                 PTRACE_O_TRACESECCOMP);
    go_on(main_, 0);
    while (true) {
      const pid_t pid = ::waitpid(-1, &status, __WALL);
      if (pid < 0 && errno == EINTR) continue;
      if (pid < 0) break;
      if (!WIFSTOPPED(status)) {
        traced_.erase(pid);
        if (pid != main_) continue;
        result_.status = status;
        break;
      }
      stopped(pid, status);
    }
    kill_all();
    return result_;
  }

 private:
  static void go_on(pid_t pid, int signal) { ::ptrace(PTRACE_CONT, pid, nullptr, static_cast<long>(signal)); }

  void stopped(pid_t pid, int status) {
    const int event = status >> 16;
    if (event == PTRACE_EVENT_SECCOMP) return called(pid);
    // The work itself may be a program.
    if (event == PTRACE_EVENT_EXEC && pid != main_) programs_.insert(pid);
    if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE) {
      unsigned long child = 0;
      ::ptrace(PTRACE_GETEVENTMSG, pid, nullptr, &child);
      if (programs_.contains(pid)) programs_.insert(static_cast<pid_t>(child));
    }
    // A new one begins with a stop that nobody sent.
    const bool is_new = traced_.insert(pid).second;
    const int signal = WSTOPSIG(status);
    go_on(pid, event != 0 || (is_new && signal == SIGSTOP) || signal == SIGTRAP ? 0 : signal);
  }

  void called(pid_t pid) {
    if (programs_.contains(pid)) return go_on(pid, 0);
    __ptrace_syscall_info info{};
    if (::ptrace(static_cast<__ptrace_request>(PTRACE_GET_SYSCALL_INFO), pid, sizeof info, &info) <= 0)
      return go_on(pid, 0);
    ++result_.calls;
    if (result_.calls == cut_.at && cut_.fault == Fault::kKill) {
      result_.cut = true;
      return kill_all();
    }
    if (const int error = error_of(cut_.fault); error != 0 && (result_.calls == cut_.at || goes_on_failing())) {
      const int number = static_cast<int>(info.seccomp.nr);
      const bool goes_out = is_data(number) && is_stream(pid, static_cast<int>(info.seccomp.args[0]));
      if (!goes_out && (cut_.fault != Fault::kFull || needs_room(number))) {
        fail(pid, error);
        result_.cut = true;
      }
    }
    go_on(pid, 0);
  }

  bool goes_on_failing() const {
    return result_.calls > cut_.at && (cut_.fault == Fault::kFull || cut_.fault == Fault::kReadOnly);
  }

  // 0 for what is none.
  static int error_of(Fault fault) {
    switch (fault) {
      case Fault::kBroken:
        return EIO;
      case Fault::kFull:
        return ENOSPC;
      case Fault::kForbidden:
        return EPERM;
      case Fault::kInterrupted:
        return EINTR;
      case Fault::kReadOnly:
        return EROFS;
      default:
        return 0;
    }
  }

  static bool is_data(int number) { return number == SYS_write || number == SYS_writev || number == SYS_sendfile; }

  static bool needs_room(int number) {
    for (const Call& call : writing_calls()) {
      if (call.number == number) return call.needs_room;
    }
    return true;  // openat
  }

  static bool is_stream(pid_t pid, int descriptor) {
    std::array<char, 64> target{};
    const std::string path = "/proc/" + std::to_string(pid) + "/fd/" + std::to_string(descriptor);
    const ssize_t length = ::readlink(path.c_str(), target.data(), target.size() - 1);
    const std::string text(target.data(), static_cast<std::size_t>(length > 0 ? length : 0));
    return !text.starts_with('/');
  }

  static void fail([[maybe_unused]] pid_t pid, [[maybe_unused]] int number) {
#ifdef __x86_64__
    user_regs_struct registers{};
    if (::ptrace(PTRACE_GETREGS, pid, nullptr, &registers) != 0) return;
    registers.orig_rax = static_cast<unsigned long long>(-1);
    registers.rax = static_cast<unsigned long long>(-static_cast<long long>(number));
    ::ptrace(PTRACE_SETREGS, pid, nullptr, &registers);
#endif
  }

  void kill_all() {
    for (const pid_t pid : traced_) ::kill(pid, SIGKILL);
  }

  const pid_t main_;
  const Cut cut_;
  std::set<pid_t> traced_;
  std::set<pid_t> programs_;
  Traced result_;
};

}  // namespace

const char* name(Fault fault) {
  switch (fault) {
    case Fault::kNone:
      return "nothing";
    case Fault::kKill:
      return "killed";
    case Fault::kBroken:
      return "EIO";
    case Fault::kFull:
      return "ENOSPC";
    case Fault::kForbidden:
      return "EPERM";
    case Fault::kInterrupted:
      return "EINTR";
    case Fault::kReadOnly:
      return "EROFS";
  }
  return "";
}

bool can_fail_calls() {
#ifdef __x86_64__
  return true;
#else
  return false;
#endif
}

Traced run_cut_short(const std::function<int()>& work, const Cut& cut) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    ::raise(SIGSTOP);
    ::_exit(stop_at_writing_calls() ? work() : 2);
  }
  // Who asks it to end gets its account all the same.
  for (const int signal : {SIGTERM, SIGHUP}) ::signal(signal, SIG_IGN);
  return Tracer(child, cut).run();
}

}  // namespace plumb::meet
