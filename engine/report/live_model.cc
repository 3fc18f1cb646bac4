#include "engine/report/live_model.h"

#include <algorithm>
#include <cmath>

#include "engine/base/outside_text.h"
#include "engine/report/host_list.h"
#include "engine/report/run_text.h"

namespace plumb::report {
namespace {

using std::chrono::milliseconds;

// A host at work for so long may take the row of one that is over.
constexpr milliseconds kWorthARow{1000};
// Any host may, once its end was to be seen for so long.
constexpr milliseconds kEndSeen{2000};
// Below this an estimate would be a guess.
constexpr std::size_t kHostsForEstimate = 3;
constexpr std::size_t kActionsForEstimate = 10;
constexpr double kShareForEstimate = 0.05;
constexpr double kSecondsForEstimate = 2;
// Of what a program prints.
constexpr std::size_t kLongestLine = 200;

double seconds_between(Moment from, Moment to) {
  return std::chrono::duration<double>(to - from).count();
}

std::int64_t whole_seconds(Moment from, Moment to) {
  return std::chrono::duration_cast<std::chrono::seconds>(to - from).count();
}

bool ends_action(wire::EventKind kind) {
  return kind != wire::EventKind::kStarted && kind != wire::EventKind::kOutput;
}

std::string end_of(const run::HostResult& result) {
  if (result.outcome == HostOutcome::kStale) return "refused: no longer as the plan saw it";
  if (result.state != HostState::kOk) {
    for (const Diagnostic& problem : result.diagnostics.items()) {
      if (problem.severity == Severity::kError) return std::string(name(result.state)) + ": " + problem.summary;
    }
    return std::string(name(result.state));
  }
  const std::string failed =
      result.outcome == HostOutcome::kTolerated ? ", " + std::to_string(result.failed) + " failed" : "";
  return (result.changed > 0 ? "ok, " + std::to_string(result.changed) + " changed" : "ok") + failed;
}

std::string last_line_of(const std::string& text) {
  std::string_view rest = text;
  while (rest.ends_with('\n')) rest.remove_suffix(1);
  return outside_line(rest.substr(rest.rfind('\n') + 1), kLongestLine);
}

// How long `count` pieces of work of `each` seconds take, `at_once` at a time.
double rounds(std::size_t count, std::size_t at_once, double each) {
  const std::size_t whole = (count + at_once - 1) / at_once;
  return static_cast<double>(whole) * each;
}

}  // namespace

void LiveModel::begin(std::string title, std::size_t hosts, std::size_t forks, Moment now) {
  *this = LiveModel();
  title_ = std::move(title);
  hosts_ = hosts;
  forks_ = std::max<std::size_t>(forks, 1);
  begin_ = now;
}

void LiveModel::expect(const plan::Plan& plan) {
  for (const auto& [host, host_plan] : plan.hosts) {
    if (host_plan.actions.empty()) continue;
    const std::size_t count = host_plan.actions.size() + host_plan.around.action_count();
    actions_.emplace(host, count);
    actions_all_ += count;
  }
  if (!plan.rollout) return;
  for (const plan::Wave& wave : plan.rollout->waves) waves_.push_back(wave.hosts.size());
  wave_count_ = waves_.size();
  pause_seconds_ = static_cast<double>(plan.rollout->pause_seconds);
}

void LiveModel::on(const run::RunEvent& event, Moment now) {
  using Kind = run::RunEvent::Kind;
  switch (event.kind) {
    case Kind::kPhase:
    case Kind::kPhaseOver:
      break;
    case Kind::kPause:
      wave_ = "Pausing " + std::to_string(event.milliseconds / 1000) + " s before wave " +
              std::to_string(wave_begun_ + 1) + " of " + std::to_string(wave_count_);
      break;
    case Kind::kWave:
      ++wave_begun_;
      if (!waves_.empty()) waves_.erase(waves_.begin());
      wave_left_ = event.wave->hosts.size();
      wave_ = "Wave " + std::to_string(wave_begun_) + " of " + std::to_string(wave_count_) +
              (event.wave->stage.empty() ? "" : ", of " + event.wave->stage) +
              (event.wave->canary ? ", canary: " : ": ") + host_list(event.wave->hosts);
      break;
    case Kind::kContacting:
      running_[event.host] = {now, "connecting", 0, {}};
      break;
    case Kind::kReached:
      running_[event.host].doing = "observing";
      break;
    case Kind::kApplying:
      running_[event.host] = {now, "checking against the plan", 0, {}};
      break;
    case Kind::kAction:
      note_action(event, now);
      break;
    case Kind::kConfirming:
      running_.try_emplace(event.host, Work{now, "", 0, {}}).first->second.confirmed_by =
          now + milliseconds(event.milliseconds);
      break;
    case Kind::kRestarting:
      running_[event.host] = {now, restarting(), 0, {}};
      break;
    case Kind::kPrinted:
      running_.try_emplace(event.host, Work{now, "", 0, {}}).first->second.doing = last_line_of(event.printed->text);
      break;
    case Kind::kEnded:
      break;
    case Kind::kPlanned:
    case Kind::kHostDone:
      finish(*event.result, now);
      break;
  }
}

void LiveModel::note_action(const run::RunEvent& event, Moment now) {
  Work& work = running_.try_emplace(event.host, Work{now, "", 0, {}}).first->second;
  work.doing = std::string(plumb::name(event.action->op)) + " " + event.action->desired.address.str();
  if (!ends_action(event.event->kind)) return;
  ++work.actions_done;
  ++actions_done_;
}

void LiveModel::finish(const run::HostResult& result, Moment now) {
  const bool held = result.state == HostState::kNotStarted;
  const bool bad = !held && result.state != HostState::kOk;
  ++(held ? held_ : bad ? failed_ : done_);
  if (wave_left_ > 0) --wave_left_;
  const auto work = running_.find(result.name);
  const std::size_t told = work == running_.end() ? 0 : work->second.actions_done;
  // What a host did not do will not be done.
  if (const auto planned = actions_.find(result.name); planned != actions_.end() && planned->second > told) {
    actions_all_ -= planned->second - told;
  }
  if (work == running_.end()) return;
  if (!bad && (actions_.empty() || actions_.contains(result.name))) {
    ++timed_;
    timed_seconds_ += seconds_between(work->second.since, now);
  }
  for (Place& place : places_) {
    if (place.host != result.name) continue;
    place.over = true;
    place.bad = bad;
    place.end = end_of(result);
    place.since = now;
    place.seconds = whole_seconds(work->second.since, now);
  }
  running_.erase(work);
}

void LiveModel::give_places(Moment now, std::size_t rows) {
  if (places_.size() > rows) {
    // The screen has become smaller: what is over goes first, then the youngest.
    std::erase_if(places_, [](const Place& place) { return place.over; });
    if (places_.size() > rows) places_.resize(rows);
  }
  std::vector<std::pair<Moment, std::string>> waiting;
  for (const auto& [host, work] : running_) {
    const bool shown = std::any_of(places_.begin(), places_.end(),
                                   [&name = host](const Place& p) { return p.host == name && !p.over; });
    if (!shown) waiting.emplace_back(work.since, host);
  }
  std::sort(waiting.begin(), waiting.end());
  auto next = waiting.begin();
  for (; next != waiting.end() && places_.size() < rows; ++next)
    places_.push_back({next->second, false, false, "", 0, now});
  for (Place& place : places_) {
    if (next == waiting.end()) return;
    if (!place.over || (now - next->first < kWorthARow && now - place.since < kEndSeen)) continue;
    place = {next->second, false, false, "", 0, now};
    ++next;
  }
}

std::string LiveModel::doing(const Work& work, Moment now) {
  if (!work.confirmed_by) return work.doing;
  if (now >= *work.confirmed_by) return "waiting to hear what the host undid";
  // Rounded up: it begins with all of its time.
  return confirming(whole_seconds(now, *work.confirmed_by - milliseconds(1)) + 1);
}

LiveState LiveModel::state(Moment now, std::size_t rows) {
  give_places(now, rows);
  LiveState state;
  state.title = title_;
  state.elapsed_seconds = whole_seconds(begin_, now);
  state.left_seconds = seconds_left(now);
  state.wave = wave_;
  state.hosts = hosts_;
  state.done = done_;
  state.running = running_.size();
  state.failed = failed_;
  state.held = held_;
  std::size_t shown = 0;
  for (const Place& place : places_) {
    const auto work = running_.find(place.host);
    if (place.over || work == running_.end()) {
      state.rows.push_back({place.host, place.end, place.seconds, true, place.bad});
    } else {
      state.rows.push_back(
          {place.host, doing(work->second, now), whole_seconds(work->second.since, now), false, false});
      ++shown;
    }
  }
  state.more = running_.size() - shown;
  return state;
}

std::optional<std::int64_t> LiveModel::seconds_left(Moment now) const {
  if (seconds_between(begin_, now) < kSecondsForEstimate) return std::nullopt;
  std::optional<double> left = by_hosts(now);
  if (!left) left = by_actions(now);
  // Whatever takes longer than it should have is not about to end.
  if (!left || *left < 1) return std::nullopt;
  return std::llround(*left);
}

// From how long hosts took that are over: what each of those at work still needs, and how many of the others work at a
// time, wave by wave.
std::optional<double> LiveModel::by_hosts(Moment now) const {
  if (timed_ < kHostsForEstimate) return std::nullopt;
  const double each = timed_seconds_ / static_cast<double>(timed_);
  double at_work = 0;
  for (const auto& [host, work] : running_) at_work = std::max(at_work, each - seconds_between(work.since, now));
  const std::size_t over = done_ + failed_ + held_;
  const std::size_t all = actions_.empty() ? hosts_ : std::max(actions_.size(), over);
  if (wave_count_ == 0) {
    const std::size_t begun = over + running_.size();
    return at_work + rounds(all > begun ? all - begun : 0, forks_, each);
  }
  const std::size_t waiting = wave_left_ > running_.size() ? wave_left_ - running_.size() : 0;
  double left = at_work + rounds(waiting, forks_, each);
  for (const std::size_t wave : waves_) left += pause_seconds_ + rounds(wave, forks_, each);
  return left;
}

// Of few hosts that all work at the same time: from the actions that are done.
std::optional<double> LiveModel::by_actions(Moment now) const {
  if (wave_count_ > 0 || hosts_ > forks_ || actions_done_ < kActionsForEstimate || actions_all_ <= actions_done_)
    return std::nullopt;
  const double share = static_cast<double>(actions_done_) / static_cast<double>(actions_all_);
  if (share < kShareForEstimate) return std::nullopt;
  return seconds_between(begin_, now) * (1 - share) / share;
}

}  // namespace plumb::report
