#include "cmd/plumb/progress.h"

#include <spdlog/spdlog.h>
#include <unistd.h>

#include "engine/report/host_list.h"
#include "engine/report/rollout_text.h"
#include "engine/report/style.h"

namespace plumb::cmd {
namespace {

constexpr std::size_t kStatusWidth = 78;

report::Tone tone_of(wire::EventKind kind) {
  switch (kind) {
    case wire::EventKind::kChanged:
    case wire::EventKind::kVerified:
      return report::Tone::kGreen;
    case wire::EventKind::kFailed:
    case wire::EventKind::kDiverged:
    case wire::EventKind::kStale:
      return report::Tone::kRed;
    case wire::EventKind::kSkipped:
      return report::Tone::kYellow;
    default:
      return report::Tone::kDim;
  }
}

}  // namespace

Progress::Progress(Terminal& terminal) : terminal_(terminal), live_(isatty(STDERR_FILENO) == 1 && !terminal.json()) {}

run::RunObserver Progress::observer() {
  return [this](const run::RunEvent& event) { on_event(event); };
}

void Progress::on_event(const run::RunEvent& event) {
  switch (event.kind) {
    case run::RunEvent::Kind::kWave:
      if (!terminal_.json()) line(report::wave_text(*event.wave));
      return;
    case run::RunEvent::Kind::kContacting:
      spdlog::debug("{}: contacting", event.host);
      working_.insert(event.host);
      break;
    case run::RunEvent::Kind::kPlanned:
      spdlog::debug("{}: planned", event.host);
      working_.erase(event.host);
      ++done_;
      break;
    case run::RunEvent::Kind::kAction:
      working_.insert(event.host);
      on_action(event);
      return;
    case run::RunEvent::Kind::kHostDone:
      spdlog::debug("{}: done, {}", event.host, run::name(event.result->state));
      working_.erase(event.host);
      break;
  }
  if (!working_.empty()) status(report::host_list({working_.begin(), working_.end()}, kStatusWidth - 20));
}

void Progress::on_action(const run::RunEvent& event) {
  const wire::Event& what = *event.event;
  const std::string address = event.action->desired.address.str();
  if (what.kind == wire::EventKind::kStarted) {
    status(event.host + ": " + std::string(plumb::name(event.action->op)) + " " + address);
    return;
  }
  if (what.kind == wire::EventKind::kOutput || terminal_.json()) return;
  const bool bad = what.kind == wire::EventKind::kFailed || what.kind == wire::EventKind::kDiverged ||
                   what.kind == wire::EventKind::kStale;
  if (!show_actions_ && !bad) return;
  const std::string time = what.milliseconds > 0 ? "  " + std::to_string(what.milliseconds) + " ms" : "";
  line(event.host + "  " + report::tint(wire::name(what.kind), tone_of(what.kind), terminal_.error_color()) + "  " +
       std::string(plumb::name(event.action->op)) + " " + address + time +
       (what.text.empty() || what.problem ? "" : "  " + what.text.substr(0, what.text.find('\n'))));
}

void Progress::status(const std::string& text) {
  if (!live_) return;
  terminal_.tell("\r\033[K" + text.substr(0, kStatusWidth));
  status_shown_ = true;
}

void Progress::clear() {
  if (!status_shown_) return;
  terminal_.tell("\r\033[K");
  status_shown_ = false;
}

void Progress::line(const std::string& text) {
  clear();
  terminal_.tell(text + "\n");
}

}  // namespace plumb::cmd
