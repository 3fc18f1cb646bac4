#include "cmd/plumb/progress.h"

#include <cstdlib>

#include <unistd.h>

#include "cmd/plumb/log.h"
#include "cmd/plumb/workspace.h"
#include "engine/report/events.h"
#include "engine/report/live_view.h"
#include "engine/report/rollout_text.h"
#include "engine/report/run_text.h"
#include "engine/report/style.h"
#include "engine/report/text_width.h"

namespace plumb::cmd {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Up to this many actions each one is worth a line.
constexpr std::size_t kActionsShown = 100;
// Of more hosts that are lost the end of the run tells, by their causes.
constexpr std::size_t kLostShown = 10;
// Often enough to look alive, seldom enough to be calm.
constexpr milliseconds kFrame{100};
// Where lines stay, one now and then says how far it is.
constexpr seconds kReport{30};

bool set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0' && std::string_view(value) != "false" && std::string_view(value) != "0";
}

bool can_draw() {
  const char* terminal = std::getenv("TERM");
  return isatty(STDERR_FILENO) == 1 && terminal != nullptr && *terminal != '\0' &&
         std::string_view(terminal) != "dumb" && !set("CI");
}

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

const char* title_of(run::Phase phase) {
  switch (phase) {
    case run::Phase::kPlan:
      return "Planning";
    case run::Phase::kObserve:
      return "Observing";
    case run::Phase::kApply:
      return "Applying";
    case run::Phase::kRun:
      return "Running";
    case run::Phase::kCollect:
      return "Getting files";
    case run::Phase::kSurvey:
      return "Looking around";
  }
  return "";
}

std::string in_milliseconds(std::int64_t time) {
  return std::to_string(time) + " ms";
}

}  // namespace

Progress::Progress(Terminal& terminal, const Options& options)
    : terminal_(terminal),
      forks_(forks_of(options)),
      live_(can_draw() && !options.no_live && options.output == "human") {}

Progress::~Progress() {
  clear();
}

run::RunObserver Progress::observer() {
  return [this](const run::RunEvent& event) { on_event(event); };
}

void Progress::start(const run::RunEvent::PhaseBegin& begin) {
  clear();
  hosts_ = begin.hosts;
  lost_ = 0;
  const std::size_t actions = begin.plan == nullptr ? 0 : plan::action_count(*begin.plan);
  // Of few actions each one gets a line of its own, not only the failed ones.
  show_actions_ = begin.plan != nullptr && actions <= kActionsShown;
  log().write(LogLevel::kInfo, "",
              std::string(name(begin.phase)) + ": " + std::to_string(begin.hosts) + " hosts, " +
                  std::to_string(actions) + " actions");
  if (terminal_.events() != nullptr) terminal_.events()->write(report::phase_event(begin));
  if (terminal_.json()) return;
  model_.begin(title_of(begin.phase), begin.hosts, forks_, std::chrono::steady_clock::now());
  if (begin.plan != nullptr) model_.expect(*begin.plan);
  running_ = true;
  ticker_ = Beside([this] { tick(); });
}

void Progress::clear() {
  {
    const std::lock_guard lock(mutex_);
    running_ = false;
  }
  wake_.notify_all();
  ticker_.wait();
  if (live_) Screen::get().clear();
}

// Draws at most one frame every kFrame, and one a second where nothing happens, since time does.
void Progress::tick() {
  auto last = std::chrono::steady_clock::now();
  ScreenSize size = Screen::size();
  std::unique_lock lock(mutex_);
  while (!wake_.wait_for(lock, kFrame, [this] { return !running_; })) {
    const auto now = std::chrono::steady_clock::now();
    if (!live_) {
      if (now - last < kReport) continue;
      last = now;
      const std::string text = report::live_line(model_.state(now, 0));
      lock.unlock();
      terminal_.tell(text + "\n");
      lock.lock();
      continue;
    }
    const ScreenSize current = Screen::size();
    if (!dirty_ && size == current && now - last < seconds{1}) continue;
    dirty_ = false;
    size = current;
    last = now;
    const report::LiveState state = model_.state(now, report::live_rows(size.height));
    lock.unlock();
    Screen::get().paint(report::live_view(state, size.width, size.height, terminal_.error_color()));
    lock.lock();
  }
}

void Progress::on_event(const run::RunEvent& event) {
  if (event.kind == run::RunEvent::Kind::kPhase) return start(event.phase);
  if (event.kind == run::RunEvent::Kind::kPhaseOver) return clear();
  log_event(event);
  if (terminal_.events() != nullptr) terminal_.events()->write(report::run_event(event));
  if (terminal_.json()) return;
  {
    const std::lock_guard lock(mutex_);
    model_.on(event, std::chrono::steady_clock::now());
    dirty_ = true;
  }
  using Kind = run::RunEvent::Kind;
  if (event.kind == Kind::kWave) line(report::wave_text(*event.wave));
  if (event.kind == Kind::kPause) line("Pausing " + std::to_string(event.milliseconds / 1000) + " s");
  if (event.kind == Kind::kAction) on_action(event);
  if (event.kind == Kind::kConfirming && show_actions_)
    line(event.host + "  " + report::confirming(event.milliseconds / 1000));
  if (event.kind == Kind::kRestarting && show_actions_) line(event.host + "  " + report::restarting());
  if (event.kind == Kind::kPlanned || event.kind == Kind::kHostDone) on_end(*event.result);
}

