#include "engine/history/store.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/outside_text.h"
#include "engine/base/unique_fd.h"
#include "engine/history/plan_store.h"
#include "engine/history/schema_sql.h"

namespace plumb::history {
namespace {

constexpr std::int64_t kApplicationId = 0x506c6d62;  // "Plmb", in the file's header

Result<> make_tables(Database& database) {
  return database.execute(kSchemaSql);
}

Result<> store_contents_once(Database& database) {
  PLUMB_TRY(database.execute(kSchema2Sql));
  return take_plans_apart(database);
}

Result<> remember_folders(Database& database) {
  return database.execute(kSchema3Sql);
}

Result<> make_notes(Database& database) {
  return database.execute(kSchema4Sql);
}

Result<> keep_what_was_there(Database& database) {
  return database.execute(kSchema5Sql);
}

Result<> note_who_kept(Database& database) {
  return database.execute(kSchema6Sql);
}

Result<> know_sealing_keys(Database& database) {
  return database.execute(kSchema7Sql);
}

// Step i leads from schema version i to i + 1.
using Migration = Result<> (*)(Database&);
constexpr std::array<Migration, 7> kMigrations = {make_tables,      store_contents_once, remember_folders,
                                                  make_notes,       keep_what_was_there, note_who_kept,
                                                  know_sealing_keys};
constexpr std::int64_t kVersion = kMigrations.size();
// From here on every question can be answered as the file is.
constexpr std::int64_t kReadableVersion = 2;

Error system_error(std::string_view doing, const std::filesystem::path& path) {
  return fail(Code::kHistory, "cannot " + std::string(doing) + " " + path.string() + ": " + std::strerror(errno));
}

Result<> make_file(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.parent_path();
  if (!folder.empty() && ::mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST) {
    return system_error("make the folder", folder);
  }
  // Never opened when it is there: closing a descriptor of it would drop the locks of this process's
  // connections.
  const UniqueFd made(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!made && errno != EEXIST) return system_error("make", file);
  return {};
}

bool can_write(const std::filesystem::path& path) {
  return ::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0;
}

std::filesystem::path folder_of(const std::filesystem::path& file) {
  return file.has_parent_path() ? file.parent_path() : ".";
}

// SQLite itself would say of either that it cannot find something.
Result<> check_writable(const std::filesystem::path& file) {
  for (const std::filesystem::path& path : {folder_of(file), file}) {
    if (!can_write(path)) return system_error("write", path);
  }
  return {};
}

bool has_write_ahead_log(const std::filesystem::path& file) {
  std::error_code failure;
  return std::filesystem::exists(file.string() + "-wal", failure) || failure;
}

// A reader shares the log's index with writers, and makes it where there is none. Where nothing can be made, nobody
// writes either; what stands in a log that a killed process left is then out of reach.
Result<Database> open_to_read(const std::filesystem::path& file) {
  if (can_write(folder_of(file))) return Database::open(file, Database::Mode::kRead);
  if (!has_write_ahead_log(file)) return Database::open(file, Database::Mode::kUnchanging);
  std::error_code failure;
  if (std::filesystem::exists(file.string() + "-shm", failure)) return Database::open(file, Database::Mode::kRead);
  return fail(Code::kHistory, "the newest of the history " + file.string() +
                                  " stands in its log, which cannot be read in a folder that cannot be written")
      .hint("copy the folder to where it can be written");
}

// The header of a new log is otherwise synced, and its folder, before the first commit. That is there for a log that is
// begun anew over old entries; in a new one are none, and nothing is lost with it that the next commits, which are not
// synced either, would not lose too. A checkpoint syncs all of it before it touches the database.
Result<> begin_log(Database& database) {
  // No checkpoint here, which would not be synced: another process may have begun to write.
  PLUMB_TRY(database.execute("PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 0"));
  PLUMB_TRY(database.use_write_ahead_log());
  PLUMB_TRY_ASSIGN(Transaction transaction, Transaction::begin(database, Transaction::Kind::kWrite));
  PLUMB_TRY_ASSIGN(const std::int64_t version, database.number("PRAGMA user_version"));
  PLUMB_TRY(database.execute("PRAGMA user_version = " + std::to_string(version)));  // so that something is written
  return transaction.commit();
}

// The version of the schema; 0 for a database without tables. Inside a transaction: another process may be
// making them.
Result<std::int64_t> read_version(Database& database, const std::filesystem::path& file) {
  PLUMB_TRY_ASSIGN(const std::int64_t application, database.number("PRAGMA application_id"));
  PLUMB_TRY_ASSIGN(const std::int64_t version, database.number("PRAGMA user_version"));
  PLUMB_TRY_ASSIGN(const std::int64_t tables, database.number("SELECT count(*) FROM sqlite_schema"));
  const bool empty = tables == 0 && application == 0;
  if (application != kApplicationId && !empty) {
    return fail(Code::kHistory, file.string() + " is another program's database, not a history")
        .hint("move it away; the next run begins a new history");
  }
  if (version > kVersion) {
    return fail(Code::kHistory, "the history " + file.string() +
                                    " was written by a newer plumb: its schema version is " + std::to_string(version) +
                                    " and this program knows " + std::to_string(kVersion))
        .hint("use the newer plumb; a history is never taken back to an older version");
  }
  return empty ? 0 : version;
}

Result<std::int64_t> version_now(Database& database, const std::filesystem::path& file) {
  PLUMB_TRY_ASSIGN(Transaction snapshot, Transaction::begin(database, Transaction::Kind::kRead));
  return read_version(database, file);
}

Result<> migrate(Database& database, const std::filesystem::path& file) {
  PLUMB_TRY_ASSIGN(Transaction transaction, Transaction::begin(database, Transaction::Kind::kWrite));
  // Read again: another process may have been first.
  PLUMB_TRY_ASSIGN(const std::int64_t version, read_version(database, file));
  for (std::int64_t i = version; i < kVersion; ++i) PLUMB_TRY(kMigrations[static_cast<std::size_t>(i)](database));
  PLUMB_TRY(database.execute("PRAGMA application_id = " + std::to_string(kApplicationId)));
  PLUMB_TRY(database.execute("PRAGMA user_version = " + std::to_string(kVersion)));
  return transaction.commit();
}

}  // namespace

Result<std::shared_ptr<Store>> open_store(const std::filesystem::path& file) {
  PLUMB_TRY(make_file(file));
  PLUMB_TRY(check_writable(file));
  const bool has_log = has_write_ahead_log(file);  // before it is opened, which makes an empty one
  PLUMB_TRY_ASSIGN(Database database, Database::open(file, Database::Mode::kReadWrite));
  PLUMB_TRY_ASSIGN(const std::int64_t version, version_now(database, file));
  if (!has_log) PLUMB_TRY(begin_log(database));
  PLUMB_TRY(database.use_write_ahead_log());
  // NORMAL syncs at checkpoints only, so a commit is a write to the log: it outlives this process, and costs
  // microseconds. The log may grow to 32 MB before a run pays for a checkpoint. Where a sync stops at the disk's cache
  // (macOS), a checkpoint asks for the whole way.
  PLUMB_TRY(
      database.execute("PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 8000; PRAGMA foreign_keys = ON; "
                       "PRAGMA trusted_schema = OFF; PRAGMA checkpoint_fullfsync = ON"));
  if (version < kVersion) PLUMB_TRY(migrate(database, file));
  return std::make_shared<Store>(std::move(database));
}

Result<std::shared_ptr<Store>> open_store_read_only(const std::filesystem::path& file) {
  std::error_code failure;
  if (!std::filesystem::exists(file, failure) && !failure) {
    PLUMB_TRY_ASSIGN(Database empty, Database::open(file, Database::Mode::kMemory));
    PLUMB_TRY(migrate(empty, file));
    return std::make_shared<Store>(std::move(empty));
  }
  PLUMB_TRY_ASSIGN(Database database, open_to_read(file));
  PLUMB_TRY_ASSIGN(const std::int64_t version, version_now(database, file));
  // What is read stands in it already; whoever writes brings it up to date.
  if (version >= kReadableVersion) return std::make_shared<Store>(std::move(database));
  PLUMB_TRY(open_store(file));
  PLUMB_TRY_ASSIGN(Database migrated, Database::open(file, Database::Mode::kRead));
  return std::make_shared<Store>(std::move(migrated));
}

std::string clean(std::string_view text) {
  return repaired_utf8(text);
}

}  // namespace plumb::history
