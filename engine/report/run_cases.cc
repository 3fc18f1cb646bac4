#include "engine/report/run_cases.h"

#include <memory>
#include <set>

#include "engine/base/outside_text.h"
#include "engine/report/run_text.h"

namespace plumb::report {
namespace {

constexpr std::size_t kMostOutput = std::size_t{16} << 10;
constexpr const char* kHostCase = "host";

std::string problem_text(const Diagnostic& problem) {
  return code_name(problem.code) + ": " + problem.summary;
}

std::string why_not_begun(const run::HostResult* end) {
  if (end == nullptr) return "the host was not begun";
  if (end->outcome == HostOutcome::kAlready)
    return "this plan was applied on " + end->applied_at + " by run " + end->applied_by;
  const Diagnostic* problem = first_error(*end);
  return problem == nullptr ? "not begun" : "not begun; " + problem_text(*problem);
}

TestResult host_case(const run::HostResult& end) {
  TestResult result{.file = end.name, .name = kHostCase};
  result.time = std::chrono::milliseconds(end.milliseconds);
  result.passed = end.state == HostState::kOk;
  result.skipped = end.state == HostState::kNotStarted;
  if (result.passed) return result;
  const Diagnostic* problem = first_error(end);
  result.message = problem == nullptr ? std::string(name(end.state)) : problem_text(*problem);
  for (const Diagnostic& one : end.diagnostics.sorted()) {
    result.details += problem_text(one) + "\n";
    if (one.span) result.details += "at " + one.span->str() + "\n";
    if (!one.hint.empty()) result.details += "hint: " + one.hint + "\n";
  }
  return result;
}

}  // namespace

void RunCases::take(const run::RunEvent& event) {
  if (event.kind != run::RunEvent::Kind::kAction || event.action == nullptr || event.event == nullptr) return;
  Kept& kept = by_host_[event.host][{event.action->desired.address.str(), event.action->op}];
  const wire::Event& what = *event.event;
  if (what.kind == wire::EventKind::kOutput) {
    kept.output += what.text;
    if (kept.output.size() > kMostOutput) kept.output.erase(0, kept.output.size() - kMostOutput);
    return;
  }
  kept.kind = what.kind;
  kept.milliseconds = what.milliseconds;
  kept.message = what.problem ? problem_text(*what.problem) : what.text;
  kept.hint = what.problem ? what.problem->hint : "";
}

TestResult RunCases::result_of(const std::string& host, const plan::Action& action, const Kept* kept,
                               const run::HostResult* end) {
  using wire::EventKind;
  TestResult result{.file = host, .name = std::string(name(action.op)) + " " + action.desired.address.str()};
  if (kept == nullptr) {
    result.skipped = true;
    result.message = why_not_begun(end);
    return result;
  }
  result.time = std::chrono::milliseconds(kept->milliseconds);
  result.passed =
      kept->kind == EventKind::kChanged || kept->kind == EventKind::kVerified || kept->kind == EventKind::kSatisfied;
  if (kept->kind == EventKind::kSatisfied && !kept->message.empty()) {
    result.passed = false;
    result.skipped = true;
    result.message = kept->message;
    return result;
  }
  if (result.passed) return result;
  result.message = kept->message;
  result.skipped = kept->kind == EventKind::kSkipped;
  if (kept->kind == EventKind::kStarted) result.message = "it was begun, and nobody knows how it ended";
  if (action.manner.may_fail && kept->kind == EventKind::kFailed) {
    result.skipped = true;
    result.message = "failed, as it may: " + kept->message;
  }
  result.details = result.message + "\n";
  if (!kept->hint.empty()) result.details += "hint: " + kept->hint + "\n";
  if (!action.source.empty()) result.details += "declared at " + action.source + "\n";
  if (!kept->output.empty()) result.details += "\n" + repaired_utf8(kept->output);
  return result;
}

std::vector<TestResult> RunCases::results(const plan::Plan& plan, const run::HostResults& hosts) const {
  std::vector<TestResult> all;
  std::set<std::string> names;
  for (const auto& [host, host_plan] : plan.hosts) names.insert(host);
  for (const auto& [host, end] : hosts) names.insert(host);
  for (const std::string& host : names) {
    const auto end = hosts.find(host);
    const run::HostResult* const of_host = end == hosts.end() ? nullptr : &end->second;
    const auto host_plan = plan.hosts.find(host);
    const auto events = by_host_.find(host);
    const bool acts = host_plan != plan.hosts.end() && !host_plan->second.actions.empty();
    bool failed = false;
    const auto add = [&](const plan::ActionList& list) {
      const std::shared_ptr<const plan::Actions> actions = list.get();
      for (const plan::Action& action : *actions) {
        const Kept* kept = nullptr;
        if (events != by_host_.end()) {
          const auto found = events->second.find({action.desired.address.str(), action.op});
          if (found != events->second.end()) kept = &found->second;
        }
        all.push_back(result_of(host, action, kept, of_host));
        failed = failed || (!all.back().passed && !all.back().skipped);
      }
    };
    if (acts) {
      for (const plan::Steps& steps : host_plan->second.around.before) add(steps.actions);
      add(host_plan->second.actions);
      for (const plan::Steps& steps : host_plan->second.around.after) add(steps.actions);
    }
    if (of_host == nullptr || failed || (acts && of_host->state == HostState::kOk)) continue;
    all.push_back(host_case(*of_host));
  }
  return all;
}

}  // namespace plumb::report
