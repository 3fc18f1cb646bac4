// Rows of the database as values. Private to this folder. Errors: kHistory, also for words that are no outcome.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/history/history.h"
#include "engine/history/sqlite.h"

namespace plumb::history {

// A run as it stands in its table, without totals.
Result<RunSummary> read_run(Database& database, std::int64_t number);
Result<std::vector<HostEntry>> read_hosts(Database& database, std::int64_t number);
// By host and index, one by one: a large run has a million.
Result<> read_actions(Database& database, std::int64_t number, const std::function<void(ActionRecord)>& take);

// Of a run; none where the database is of before there were any.
Result<std::map<std::string, std::string>> read_notes(Database& database, std::int64_t number);

// The columns of a late report in this order, from the statement's first column on.
#define PLUMB_LATE_COLUMNS "r.id, l.plan, l.host, l.address, l.outcome, l.text, l.at"
Result<LateReport> late_report(const Statement& row);

}  // namespace plumb::history
