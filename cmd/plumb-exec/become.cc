#include "cmd/plumb-exec/become.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "engine/base/shell_word.h"
#include "engine/base/unique_fd.h"

namespace plumb::cmd {

namespace {

constexpr int kCannotRun = 126;
constexpr int kNotFound = 127;
// Text without a line end that nothing follows for so long is a question.
constexpr timespec kQuestionPause{0, 100'000'000};
constexpr std::string_view kMarker = "PLUMB-PASSWORD:";

int complain(const std::string& what) {
  std::fprintf(stderr, "%s: %s\n", what.c_str(), std::strerror(errno));
  return kCannotRun;
}

// su asks on its standard input, which is the terminal then; the executor finds its own streams behind it.
std::vector<std::string> su_command(const BecomeRequest& request) {
  std::string line = "exec";
  for (const std::string& argument : request.arguments) line += " " + shell_word(argument);
  return {"su", "-s", "/bin/sh", "-c", line + " <&3 >&4 2>&5 3<&- 4>&- 5>&-", request.user};
}

std::vector<std::string> command_of(const BecomeRequest& request) {
  if (request.method == "su") return su_command(request);
  std::vector<std::string> command{request.method};
  if (!request.has_password) command.emplace_back("-n");
  command.insert(command.end(), {"-u", request.user});
  command.insert(command.end(), request.arguments.begin(), request.arguments.end());
  return command;
}

void execute(const std::vector<std::string>& command) {
  // The login's own folders are not the other user's; su would hand them on.
  for (const char* name : {"XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR", "XDG_STATE_HOME"})
    ::unsetenv(name);
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (const std::string& word : command) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
}

int not_started(const BecomeRequest& request) {
  const bool missing = errno == ENOENT;
  complain(request.method);
  return missing ? kNotFound : kCannotRun;
}

struct Terminal {
  UniqueFd master;
  UniqueFd slave;
};

bool open_terminal(Terminal& terminal) {
  terminal.master.reset(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!terminal.master || ::grantpt(terminal.master.get()) != 0 || ::unlockpt(terminal.master.get()) != 0) return false;
  std::array<char, 128> name{};
  if (::ptsname_r(terminal.master.get(), name.data(), name.size()) != 0) return false;
  terminal.slave.reset(::open(name.data(), O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!terminal.slave) return false;
  // The answer must not come back as if the program had said it.
  termios settings{};
  if (::tcgetattr(terminal.slave.get(), &settings) != 0) return false;
  settings.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL);
  settings.c_oflag &= ~static_cast<tcflag_t>(OPOST);
  return ::tcsetattr(terminal.slave.get(), TCSANOW, &settings) == 0;
}

[[noreturn]] void run_child(const BecomeRequest& request, const std::vector<std::string>& command,
                            const Terminal& terminal) {
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::setsid();
  ::ioctl(terminal.slave.get(), TIOCSCTTY, 0);
  if (request.method == "su") {
    const int slave = ::fcntl(terminal.slave.get(), F_DUPFD_CLOEXEC, 10);  // out of the way of what is placed below
    for (const int stream : {0, 1, 2}) {
      ::dup2(stream, stream + 3);
      ::dup2(slave, stream);
    }
  }
  execute(command);
  const int code = not_started(request);
  std::fflush(stderr);
  ::_exit(code);
}

bool write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(fd, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// In a way that no compiler leaves out.
void forget(std::string& secret) {
  std::fill_n(static_cast<volatile char*>(secret.data()), secret.size(), '\0');
}

// Byte by byte, since what follows the line belongs to the executor.
bool read_line(std::string& line) {
  while (line.empty() || line.back() != '\n') {
    char c = 0;
    const ssize_t count = ::read(STDIN_FILENO, &c, 1);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    line += c;
  }
  return true;
}

// Carries what is said at the terminal to the far side, and the answers back.
class Questions {
 public:
  explicit Questions(int terminal) : terminal_(terminal) {}

  // Until the child has ended, with `status` as of waitpid(2). False where a question stays without an answer. The
  // caller has blocked SIGCHLD; `open` lets it through.
  bool answer_until_end(pid_t child, const sigset_t& open, int& status) {
    while (::waitpid(child, &status, WNOHANG) == 0) {
      const int ready = wait(text_.empty() ? nullptr : &kQuestionPause, &open);
      if (ready == 0 && !ask()) return false;
      if (ready > 0) take();
    }
    constexpr timespec kNow{};
    while (wait(&kNow, nullptr) > 0 && take()) {
    }
    write_all(STDERR_FILENO, text_);
    return true;
  }

 private:
  // For what is said at the terminal. Negative where a signal came first.
  int wait(const timespec* at_most, const sigset_t* signals) const {
    fd_set readable;
    FD_ZERO(&readable);
    FD_SET(terminal_, &readable);
    return ::pselect(terminal_ + 1, &readable, nullptr, nullptr, at_most, signals);
  }

  bool take() {
    std::array<char, 1024> buffer;
    const ssize_t count = ::read(terminal_, buffer.data(), buffer.size());
    if (count <= 0) return false;
    text_.append(buffer.data(), static_cast<std::size_t>(count));
    const std::size_t end = text_.find_last_of("\r\n");
    if (end == std::string::npos) return true;
    const std::string lines = text_.substr(0, end + 1);
    text_.erase(0, end + 1);
    // The empty line that follows an answer says nothing.
    if (lines.find_first_not_of("\r\n") != std::string::npos) write_all(STDERR_FILENO, lines);
    return true;
  }

  bool ask() {
    if (!write_all(STDERR_FILENO, std::string(kMarker) + text_ + "\n")) return false;
    text_.clear();
    std::string answer;
    const bool answered = read_line(answer) && write_all(terminal_, answer);
    forget(answer);
    return answered;
  }

  int terminal_;
  std::string text_;
};

int exit_code(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

int become(const BecomeRequest& request) {
  const std::vector<std::string> command = command_of(request);
  if (request.method != "su" && !request.has_password) {
    execute(command);
    return not_started(request);
  }
  Terminal terminal;
  if (!open_terminal(terminal)) return complain("no terminal for " + request.method + " to ask at");
  // The child's end interrupts a wait; the handler is there so that the signal is not ignored.
  struct sigaction interrupt {};
  interrupt.sa_handler = [](int) {};
  ::sigaction(SIGCHLD, &interrupt, nullptr);
  sigset_t child_ends;
  sigset_t open;
  sigemptyset(&child_ends);
  sigaddset(&child_ends, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &child_ends, &open);
  sigdelset(&open, SIGCHLD);
  const pid_t child = ::fork();
  if (child < 0) return complain("fork");
  if (child == 0) run_child(request, command, terminal);
  // The executor's end of stream is for the far side to see, so nobody else may hold it.
  const UniqueFd nothing(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (nothing) ::dup2(nothing.get(), STDOUT_FILENO);

  // The other side of the terminal stays open here: nobody else may have it open for a while, which would be its end.
  int status = 0;
  if (!Questions(terminal.master.get()).answer_until_end(child, open, status)) {
    terminal = {};
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
  }
  return exit_code(status);
}

}  // namespace plumb::cmd
