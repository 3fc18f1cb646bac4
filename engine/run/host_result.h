// How a host ends a request.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/outcome.h"
#include "engine/base/result.h"
#include "engine/wire/messages.h"

namespace plumb::run {

struct HostResult {
  std::string name;
  HostState state = HostState::kOk;
  HostOutcome outcome = HostOutcome::kNone;
  bool recorded = true;  // false: the history did not take all of it
  int changed = 0;
  int satisfied = 0;
  int left_in_turn = 0;  // of these: that a condition left undone in its turn
  int failed = 0;
  int skipped = 0;
  int verified = 0;
  bool strict = false;  // it carries out only what people have approved
  std::int64_t milliseconds = 0;
  std::string applied_by;  // kAlready: the run
  std::string applied_at;  // kAlready: when, RFC 3339, by the host's clock
  std::vector<std::string> owed;
  Diagnostics diagnostics;
};

using HostResults = std::map<std::string, HostResult>;  // by name

// Adds the error to what is told of the host, and says what has become of it.
void fail_with(HostResult& result, const Error& error);
// Adds the error of the history. The host is as it is, and the run has failed.
void fail_to_record(HostResult& result, const Error& error);
// What the host's executor said at the end of an apply.
void take_totals(const wire::Done& done, HostResult& result);

// What two runs of one request, one after the other, come to together: what was done counts in both, and how a host
// stands is what the last one says that had to do with it.
HostResults together(HostResults first, const HostResults& next);

// All that was found on them.
Diagnostics findings_of(const HostResults& hosts);
// Of all hosts together: what failed, or is not recorded, counts before what was refused, that before what was not
// reached.
RunOutcome outcome_of(const HostResults& hosts);

}  // namespace plumb::run
