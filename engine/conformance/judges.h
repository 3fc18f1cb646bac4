// Each takes the checks that can be judged on one sort of thing.
#pragma once

#include <span>

#include "engine/conformance/report.h"
#include "engine/conformance/subject.h"

namespace plumb::conformance {

// On what is asked for and what there is, without a host: schema, pure, converges, deletion, restore.
void judge_states(const Bench& bench, const Kind& kind, std::span<const State> states, Report& report);

// On projects that nobody may write: bad input.
void judge_inputs(const Bench& bench, const Subject& subject, Report& report);

// On projects with one sensitive value: secrets.
void judge_secrets(const Bench& bench, const Subject& subject, Report& report);

// On hosts with the first case that will do: there and gone, names, killed, unprivileged.
void judge_rounds(const Bench& bench, const Subject& subject, Report& report);
void judge_names(const Bench& bench, const Subject& subject, Report& report);
void judge_kills(const Bench& bench, const Subject& subject, Report& report);
void judge_unprivileged(const Bench& bench, const Subject& subject, Report& report);

// All of it, and on hosts with each case: observe, as planned, converges, twice, restore.
void judge(const Bench& bench, const Subject& subject, Report& report);

}  // namespace plumb::conformance
