#include "testdata/plans/ended.h"

#include <cstdlib>

namespace plumb::testing {
namespace {

template <class Value>
Value named(const std::string& text, std::initializer_list<Value> all) {
  for (const Value value : all) {
    if (name(value) == text) return value;
  }
  std::fprintf(stderr, "there is no end `%s`\n", text.c_str());
  std::abort();
}

HostState state_of(const std::string& text) {
  return named(text, {HostState::kOk, HostState::kFailed, HostState::kUnreachable, HostState::kNoAnswer,
                      HostState::kNotStarted});
}

HostOutcome host_outcome_of(const std::string& text) {
  return named(text,
               {HostOutcome::kNone, HostOutcome::kOk, HostOutcome::kAlready, HostOutcome::kFailed, HostOutcome::kStale,
                HostOutcome::kInterrupted, HostOutcome::kNotStarted, HostOutcome::kHeld, HostOutcome::kUndone});
}

ActionOutcome action_outcome_of(const std::string& text) {
  return named(text, {ActionOutcome::kStarted, ActionOutcome::kChanged, ActionOutcome::kVerified,
                      ActionOutcome::kSatisfied, ActionOutcome::kFailed, ActionOutcome::kSkipped, ActionOutcome::kStale,
                      ActionOutcome::kDiverged, ActionOutcome::kUnknown, ActionOutcome::kUndone});
}

JournalOutcome journal_outcome_of(const std::string& text) {
  return named(text,
               {JournalOutcome::kChanged, JournalOutcome::kVerified, JournalOutcome::kFailed, JournalOutcome::kUndone,
                JournalOutcome::kNotUndone, JournalOutcome::kUnknown, JournalOutcome::kNotDone});
}

RunOutcome run_outcome_of(const std::string& text) {
  return named(text, {RunOutcome::kOk, RunOutcome::kUnreachable, RunOutcome::kStale, RunOutcome::kWindowClosed,
                      RunOutcome::kFailed, RunOutcome::kInvalid, RunOutcome::kInterrupted});
}

Diagnostic problem_of(const Json& json) {
  Diagnostic problem(find_code(json.at("code").get<std::string>())->code, json.at("summary").get<std::string>());
  if (json.contains("hint")) problem.hint = json["hint"].get<std::string>();
  return problem;
}

}  // namespace

run::HostResults hosts_of(const Json& ended) {
  run::HostResults hosts;
  for (const auto& [host, json] : ended.at("hosts").items()) {
    run::HostResult& result = hosts[host];
    result.name = host;
    result.state = state_of(json.at("state").get<std::string>());
    result.outcome = host_outcome_of(json.value("outcome", ""));
    result.changed = json.value("changed", 0);
    result.satisfied = json.value("satisfied", 0);
    result.failed = json.value("failed", 0);
    result.skipped = json.value("skipped", 0);
    result.verified = json.value("verified", 0);
    result.milliseconds = json.value("milliseconds", 0);
    result.applied_by = json.value("applied_by", "");
    result.applied_at = json.value("applied_at", "");
    result.owed = json.value("owed", std::vector<std::string>());
    if (json.contains("problem")) result.diagnostics.add(problem_of(json["problem"]).on(host));
  }
  return hosts;
}

history::RunRecord record_of(const Json& run) {
  history::RunRecord record;
  history::RunSummary& summary = record.summary;
  summary.id = run.at("id").get<std::string>();
  summary.kind = run.value("kind", "apply");
  summary.project = run.value("project", "test");
  summary.plan = run.value("plan", "sha256:0");
  summary.operator_name = run.value("operator", "ada@desk");
  summary.started_at = run.value("started_at", "");
  summary.finished_at = run.value("finished_at", "");
  summary.hosts_pattern = run.value("hosts_pattern", "all");
  if (run.contains("outcome")) summary.outcome = run_outcome_of(run["outcome"].get<std::string>());
  const Json results = run.value("results", Json::object());
  for (const auto& [name, json] : results.items()) {
    history::HostEntry host;
    host.name = name;
    if (json.contains("state")) host.state = state_of(json["state"].get<std::string>());
    host.milliseconds = json.value("milliseconds", 0);
    host.code = json.value("code", "");
    host.text = json.value("text", "");
    ++summary.hosts;
    for (const Json& told : json.value("actions", Json::array())) {
      history::ActionEntry action;
      action.index = static_cast<std::int64_t>(record.actions.size());
      action.address = told.at("address").get<std::string>();
      action.op = told.at("op").get<std::string>();
      action.outcome = action_outcome_of(told.at("outcome").get<std::string>());
      action.text = told.value("text", "");
      action.code = told.value("code", "");
      action.milliseconds = told.value("milliseconds", 0);
      const auto counts = {std::pair{ActionOutcome::kChanged, &history::RunSummary::changed},
                           std::pair{ActionOutcome::kSatisfied, &history::RunSummary::satisfied},
                           std::pair{ActionOutcome::kFailed, &history::RunSummary::failed},
                           std::pair{ActionOutcome::kSkipped, &history::RunSummary::skipped}};
      for (const auto& [outcome, count] : counts) {
        if (action.outcome == outcome) ++(summary.*count);
      }
      record.actions.push_back({name, std::move(action)});
    }
    record.hosts.push_back(std::move(host));
  }
  for (const Json& told : run.value("late", Json::array())) {
    record.late.push_back(
        {summary.id, summary.plan, told.at("host").get<std::string>(), told.at("address").get<std::string>(),
         journal_outcome_of(told.at("outcome").get<std::string>()), told.value("text", ""), told.value("at", "")});
  }
  return record;
}

}  // namespace plumb::testing
