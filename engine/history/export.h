// An export of a history: its chain, of each entry the document on a line of its own (docs/formats/history.md). The
// digest of a line is in the line behind it, so whoever knows the digest of the last line can check all of them with
// stock tools.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "engine/base/result.h"
#include "engine/history/entry.h"

namespace plumb::history {

// Of a line, bytes: a run of half a million actions.
inline constexpr std::size_t kMostLine = std::size_t{128} << 20;

// A chain by its end.
struct ChainHead {
  std::int64_t entries = 0;  // with those that were trimmed
  std::string digest;        // of the last one; "" where there is none
  Trims trims;
};

struct ExportedEntry {
  std::string digest;
  Entry entry;
};

// Gives each entry to `take`, whose error ends it. Errors: kNotAnExport for a line that is no entry, or does not follow
// the one before it; also where the first one has one before it and no trim among the entries tells of that;
// kFileUnreadable.
Result<ChainHead> read_export(const std::filesystem::path& file,
                              const std::function<Result<>(const ExportedEntry&)>& take);

}  // namespace plumb::history
