#include "cmd/plumb/ask.h"

#include <functional>

#include <termios.h>
#include <unistd.h>

#include "engine/base/descriptors.h"

namespace plumb::cmd {
namespace {

// One line of standard input; nothing where it ended before. `on_end` is called where it has no line break.
Result<std::string> read_line(const host::Interrupt* interrupt, const std::function<void()>& on_end = {}) {
  std::string line;
  while (true) {
    if (!wait_for_input(STDIN_FILENO, interrupt == nullptr ? -1 : interrupt->fd())) {
      return fail(Code::kInterrupted, "interrupted");
    }
    char c = 0;
    const bool ended = ::read(STDIN_FILENO, &c, 1) <= 0;
    if (ended && on_end) on_end();
    if (ended || c == '\n') return line;
    line += c;
  }
}

}  // namespace

Result<bool> ask_yes(const std::string& question, Terminal& terminal, const host::Interrupt& interrupt) {
  if (!terminal.can_ask()) {
    return fail(Code::kNeedsConfirmation, "there is no terminal to ask on")
        .hint("add --yes to go on without being asked");
  }
  terminal.tell(question + " Type `yes` to go on: ");
  PLUMB_TRY_ASSIGN(const std::string answer, read_line(&interrupt, [&] { terminal.tell("\n"); }));
  return answer == "yes";
}

Result<std::string> ask_secret(const std::string& question, Terminal& terminal, const host::Interrupt* interrupt) {
  if (!terminal.can_ask()) return fail(Code::kNeedsConfirmation, "there is no terminal to ask for a password on");
  const auto held = terminal.hold();
  // Before it is asked: what is typed at once must neither be shown nor be thrown away.
  termios before{};
  tcgetattr(STDIN_FILENO, &before);
  termios quiet = before;
  quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  terminal.tell(question);
  Result<std::string> line = read_line(interrupt);
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
  terminal.tell("\n");
  return line;
}

}  // namespace plumb::cmd
