#include "engine/run/restarts.h"

#include <algorithm>

#include "engine/plan/source_place.h"

namespace plumb::run {
namespace {

using wire::EventKind;

bool is_bad(EventKind kind) {
  return kind == EventKind::kFailed || kind == EventKind::kDiverged;
}

}  // namespace

bool ApplyPasses::is_news(const wire::Event& event) {
  if (event.index >= ends_.size()) return false;
  std::optional<EventKind>& end = ends_[event.index];
  if (settled_[event.index]) {
    // What restarted the host is looked at afterwards.
    const bool came_to_nothing = is_bad(event.kind) && end == EventKind::kChanged;
    if (came_to_nothing) end = event.kind;
    return came_to_nothing;
  }
  if (event.kind != EventKind::kStarted && event.kind != EventKind::kOutput) end = event.kind;
  return true;
}

void ApplyPasses::end_one() {
  several_ = true;
  for (std::size_t i = 0; i < ends_.size(); ++i) settled_[i] = ends_[i].has_value();
}

void ApplyPasses::tell(wire::Apply& request) const {
  for (std::size_t i = 0; i < ends_.size(); ++i) {
    if (!settled_[i]) continue;
    request.settled.push_back(i);
    if (ends_[i] == EventKind::kChanged) request.changed.push_back(i);
    if (is_bad(*ends_[i])) request.failed.push_back(i);
    if (ends_[i] == EventKind::kSkipped) request.skipped.push_back(i);
  }
  // They were compared before the first change.
  request.readings.clear();
}

int ApplyPasses::ended(EventKind kind) const {
  return static_cast<int>(std::count(ends_.begin(), ends_.end(), kind));
}

void ApplyPasses::total(wire::Done& done) const {
  if (!several_) return;
  done.changed = ended(EventKind::kChanged);
  done.verified = ended(EventKind::kVerified);
  done.satisfied = ended(EventKind::kSatisfied);
  done.failed = ended(EventKind::kFailed) + ended(EventKind::kDiverged);
  done.skipped = ended(EventKind::kSkipped) + ended(EventKind::kStale);
}

std::optional<Diagnostic> problem_of_restarts(const plan::Actions& actions, const host::HostSettings& settings,
                                              const Registry& kinds) {
  const bool returns = settings.kind == host::ConnectionKind::kSsh || settings.kind == host::ConnectionKind::kOpenSsh;
  if (returns) return std::nullopt;
  const auto restarts = std::find_if(actions.begin(), actions.end(), [&](const plan::Action& action) {
    const Kind* kind = kinds.find(action.desired.address.kind);
    return kind != nullptr && kind->operations.contains(Operation(Reboot()));
  });
  if (restarts == actions.end()) return std::nullopt;
  Diagnostic problem(Code::kRefusedByState,
                     restarts->desired.address.str() + " would end this run: a restart is waited for over ssh alone");
  problem.span = plan::place_of(restarts->source);
  for (const plan::Action& earlier : actions) {
    const std::vector<std::string>& needs = restarts->needs;
    if (std::find(needs.begin(), needs.end(), earlier.desired.address.str()) == needs.end()) continue;
    if (const std::optional<SourceSpan> place = plan::place_of(earlier.source))
      problem.related.push_back({*place, "comes before it"});
  }
  problem.hint = "leave the resource out with `on`, or give the host an address that ssh reaches";
  return problem;
}

}  // namespace plumb::run
