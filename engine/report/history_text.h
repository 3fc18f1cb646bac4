// Runs of the history, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "engine/history/history.h"

namespace plumb::report {

std::string runs_text(const std::vector<history::RunSummary>& runs, bool color);
Json runs_json(const std::vector<history::RunSummary>& runs);

std::string run_record_text(const history::RunRecord& run, bool color);
Json run_record_json(const history::RunRecord& run);

}  // namespace plumb::report
