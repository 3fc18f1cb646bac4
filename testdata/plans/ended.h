// How runs ended, from JSON: what the texts about a run and about the history are made of.
//
//   -- ended --    {"run": ID, "hosts": {HOST: {"state", "outcome"?, COUNTS?, "milliseconds"?, "owed"?, "problem"?}}}
//   -- history --  [RUN…], each what `plumb history show --output json` gives of it, "plan" and "results" as there
#pragma once

#include <string>
#include <vector>

#include "engine/base/json.h"
#include "engine/history/history.h"
#include "engine/run/host_result.h"

namespace plumb::testing {

// Both are for cases that are right: a member of a wrong type, or a name that is none, ends the test.
run::HostResults hosts_of(const Json& ended);
history::RunRecord record_of(const Json& run);

}  // namespace plumb::testing
