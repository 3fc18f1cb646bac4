#include "engine/history/kept.h"

#include "engine/base/digest.h"
#include "engine/base/packed.h"

namespace plumb::history {
namespace {

Result<bool> has_table(Database& database) {
  // One that is only read may be of before there were any.
  PLUMB_TRY_ASSIGN(const std::int64_t there, database.number("SELECT count(*) FROM sqlite_schema WHERE name = 'kept'"));
  return there > 0;
}

Result<> make_room(Database& database, std::int64_t most) {
  while (true) {
    PLUMB_TRY_ASSIGN(const std::int64_t all, database.number("SELECT coalesce(sum(length(bytes)), 0) FROM kept"));
    if (all <= most) return {};
    PLUMB_TRY_ASSIGN(Statement oldest,
                     database.prepare("DELETE FROM kept WHERE number = (SELECT min(number) FROM kept)"));
    PLUMB_TRY(oldest.run());
  }
}

// The row's bytes and size.
Result<std::optional<std::string>> taken_from(Statement row) {
  PLUMB_TRY_ASSIGN(const bool found, row.step());
  if (!found) return std::optional<std::string>();
  return unpack(row.text(0), row.integer(1));
}

}  // namespace

Result<> keep_content(Database& database, std::int64_t run, std::string_view digest, std::int64_t size,
                      std::string_view packed, std::int64_t most) {
  {
    PLUMB_TRY_ASSIGN(Statement known, database.prepare("SELECT 1 FROM content WHERE digest = ?1"));
    Statement row = std::move(known).bind(digest);
    PLUMB_TRY_ASSIGN(const bool held, row.step());
    if (held) return {};
  }
  {
    PLUMB_TRY_ASSIGN(Statement before, database.prepare("DELETE FROM kept WHERE digest = ?1"));
    PLUMB_TRY(std::move(before).bind(digest).run());
  }
  {
    PLUMB_TRY_ASSIGN(
        Statement insert,
        database.prepare("INSERT INTO kept (number, digest, size, bytes, run) VALUES "
                         "((SELECT coalesce(max(number), 0) + 1 FROM kept), ?1, ?2, CAST(?3 AS BLOB), ?4)"));
    PLUMB_TRY(std::move(insert).bind(digest, size, packed, run).run());
  }
  return make_room(database, most);
}

Result<std::optional<std::string>> kept_content(Database& database, std::string_view digest) {
  std::optional<std::string> bytes;
  PLUMB_TRY_ASSIGN(const bool has, has_table(database));
  if (has) {
    PLUMB_TRY_ASSIGN(Statement kept, database.prepare("SELECT bytes, size FROM kept WHERE digest = ?1"));
    PLUMB_TRY_ASSIGN(bytes, taken_from(std::move(kept).bind(digest)));
  }
  if (!bytes) {
    PLUMB_TRY_ASSIGN(Statement planned, database.prepare("SELECT bytes, size FROM content WHERE digest = ?1"));
    PLUMB_TRY_ASSIGN(bytes, taken_from(std::move(planned).bind(digest)));
  }
  // Whoever can write the file can write anything.
  if (bytes && plumb::digest(*bytes) != digest) return std::optional<std::string>();
  return bytes;
}

}  // namespace plumb::history
