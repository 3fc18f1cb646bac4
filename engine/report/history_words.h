// What the reports of the history call the ends of runs, hosts and actions, and in which tone. Private to this folder.
#pragma once

#include <string>

#include "engine/history/history.h"
#include "engine/report/style.h"

namespace plumb::report {

// A word and its colour.
struct Word {
  std::string text;
  Tone tone;
};

Word outcome_of(const history::RunSummary& run);
Word state_of(const history::HostEntry& host);
Tone tone_of(ActionOutcome outcome);

}  // namespace plumb::report
