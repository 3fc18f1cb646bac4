#include "engine/history/sqlite.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include <sqlite3.h>

namespace plumb::history {
namespace {

// How long a call waits for another process's transaction, which takes a fraction of a millisecond.
constexpr int kBusyMilliseconds = 10'000;

int flags_of(Database::Mode mode) {
  switch (mode) {
    case Database::Mode::kReadWrite:
      return SQLITE_OPEN_READWRITE;
    case Database::Mode::kRead:
      return SQLITE_OPEN_READONLY;
    case Database::Mode::kUnchanging:
      return SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
    case Database::Mode::kMemory:
      return SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY;
  }
  return SQLITE_OPEN_READONLY;
}

std::string unchanging(const std::filesystem::path& file) {
  std::string uri = "file:";
  for (const char c : file.string()) {
    switch (c) {
      case '%':
        uri += "%25";
        break;
      case '?':
        uri += "%3f";
        break;
      case '#':
        uri += "%23";
        break;
      default:
        uri += c;
    }
  }
  return uri + "?immutable=1";
}

}  // namespace

void Database::Close::operator()(sqlite3* handle) const {
  sqlite3_close_v2(handle);
}
void Database::Finalize::operator()(sqlite3_stmt* handle) const {
  sqlite3_finalize(handle);
}

Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() {
  statements_.clear();  // before the connection
}

Result<Database> Database::open(const std::filesystem::path& file, Mode mode) {
  Database database(file);
  const std::string name = mode == Mode::kUnchanging ? unchanging(file) : file.string();
  sqlite3* handle = nullptr;
  // The caller's mutex guards the connection, so SQLite's own is not needed.
  const int status = sqlite3_open_v2(name.c_str(), &handle, flags_of(mode) | SQLITE_OPEN_NOMUTEX, nullptr);
  database.handle_.reset(handle);
  if (status != SQLITE_OK) return database.error(status);
  sqlite3_extended_result_codes(handle, 1);
  sqlite3_busy_timeout(handle, kBusyMilliseconds);
  return database;
}

Error Database::error(int status) const {
  const std::string path = file_.string();
  sqlite3* handle = handle_.get();
  const int system = handle == nullptr ? 0 : sqlite3_system_errno(handle);
  const int basic = status & 0xff;
  if (basic == SQLITE_FULL || (basic == SQLITE_IOERR && system == ENOSPC)) {
    return fail(Code::kHistory, "no space left on the device of the history " + path);
  }
  const std::string answer = handle == nullptr ? sqlite3_errstr(status) : sqlite3_errmsg(handle);
  if (basic == SQLITE_NOTADB || basic == SQLITE_CORRUPT) {
    return fail(Code::kHistory, "the history " + path + " is damaged: " + answer)
        .hint(
            "put a copy in its place (`plumb history restore`), or move it away: the next run begins a new one, and "
            "what "
            "plumb knows about a host is on that host");
  }
  if (basic == SQLITE_BUSY) {
    return fail(Code::kHistory, "another process has kept the history " + path + " locked for " +
                                    std::to_string(kBusyMilliseconds / 1000) + " s");
  }
  const std::string why = system != 0 ? std::string(": ") + std::strerror(system) : std::string();
  return fail(Code::kHistory, "the history " + path + " cannot be used: " + answer + why);
}

Result<> Database::execute(const std::string& sql) {
  const int status = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr);
  if (status != SQLITE_OK) return error(status);
  return {};
}

Result<Statement> Database::prepare(const char* sql) {
  auto& kept = statements_[sql];
  if (kept == nullptr) {
    sqlite3_stmt* handle = nullptr;
    const int status = sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
    if (status != SQLITE_OK) return error(status);
    kept.reset(handle);
  }
  return Statement(*this, kept.get());
}

Result<std::int64_t> Database::number(const char* sql) {
  PLUMB_TRY_ASSIGN(Statement statement, prepare(sql));
  PLUMB_TRY(statement.run());
  return statement.integer(0);
}

Result<> Database::use_write_ahead_log() {
  // Two processes that switch a new file at once make SQLite answer busy without waiting.
  for (int waited = 0;; ++waited) {
    const int status = sqlite3_exec(handle_.get(), "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr);
    if (status == SQLITE_OK) return {};
    if ((status & 0xff) != SQLITE_BUSY || waited >= kBusyMilliseconds) return error(status);
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

Result<bool> Database::take_alone() {
  sqlite3_busy_timeout(handle_.get(), 1000);
  const int status = sqlite3_exec(handle_.get(),
                                  "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT; "
                                  "PRAGMA wal_checkpoint(TRUNCATE)",
                                  nullptr, nullptr, nullptr);
  sqlite3_busy_timeout(handle_.get(), kBusyMilliseconds);
  if ((status & 0xff) == SQLITE_BUSY) return false;
  if (status != SQLITE_OK) return error(status);
  return true;
}

bool Database::changed() const {
  return sqlite3_changes(handle_.get()) > 0;
}
std::int64_t Database::last_number() const {
  return sqlite3_last_insert_rowid(handle_.get());
}

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_), handle_(std::exchange(other.handle_, nullptr)), next_(other.next_) {}

Statement::~Statement() {
  if (handle_ == nullptr) return;
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
}

void Statement::put(std::string_view text) {
  // A null pointer would bind NULL.
  sqlite3_bind_text64(handle_, next_++, text.data() == nullptr ? "" : text.data(), text.size(), SQLITE_STATIC,
                      SQLITE_UTF8);
}
void Statement::put(std::int64_t number) {
  sqlite3_bind_int64(handle_, next_++, number);
}
void Statement::put(std::nullptr_t) {
  sqlite3_bind_null(handle_, next_++);
}

Result<bool> Statement::step() {
  const int status = sqlite3_step(handle_);
  if (status == SQLITE_ROW) return true;
  if (status == SQLITE_DONE) return false;
  return database_->error(status);
}

Result<> Statement::run() {
  PLUMB_TRY(step());
  return {};
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle_, column);
}
bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

std::string Statement::text(int column) const {
  const void* bytes = sqlite3_column_blob(handle_, column);
  if (bytes == nullptr) return {};
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

Result<Transaction> Transaction::begin(Database& database, Kind kind) {
  PLUMB_TRY_ASSIGN(Statement start, database.prepare(kind == Kind::kWrite ? "BEGIN IMMEDIATE" : "BEGIN"));
  PLUMB_TRY(start.run());
  return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  if (database_ == nullptr) return;
  // Nothing to do about a failure: SQLite has then rolled back by itself.
  if (Result<Statement> back = database_->prepare("ROLLBACK")) static_cast<void>(back->run());
}

Result<> Transaction::commit() {
  PLUMB_TRY_ASSIGN(Statement end, database_->prepare("COMMIT"));
  PLUMB_TRY(end.run());
  database_ = nullptr;
  return {};
}

}  // namespace plumb::history
