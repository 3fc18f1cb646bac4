#include "cmd/plumb/pager.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/descriptors.h"
#include "engine/base/program.h"
#include "engine/base/spawn.h"
#include "engine/report/terminal_text.h"

namespace plumb::cmd {
namespace {

// The command of the reader; "" for none.
std::string pager() {
  for (const char* name : {"PLUMB_PAGER", "PAGER"}) {
    if (const char* chosen = std::getenv(name)) return std::string_view(chosen) == "cat" ? "" : chosen;
  }
  return has_program("less") ? "less" : "";
}

// Rows that the text takes on a screen of this width. Colours have none of it.
std::size_t rows_of(std::string_view text, std::size_t width) {
  std::size_t rows = 0;
  std::size_t column = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\x1b') {
      at = std::min(text.find('m', at), text.size());
    } else if (text[at] == '\n') {
      rows += 1 + (column > 0 ? (column - 1) / width : 0);
      column = 0;
    } else if ((static_cast<unsigned char>(text[at]) & 0xc0U) != 0x80U) {
      ++column;
    }
  }
  return rows;
}

bool fits(std::string_view text) {
  winsize window{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_row == 0 || window.ws_col == 0) return true;
  return rows_of(text, window.ws_col) < window.ws_row;
}

// A Ctrl-C is the reader's while it is there.
class NoInterrupt {
 public:
  NoInterrupt() : before_(std::signal(SIGINT, SIG_IGN)) {}
  ~NoInterrupt() { std::signal(SIGINT, before_); }
  NoInterrupt(const NoInterrupt&) = delete;
  NoInterrupt& operator=(const NoInterrupt&) = delete;

 private:
  void (*before_)(int);
};

bool show(const std::string& text, const std::string& command) {
  // Ends by itself where all fits, keeps colours, and leaves the text on the screen.
  ::setenv("LESS", "FRX", 0);
  ::setenv("LESSCHARSET", "utf-8", 0);
  ::setenv("LV", "-c", 0);
  std::fflush(stdout);
  Pipe text_of = make_pipe();
  if (!text_of) return false;
  const NoInterrupt none;
  pid_t reader = -1;
  const std::vector<std::string> words = {"/bin/sh", "-c", command};
  // It gets every signal as by default, so that a Ctrl-C is its own to take, and asks on this terminal.
  if (spawn({.arguments = words,
             .folder = {},
             .input = text_of.read.get(),
             .output = STDOUT_FILENO,
             .errors = STDERR_FILENO,
             .own = Spawn::Own::kNothing},
            reader) != 0)
    return false;
  text_of.read.reset();
  // Who leaves before the end has read enough.
  (void)write_all(text_of.write.get(), text);
  text_of.write.reset();
  int status = 0;
  while (::waitpid(reader, &status, 0) < 0 && errno == EINTR) continue;
  constexpr int kNotFound = 127;
  return !WIFEXITED(status) || WEXITSTATUS(status) != kNotFound;
}

}  // namespace

void print_to_read(std::string_view text, Terminal& terminal, const Options& options) {
  const char* kind = std::getenv("TERM");
  const bool plain = options.no_pager || terminal.json() || kind == nullptr || std::string_view(kind) == "dumb" ||
                     ::isatty(STDIN_FILENO) != 1 || ::isatty(STDOUT_FILENO) != 1 || fits(text);
  const std::string command = plain ? "" : pager();
  if (command.empty() || !show(report::terminal_text(text, terminal.color()), command)) terminal.print(text);
}

}  // namespace plumb::cmd
