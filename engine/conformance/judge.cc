#include "engine/conformance/attempt.h"
#include "engine/conformance/case_judge.h"
#include "engine/conformance/judges.h"

namespace plumb::conformance {

namespace {

// Gives what plans were decided on.
std::vector<State> judge_cases(const Bench& bench, const Subject& subject, Report& report) {
  Attempts attempts(bench);
  std::vector<State> states;
  for (const Case& one : subject.cases) {
    CaseJudge judge(bench, subject, attempts, report);
    judge.judge(one);
    states.insert(states.end(), judge.states().begin(), judge.states().end());
  }
  return states;
}

}  // namespace

void judge(const Bench& bench, const Subject& subject, Report& report) {
  const Kind* const kind = bench.kinds.find(subject.kind);
  if (kind == nullptr) return report.broken(subject.kind, Check::kSchema, "there is no such kind");
  std::vector<State> states = judge_cases(bench, subject, report);
  judge_states(bench, *kind, subject.states.empty() ? states : subject.states, report);
  judge_inputs(bench, subject, report);
  judge_secrets(bench, subject, report);
  judge_rounds(bench, subject, report);
  judge_names(bench, subject, report);
  judge_kills(bench, subject, report);
  judge_unprivileged(bench, subject, report);
}

}  // namespace plumb::conformance
