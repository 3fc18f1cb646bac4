// The chain: what makes a change of old records show. Private to this folder.
//
// An entry's digest is the SHA-256 of a canonical JSON document. For a finished run it is
// {"actions":[…],"hosts":[…],"previous":DIGEST,"run":{…}}, for a late report {"late":{…},"previous":DIGEST};
// `previous` is the digest of the entry before, "" for the first.
#pragma once

#include <cstdint>

#include "engine/base/result.h"
#include "engine/history/history.h"
#include "engine/history/sqlite.h"

namespace plumb::history {

// Inside a write transaction, after the content is in its tables.
Result<> seal_run(Database& database, std::int64_t number);
Result<> seal_late(Database& database, std::int64_t number);

Result<Verification> verify_chain(Database& database);

}  // namespace plumb::history