void Progress::on_action(const run::RunEvent& event) {
  const wire::Event& what = *event.event;
  if (what.kind == wire::EventKind::kStarted || what.kind == wire::EventKind::kOutput) return;
  // Of what came to nothing there is one line at the end of its host.
  const bool decided_against = what.kind == wire::EventKind::kSatisfied && !what.text.empty();
  if (what.kind == wire::EventKind::kSatisfied && !decided_against) return;
  if (what.kind == wire::EventKind::kSkipped) return note_skipped(event);
  const bool bad = what.kind == wire::EventKind::kFailed || what.kind == wire::EventKind::kDiverged ||
                   what.kind == wire::EventKind::kStale;
  if (bad) {
    const std::lock_guard lock(mutex_);
    idle_[event.host].failed.push_back(report::clean(event.action->desired.address.str()));
  }
  if (!show_actions_ && !bad) return;
  const std::string time = what.milliseconds > 0 ? "  " + in_milliseconds(what.milliseconds) : "";
  line(event.host + "  " + report::tint(wire::name(what.kind), tone_of(what.kind), terminal_.error_color()) + "  " +
       std::string(plumb::name(event.action->op)) + " " + report::clean(event.action->desired.address.str()) + time +
       (what.text.empty() || what.problem ? "" : "  " + report::clean(what.text.substr(0, what.text.find('\n')))));
}

void Progress::note_skipped(const run::RunEvent& event) {
  const std::optional<Diagnostic>& problem = event.event->problem;
  const std::lock_guard lock(mutex_);
  Idle& idle = idle_[event.host];
  if (!problem || problem->code == Code::kSkippedByFailure) {
    ++idle.skipped;
  } else {
    idle.others.push_back(problem->summary);
  }
}

// One line for what one cause kept from being begun.
void Progress::tell_idle(const std::string& host) {
  std::unique_lock lock(mutex_);
  const auto found = idle_.extract(host);
  lock.unlock();
  if (!found || !show_actions_) return;
  const Idle& idle = found.mapped();
  const std::string begin =
      host + "  " + report::tint("skipped", report::Tone::kYellow, terminal_.error_color()) + "  ";
  constexpr std::size_t kShown = 3;
  for (std::size_t i = 0; i < idle.others.size() && i < kShown; ++i) line(begin + report::clean(idle.others[i]));
  if (idle.others.size() > kShown) line(begin + std::to_string(idle.others.size() - kShown) + " more");
  if (idle.skipped == 0) return;
  std::string text = std::to_string(idle.skipped) + (idle.skipped == 1 ? " action" : " actions");
  if (!idle.failed.empty()) text += ", because of " + idle.failed.front();
  if (idle.failed.size() > 1) text += " and " + std::to_string(idle.failed.size() - 1) + " more";
  line(begin + text);
}

// Of many hosts one that is lost is told at once; what failed in an action was told with it.
void Progress::on_end(const run::HostResult& result) {
  tell_idle(result.name);
  const bool lost = result.state == HostState::kUnreachable || result.state == HostState::kNoAnswer;
  if (!lost || hosts_ < 2) return;
  std::unique_lock lock(mutex_);
  const std::size_t count = ++lost_;
  lock.unlock();
  if (count > kLostShown + 1) return;
  if (count > kLostShown) return line("… and more; all that are lost are named at the end");
  const Diagnostic* problem = report::first_error(result);
  line(result.name + "  " + report::tint(name(result.state), report::Tone::kRed, terminal_.error_color()) +
       (problem == nullptr ? "" : "  " + report::clean(problem->summary)));
}

void Progress::log_event(const run::RunEvent& event) {
  using Kind = run::RunEvent::Kind;
  const HostLog host(&log(), event.host);
  switch (event.kind) {
    case Kind::kPhase:
    case Kind::kPhaseOver:
      return;
    case Kind::kPause:
      return host.info("pause of " + in_milliseconds(event.milliseconds));
    case Kind::kWave:
      return host.info(report::wave_text(*event.wave));
    case Kind::kContacting:
      return host.debug("contacting");
    case Kind::kReached:
      return host.debug("reached in " + in_milliseconds(event.milliseconds));
    case Kind::kApplying:
      return host.debug("applying");
    case Kind::kAction:
      if (!host.takes(LogLevel::kDebug) || event.event->kind == wire::EventKind::kOutput) return;
      return host.debug(std::string(plumb::name(event.action->op)) + " " + event.action->desired.address.str() + ": " +
                        std::string(wire::name(event.event->kind)));
    case Kind::kPrinted:
      return;
    case Kind::kEnded:
      return host.debug("the program ended with exit code " + std::to_string(event.ended->exit_code));
    case Kind::kConfirming:
      return host.info(report::confirming(event.milliseconds / 1000));
    case Kind::kRestarting:
      return host.info(report::restarting());
    case Kind::kPlanned:
    case Kind::kHostDone:
      const Diagnostic* problem = report::first_error(*event.result);
      return host.write(problem == nullptr ? LogLevel::kInfo : LogLevel::kError,
                        (event.kind == Kind::kPlanned ? "planned: " : "done: ") +
                            std::string(name(event.result->state)) + " in " +
                            in_milliseconds(event.result->milliseconds) +
                            (problem == nullptr ? "" : ", " + code_name(problem->code) + " " + problem->summary));
  }
}

void Progress::line(const std::string& text) {
  terminal_.tell(text + "\n");
}

}  // namespace plumb::cmd
