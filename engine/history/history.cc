#include "engine/history/history.h"

#include "engine/history/chain.h"
#include "engine/history/opener.h"
#include "engine/history/plan_store.h"
#include "engine/history/run_writer.h"
#include "engine/history/sqlite_history.h"
#include "engine/history/store.h"

namespace plumb::history {
namespace {

constexpr std::string_view kForeign = "foreign";

Result<> insert_run(Database& database, const RunStart& start) {
  PLUMB_TRY(store_plan(database, start.plan, start.plan_document));
  PLUMB_TRY_ASSIGN(
      Statement insert,
      database.prepare("INSERT INTO run (id, kind, project, plan, operator, started_at, hosts_pattern, engine) "
                       "VALUES (?1, ?2, ?3, nullif(?4, ''), ?5, ?6, ?7, ?8)"));
  return std::move(insert)
      .bind(start.id, start.kind, start.project, start.plan, clean(start.operator_name), start.started_at,
            clean(start.hosts_pattern), start.engine)
      .run();
}

Result<> keep_folder(Database& database, const RunStart& start) {
  if (start.plan_folder.empty()) return {};
  PLUMB_TRY_ASSIGN(Statement insert, database.prepare("INSERT INTO plan_folder (plan, folder) VALUES (?1, ?2) "
                                                      "ON CONFLICT (plan) DO UPDATE SET folder = excluded.folder"));
  return std::move(insert).bind(start.plan, clean(start.plan_folder)).run();
}

Result<> keep_notes(Database& database, std::int64_t run, const RunStart& start) {
  for (const auto& [name, text] : start.notes) {
    PLUMB_TRY_ASSIGN(Statement insert, database.prepare("INSERT INTO run_note (run, name, text) VALUES (?1, ?2, ?3)"));
    PLUMB_TRY(std::move(insert).bind(run, clean(name), clean(text)).run());
  }
  return {};
}

// The run's number, or 0.
Result<std::int64_t> find_run(Database& database, const std::string& id) {
  PLUMB_TRY_ASSIGN(Statement prepared, database.prepare("SELECT number FROM run WHERE id = ?1"));
  Statement row = std::move(prepared).bind(id);
  PLUMB_TRY_ASSIGN(const bool found, row.step());
  return found ? row.integer(0) : 0;
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
  PLUMB_TRY(keep_notes(database, number, start));
  PLUMB_TRY(transaction.commit());
  return std::unique_ptr<RunWriter>(std::make_unique<SqliteRunWriter>(store, start.id, number));
}

Result<> SqliteHistory::report_late(const LateReport& report) {
  PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, opener_->for_writing());
  const std::lock_guard lock(store->mutex);
  Database& database = store->database;
  PLUMB_TRY_ASSIGN(Transaction transaction, Transaction::begin(database, Transaction::Kind::kWrite));
  PLUMB_TRY_ASSIGN(std::int64_t run, find_run(database, report.run));
  if (run == 0) {
    RunStart foreign;
    foreign.id = report.run;
    foreign.kind = kForeign;
    foreign.plan = report.plan;
    foreign.started_at = report.at;  // nothing better is known
    PLUMB_TRY(insert_run(database, foreign));
    run = database.last_number();
  }
  bool is_new = false;
  {
    const std::string text = clean(report.text);
    PLUMB_TRY_ASSIGN(Statement insert,
                     database.prepare("INSERT INTO late_report (run, plan, host, address, outcome, text, at) "
                                      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
                                      "ON CONFLICT DO NOTHING"));
    PLUMB_TRY(std::move(insert)
                  .bind(run, report.plan, report.host, report.address, name(report.outcome), text, report.at)
                  .run());
    is_new = database.changed();
  }
  if (is_new) PLUMB_TRY(seal_late(database, database.last_number()));
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
  PLUMB_TRY(transaction.commit());
  return known;
}

Result<> SqliteHistory::store_facts(const std::map<std::string, Json>& facts, std::string_view at) {
  PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, opener_->for_writing());
  const std::lock_guard lock(store->mutex);
  Database& database = store->database;
  PLUMB_TRY_ASSIGN(Transaction transaction, Transaction::begin(database, Transaction::Kind::kWrite));
  for (const auto& [host, known] : facts) {
    const std::string text = canonical(known);
    PLUMB_TRY_ASSIGN(Statement insert,
                     database.prepare("INSERT INTO facts (host, facts, at) VALUES (?1, ?2, ?3) ON CONFLICT (host) "
                                      "DO UPDATE SET facts = excluded.facts, at = excluded.at "
                                      "WHERE facts.facts <> excluded.facts"));
    PLUMB_TRY(std::move(insert).bind(host, text, at).run());
  }
  return transaction.commit();
}

}  // namespace plumb::history
