// Two runs of the history beside each other: what came of each host and action in one and not in the other.
#pragma once

#include <string>

#include "engine/history/history.h"

namespace plumb::report {

// Hosts and actions for which both runs say the same are counted, not listed.
std::string comparison_text(const history::RunRecord& before, const history::RunRecord& after, bool color);
Json comparison_json(const history::RunRecord& before, const history::RunRecord& after);

}  // namespace plumb::report
