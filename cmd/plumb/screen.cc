#include "cmd/plumb/screen.h"

#include <array>
#include <atomic>
#include <cstdio>

#include <signal.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "engine/base/descriptors.h"
#include "engine/report/terminal_text.h"

namespace plumb::cmd {
namespace {

constexpr std::string_view kErase = "\r\x1b[J";
constexpr std::string_view kHideCursor = "\x1b[?25l";
constexpr std::string_view kShowCursor = "\x1b[?25h";

// For the handler of fatal signals, which may look at nothing else.
std::atomic<bool> block_shown{false};

// How the terminal was before the block stood there; valid while `quiet`.
termios settings_before{};
std::atomic<bool> quiet{false};

bool is_in_foreground() {
  return ::tcgetpgrp(STDERR_FILENO) == ::getpgrp();
}

// What is typed would stand in the block and break its lines. And a Ctrl-C makes the terminal throw away what it has
// not shown yet: of a slow one a half of a block would be left, of which nobody knows where it ends.
void make_quiet() {
  if (quiet || !is_in_foreground() || ::tcgetattr(STDERR_FILENO, &settings_before) != 0) return;
  termios settings = settings_before;
  settings.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHONL);
  settings.c_lflag |= NOFLSH;
  quiet = ::tcsetattr(STDERR_FILENO, TCSANOW, &settings) == 0;
}

// In the background it is as the shell has it.
void make_loud() {
  if (quiet.exchange(false) && is_in_foreground()) (void)::tcsetattr(STDERR_FILENO, TCSANOW, &settings_before);
}

void give_terminal_back(int signal) {
  constexpr std::string_view kBack = "\r\x1b[J\x1b[?25h";
  if (block_shown.load()) (void)!::write(STDERR_FILENO, kBack.data(), kBack.size());
  make_loud();
  // The handler is gone by now (SA_RESETHAND).
  ::raise(signal);
}

void watch_fatal_signals() {
  struct sigaction action {};
  action.sa_handler = give_terminal_back;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT}) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    // Whoever has one of these already, as sanitizers do, keeps it.
    if (before.sa_handler == SIG_DFL && (before.sa_flags & SA_SIGINFO) == 0) sigaction(signal, &action, nullptr);
  }
}

}  // namespace

Screen::Screen() {
  watch_fatal_signals();
}

Screen& Screen::get() {
  static Screen screen;
  return screen;
}

ScreenSize Screen::size() {
  winsize window{};
  ScreenSize size;
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &window) != 0) return size;
  if (window.ws_col > 0) size.width = window.ws_col;
  if (window.ws_row > 0) size.height = window.ws_row;
  return size;
}

void Screen::write_out(std::string_view text) {
  (void)write_all(STDERR_FILENO, text);  // where that fails, nobody is there to be told
}

void Screen::erase(std::string& out) const {
  if (lines_.empty()) return;
  out += kErase;
  out += kShowCursor;
}

std::string Screen::block() const {
  std::string out(kHideCursor);
  out += '\r';
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    if (i > 0) out += '\n';
    out += report::terminal_text(lines_[i], true);
    out += "\x1b[K";
  }
  // What is left of a longer block, and of one that was broken by another width.
  out += "\x1b[J\r";
  if (lines_.size() > 1) out += "\x1b[" + std::to_string(lines_.size() - 1) + "A";
  return out;
}

void Screen::paint(const std::vector<std::string>& lines) {
  const std::lock_guard lock(mutex_);
  if (lines.empty()) return clear();
  lines_ = lines;
  block_shown = true;
  make_quiet();
  write_out(block());
}

void Screen::say(std::string_view text) {
  const std::lock_guard lock(mutex_);
  std::fflush(stdout);
  if (lines_.empty()) return write_out(text);
  std::string out;
  erase(out);
  out += text;
  if (text.ends_with('\n')) {
    out += block();
  } else {
    // More of the line follows; the block comes back with the next painting.
    lines_.clear();
    block_shown = false;
  }
  write_out(out);
}

void Screen::clear() {
  const std::lock_guard lock(mutex_);
  std::string out;
  erase(out);
  lines_.clear();
  write_out(out);
  block_shown = false;
  make_loud();
}

std::unique_lock<std::recursive_mutex> Screen::hold() {
  std::unique_lock lock(mutex_);
  clear();
  return lock;
}

void Screen::suspend() {
  const std::lock_guard lock(mutex_);
  clear();
  // As if it had not been caught: stops the whole program, unless nobody could let it go on.
  struct sigaction standard {};
  struct sigaction before {};
  standard.sa_handler = SIG_DFL;
  sigaction(SIGTSTP, &standard, &before);
  sigset_t stop;
  sigset_t mask;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  ::raise(SIGTSTP);
  pthread_sigmask(SIG_UNBLOCK, &stop, &mask);
  pthread_sigmask(SIG_SETMASK, &mask, nullptr);
  sigaction(SIGTSTP, &before, nullptr);
}

}  // namespace plumb::cmd
