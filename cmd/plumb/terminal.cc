#include "cmd/plumb/terminal.h"

#include <cstdio>
#include <cstdlib>

#include <unistd.h>

#include "engine/report/diagnostics.h"
#include "engine/report/events.h"
#include "engine/report/terminal_text.h"

namespace plumb::cmd {
namespace {

bool wants_color(int fd, bool no_color) {
  const char* refused = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  if (no_color || (refused != nullptr && *refused != '\0')) return false;
  return isatty(fd) == 1 && terminal != nullptr && std::string_view(terminal) != "dumb";
}

}  // namespace

Terminal::Terminal(bool no_color)
    : color_out_(wants_color(STDOUT_FILENO, no_color)),
      color_err_(wants_color(STDERR_FILENO, no_color)),
      can_ask_(isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1) {}

void Terminal::print(std::string_view text) {
  write(json_ ? std::string(text) : report::terminal_text(text, color_out_));
}

void Terminal::write(std::string_view text) {
  // A failed write stays marked on the stream; main looks at it at the end.
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void Terminal::tell(std::string_view text) {
  Screen::get().say(json_ ? std::string(text) : report::terminal_text(text, color_err_));
}

void Terminal::diagnose(const std::vector<Diagnostic>& diagnostics, const lang::SourceMap& sources) {
  if (diagnostics.empty()) return;
  if (findings_ != nullptr) {
    findings_->insert(findings_->end(), diagnostics.begin(), diagnostics.end());
    return;
  }
  if (kept_ != nullptr) kept_->insert(kept_->end(), diagnostics.begin(), diagnostics.end());
  if (events_ != nullptr) {
    for (const Diagnostic& diagnostic : diagnostics) events_->write(report::diagnostic_event(diagnostic));
    return;
  }
  if (json_) {
    for (const Diagnostic& diagnostic : diagnostics) tell(report::to_json(diagnostic).dump() + "\n");
    return;
  }
  tell(report::render(diagnostics, sources, color_err_) + "\n");
}

}  // namespace plumb::cmd
