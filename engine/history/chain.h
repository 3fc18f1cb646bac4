// The chain: what makes a change of old records show. An entry's digest is the SHA-256 of its document (entry.h), which
// holds the digest of the entry before. Private to this folder.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/byte_sink.h"
#include "engine/base/result.h"
#include "engine/history/history.h"
#include "engine/history/sqlite.h"

namespace plumb::history {

// A row of the chain.
struct Link {
  std::int64_t number = 0;  // from 1 on
  std::int64_t run = 0;     // the number of the run that it seals, or:
  std::int64_t late = 0;    // of the late report
  std::string previous;
  std::string digest;
  std::string name;  // of the run that it is about
};

// First to last, up to this entry.
Result<std::vector<Link>> read_chain(Database& database, std::int64_t last = std::numeric_limits<std::int64_t>::max());
// Why this entry, which is to be the one with this number and to follow the one with this digest, does not hold; ""
// where it does.
std::string fault(Database& database, const Link& link, std::int64_t expected, const std::string& previous);
// The first run of this project's operators, behind the entry `trimmed`, whose plan the history does not hold any more;
// "" for none. Of runs of others, and of those that came from another history, it never had one.
Result<std::string> run_without_plan(Database& database, std::int64_t trimmed);
// The document of the entry, as the tables are now.
Result<> write_document(Database& database, const Link& link, const TakePiece& take);

// Inside a write transaction, after the content is in its tables.
Result<> seal_run(Database& database, std::int64_t number);
Result<> seal_late(Database& database, std::int64_t number);

Result<Verification> verify_chain(Database& database);

}  // namespace plumb::history
