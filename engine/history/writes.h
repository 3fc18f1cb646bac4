// Rows that are written, each inside a write transaction. Private to this folder.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "engine/base/result.h"
#include "engine/history/history.h"
#include "engine/history/sqlite.h"

namespace plumb::history {

struct KnownRun {
  std::int64_t number = 0;  // 0 where the run is not known
  bool foreign = false;     // known from late reports alone
};
Result<KnownRun> find_run(Database& database, const std::string& id);

// A run that has not ended. Its plan's row is made too.
Result<> insert_run(Database& database, const RunStart& start);
// Its outcome, and its seal.
Result<> end_run(Database& database, std::int64_t run, const RunEnd& end);
Result<> insert_notes(Database& database, std::int64_t run, const std::map<std::string, std::string>& notes);
// In the place of what stands there of the same action or host.
Result<> insert_action(Database& database, std::int64_t run, const ActionRecord& record);
Result<> insert_host(Database& database, std::int64_t run, const HostEntry& host);
// Sealed; a run that is not known becomes a foreign one. False where the same was told before.
Result<bool> insert_late(Database& database, const LateReport& report);

}  // namespace plumb::history
