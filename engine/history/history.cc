#include "engine/history/history.h"

#include "engine/history/opener.h"
#include "engine/history/run_writer.h"
#include "engine/history/sqlite_history.h"
#include "engine/history/store.h"
#include "engine/history/writes.h"

namespace plumb::history {
namespace {

Result<> keep_folder(Database& database, const RunStart& start) {
  if (start.plan_folder.empty()) return {};
  PLUMB_TRY_ASSIGN(Statement insert, database.prepare("INSERT INTO plan_folder (plan, folder) VALUES (?1, ?2) "
                                                      "ON CONFLICT (plan) DO UPDATE SET folder = excluded.folder"));
  return std::move(insert).bind(start.plan, clean(start.plan_folder)).run();
}

// What the host tells only where it is asked stays as it was told before.
Result<std::string> with_earlier(Database& database, const std::string& host, const Json& told) {
  PLUMB_TRY_ASSIGN(Statement prepared, database.prepare("SELECT facts FROM facts WHERE host = ?1"));
  Statement row = std::move(prepared).bind(host);
  PLUMB_TRY_ASSIGN(const bool found, row.step());
  if (!found) return canonical(told);
  PLUMB_TRY_ASSIGN(Json facts, parse_json(row.text(0), Code::kHistory));
  if (!facts.is_object()) return canonical(told);  // whoever wrote it there
  facts.update(told);
  return canonical(facts);
}

}  // namespace

RunWriter::~RunWriter() = default;

Result<> RunWriter::keep(std::string_view, std::string_view) {
  return {};
}
RunStore::~RunStore() = default;

Result<std::optional<std::string>> RunStore::kept(std::string_view) const {
  return std::optional<std::string>();
}

Result<bool> RunStore::exceeds(const Keep&) const {
  return false;
}

Result<Trimmed> RunStore::trim(const Keep&, const TrimStart&) {
  return Trimmed();
}

Result<bool> RunStore::forget_host(std::string_view) {
  return false;
}

SqliteHistory::SqliteHistory(std::filesystem::path file) : opener_(std::make_unique<Opener>(std::move(file))) {}
SqliteHistory::SqliteHistory(SqliteHistory&&) noexcept = default;
SqliteHistory& SqliteHistory::operator=(SqliteHistory&&) noexcept = default;
SqliteHistory::~SqliteHistory() = default;

Result<SqliteHistory> SqliteHistory::open(const std::filesystem::path& file) {
  SqliteHistory history(file);
  PLUMB_TRY(history.opener_->for_writing());
  return history;
}

Result<SqliteHistory> SqliteHistory::open_read_only(const std::filesystem::path& file) {
  SqliteHistory history(file);
  PLUMB_TRY(history.opener_->for_reading());
  return history;
}

Result<std::unique_ptr<RunWriter>> SqliteHistory::begin(const RunStart& start) {
  PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, opener_->for_writing());
  const std::lock_guard lock(store->mutex);
  Database& database = store->database;
  PLUMB_TRY_ASSIGN(Transaction transaction, Transaction::begin(database, Transaction::Kind::kWrite));
  PLUMB_TRY(insert_run(database, start));
  const std::int64_t number = database.last_number();
  PLUMB_TRY(keep_folder(database, start));
  PLUMB_TRY(insert_notes(database, number, start.notes));
  PLUMB_TRY(transaction.commit());
  return std::unique_ptr<RunWriter>(std::make_unique<SqliteRunWriter>(store, start.id, number));
}

Result<> SqliteHistory::report_late(const LateReport& report) {
  PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, opener_->for_writing());
  const std::lock_guard lock(store->mutex);
  Database& database = store->database;
  PLUMB_TRY_ASSIGN(Transaction transaction, Transaction::begin(database, Transaction::Kind::kWrite));
  PLUMB_TRY(insert_late(database, report));
  return transaction.commit();
}

Result<bool> SqliteHistory::forget_host(std::string_view host) {
  PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, opener_->for_writing());
  const std::lock_guard lock(store->mutex);
  Database& database = store->database;
  PLUMB_TRY_ASSIGN(Transaction transaction, Transaction::begin(database, Transaction::Kind::kWrite));
  bool known = false;
  {
    PLUMB_TRY_ASSIGN(Statement forget, database.prepare("DELETE FROM facts WHERE host = ?1"));
    PLUMB_TRY(std::move(forget).bind(host).run());
    known = database.changed();
  }
  {
    PLUMB_TRY_ASSIGN(Statement forget, database.prepare("DELETE FROM sealing_keys WHERE host = ?1"));
    PLUMB_TRY(std::move(forget).bind(host).run());
    known = known || database.changed();
  }
  PLUMB_TRY(transaction.commit());
  return known;
}

Result<> SqliteHistory::store_facts(const std::map<std::string, Json>& facts, std::string_view at) {
  PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, opener_->for_writing());
  const std::lock_guard lock(store->mutex);
  Database& database = store->database;
  PLUMB_TRY_ASSIGN(Transaction transaction, Transaction::begin(database, Transaction::Kind::kWrite));
  for (const auto& [host, known] : facts) {
    PLUMB_TRY_ASSIGN(const std::string text, with_earlier(database, host, known));
    PLUMB_TRY_ASSIGN(Statement insert,
                     database.prepare("INSERT INTO facts (host, facts, at) VALUES (?1, ?2, ?3) ON CONFLICT (host) "
                                      "DO UPDATE SET facts = excluded.facts, at = excluded.at "
                                      "WHERE facts.facts <> excluded.facts OR "
                                      "substr(facts.at, 1, 16) <> substr(excluded.at, 1, 16)"));
    PLUMB_TRY(std::move(insert).bind(host, text, at).run());
  }
  return transaction.commit();
}

}  // namespace plumb::history
