// Runs of the history as one file for a browser, which loads nothing, sends nothing and runs nothing.
#pragma once

#include <string>
#include <vector>

#include "engine/history/history.h"

namespace plumb::report {

// The list of them, in the order given.
std::string runs_html(const std::vector<history::RunSummary>& runs);

// One run: how it came out on each host, each action with what was said of it.
std::string run_record_html(const history::RunRecord& run);

}  // namespace plumb::report
