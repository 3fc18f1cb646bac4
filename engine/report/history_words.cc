#include "engine/report/history_words.h"

namespace plumb::report {

Tone tone_of(ActionOutcome outcome) {
  if (outcome == ActionOutcome::kChanged || outcome == ActionOutcome::kSatisfied) return Tone::kGreen;
  if (outcome == ActionOutcome::kSkipped || outcome == ActionOutcome::kStarted) return Tone::kYellow;
  return Tone::kRed;
}

Word outcome_of(const history::RunSummary& run) {
  if (!run.outcome) return run.kind == "foreign" ? Word{"foreign", Tone::kRed} : Word{"unfinished", Tone::kYellow};
  const Tone tone = *run.outcome == RunOutcome::kOk                                                      ? Tone::kGreen
                    : *run.outcome == RunOutcome::kInterrupted || *run.outcome == RunOutcome::kTolerated ? Tone::kYellow
                                                                                                         : Tone::kRed;
  return {std::string(name(*run.outcome)), tone};
}

Word state_of(const history::HostEntry& host) {
  if (!host.state) return {"unfinished", Tone::kYellow};
  return {std::string(name(*host.state)), *host.state == HostState::kOk ? Tone::kGreen : Tone::kRed};
}

}  // namespace plumb::report
