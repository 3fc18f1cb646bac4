#include "engine/exec/apply_progress.h"

#include "engine/base/sealed.h"

namespace plumb::exec {

ApplyProgress::ApplyProgress(const ApplyTools& tools, const wire::Apply& request, const Secrets& secrets)
    : ApplyActions(request, tools.registry),
      states(request.actions.size(), State::kPending),
      set_off_by(request.actions.size()),
      before(request.actions.size()),
      touched(request.actions.size(), false),
      line_(tools.line),
      secrets_(secrets),
      keep_going_(request.keep_going) {
  for (std::size_t i = 0; i < request.actions.size(); ++i) {
    for (const std::size_t triggered : action(i).triggers) set_off_by[triggered].push_back(i);
  }
  done.outcome = wire::DoneOutcome::kOk;
}

const Desired* ApplyProgress::as_planned_for(std::size_t index) {
  const wire::Action& what = action(index);
  std::set<std::string> sealed;
  for (const auto& [name, value] : what.before.items()) {
    if (is_sealed(value) && !what.desired.sensitive.contains(name)) sealed.insert(name);
  }
  if (sealed.empty()) return &what.desired;
  Desired& desired = planned_for_.emplace_back(what.desired);
  desired.sensitive.merge(sealed);
  return &desired;
}

void ApplyProgress::skip(std::size_t index, const Diagnostic& why) {
  states[index] = State::kSkipped;
  event(wire::EventKind::kSkipped, index, why.summary, why);
}

void ApplyProgress::fail_before(std::size_t index, const Diagnostic& why, bool diverged) {
  states[index] = State::kFailed;
  if (!failed && (broken || !may_fail(index))) failed = index;
  const Diagnostic shown = presentable(why, action(index).hide_output);
  event(diverged ? wire::EventKind::kDiverged : wire::EventKind::kFailed, index, shown.summary, shown);
}

Diagnostic ApplyProgress::presentable(const Diagnostic& problem, bool hide_output) const {
  Diagnostic shown = problem;
  const bool said_by_program = problem.code == Code::kProgramFailed || problem.code == Code::kValidateFailed ||
                               problem.code == Code::kPackageFailed || problem.code == Code::kPackageOthers ||
                               problem.code == Code::kServiceFailed || problem.code == Code::kProbeFailed;
  if (hide_output && said_by_program) {
    // What a program prints stands after the first colon behind how it ended; before that, its command may have one.
    const std::size_t ended = shown.summary.find(" (exit code ");
    const std::size_t colon = shown.summary.find(": ", ended == std::string::npos ? 0 : ended);
    if (colon != std::string::npos) shown.summary.erase(colon);
  }
  shown.summary = secrets_.hide(std::move(shown.summary));
  shown.hint = secrets_.hide(std::move(shown.hint));
  return shown;
}

void ApplyProgress::event(wire::EventKind kind, std::size_t index, std::string text, std::optional<Diagnostic> problem,
                          std::int64_t milliseconds) {
  untold_.emplace_back(wire::Event{kind, index, std::move(text), std::move(problem), milliseconds});
}

// One packet for many: over SSH each costs both sides more than the event it carries.
void ApplyProgress::tell() {
  line_.send(untold_);
  untold_.clear();
}

}  // namespace plumb::exec
