// How much of the history stays, as a project says it.
#pragma once

#include <chrono>

#include "engine/config/retention.h"
#include "engine/history/trim.h"

namespace plumb::run {

history::Keep keep_of(const config::Retention& retention, std::chrono::system_clock::time_point now);

// Takes out what is too much, if a tenth of a bound is: each trim leaves a run in the history, and looks at all of it.
// `run`: the id of the run that just ended, which stays.
Result<> trim_after(const std::string& run, const config::Retention& retention, history::TrimStart start,
                    std::chrono::system_clock::time_point now, history::RunStore& store);

}  // namespace plumb::run
