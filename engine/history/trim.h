// How much of a history is kept. What goes, goes from its beginning: first contents that were kept for undoing and
// plans' documents, where there is a bound of size, then whole entries of the chain, with all that only they name.
//
// A trim stands in the history itself, as a run of the kind `trim`, sealed behind all others: who did it, when, up to
// which entry, and that entry's digest, so that the chain that is left can still be checked, and compared with copies,
// exports and signed ends of before.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/history/history.h"
#include "engine/history/sqlite.h"

namespace plumb::history {

inline constexpr std::string_view kTrimKind = "trim";

// As the notes of a run of that kind say it. Errors: kHistory where they say nothing that can be.
Result<Trims> trims_of(const std::map<std::string, std::string>& notes);
// As the newest trim of this history says it.
Result<Trims> read_trims(Database& database);

}  // namespace plumb::history
