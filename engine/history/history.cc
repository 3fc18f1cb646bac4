#include "engine/history/history.h"

#include "engine/history/chain.h"
#include "engine/history/rows.h"
#include "engine/history/store.h"

namespace plumb::history {
namespace {

constexpr std::string_view kForeign = "foreign";

// The plan's row, with its bytes where they are known; made once a plan.
Result<> store_plan(Database& database, const std::string& plan, const std::string& bytes) {
  if (plan.empty()) return {};
  if (bytes.empty()) {
    PLUMB_TRY_ASSIGN(Statement known, database.prepare("INSERT INTO plan (id) VALUES (?1) ON CONFLICT DO NOTHING"));
    return std::move(known).bind(plan).run();
  }
  PLUMB_TRY_ASSIGN(Statement insert, database.prepare(
      "INSERT INTO plan (id, bytes) VALUES (?1, CAST(?2 AS BLOB)) "
      "ON CONFLICT (id) DO UPDATE SET bytes = excluded.bytes WHERE bytes IS NULL"));
  return std::move(insert).bind(plan, bytes).run();
}

Result<> insert_run(Database& database, const RunStart& start) {
  PLUMB_TRY(store_plan(database, start.plan, start.plan_bytes));
  PLUMB_TRY_ASSIGN(Statement insert, database.prepare(
      "INSERT INTO run (id, kind, project, plan, operator, started_at, hosts_pattern, engine) "
      "VALUES (?1, ?2, ?3, nullif(?4, ''), ?5, ?6, ?7, ?8)"));
  return std::move(insert)
      .bind(start.id, start.kind, start.project, start.plan, clean(start.operator_name), start.started_at,
            clean(start.hosts_pattern), start.engine)
      .run();
}

// The run's number, or 0.
Result<std::int64_t> find_run(Database& database, const std::string& id) {
  PLUMB_TRY_ASSIGN(Statement prepared, database.prepare("SELECT number FROM run WHERE id = ?1"));
  Statement row = std::move(prepared).bind(id);
  PLUMB_TRY_ASSIGN(const bool found, row.step());
  return found ? row.integer(0) : 0;
}

Result<> insert_action(Database& database, std::int64_t run, const ActionRecord& record) {
  PLUMB_TRY_ASSIGN(Statement insert, database.prepare(
      "INSERT INTO action (run, host, position, address, op, outcome, text, code, milliseconds, at) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) "
      "ON CONFLICT (run, host, position) DO UPDATE SET address = excluded.address, op = excluded.op, "
      "outcome = excluded.outcome, text = excluded.text, code = excluded.code, "
      "milliseconds = excluded.milliseconds, at = excluded.at"));
  const ActionOutcome& action = record.action;
  return std::move(insert)
      .bind(run, record.host, action.index, action.address, action.op, action.outcome, action.text, action.code,
            action.milliseconds, action.at)
      .run();
}

Result<> insert_host(Database& database, std::int64_t run, const HostOutcome& host) {
  PLUMB_TRY_ASSIGN(Statement insert, database.prepare(
      "INSERT OR REPLACE INTO run_host "
      "(run, name, state, changed, satisfied, failed, skipped, milliseconds, code, text) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"));
  return std::move(insert)
      .bind(run, host.name, host.state, host.changed, host.satisfied, host.failed, host.skipped, host.milliseconds,
            host.code, host.text)
      .run();
}

Result<> end_run(Database& database, std::int64_t run, const RunEnd& end) {
  {
    PLUMB_TRY_ASSIGN(Statement update, database.prepare(
        "UPDATE run SET outcome = ?2, finished_at = ?3, exit_code = ?4 WHERE number = ?1"));
    PLUMB_TRY(std::move(update).bind(run, end.outcome, end.finished_at, end.exit_code).run());
  }
  return seal_run(database, run);
}

}  // namespace

// --- writing a run

struct RunWriter::Pending {
  std::vector<ActionRecord> actions;
  std::vector<HostOutcome> hosts;
  std::optional<RunEnd> end;
  bool finished = false;
};

RunWriter::RunWriter(std::shared_ptr<Store> store, std::string id, std::int64_t number)
    : store_(std::move(store)), id_(std::move(id)), number_(number), pending_(std::make_unique<Pending>()) {}
RunWriter::RunWriter(RunWriter&&) noexcept = default;
RunWriter& RunWriter::operator=(RunWriter&&) noexcept = default;
RunWriter::~RunWriter() = default;

Result<> RunWriter::action(std::string_view host, const ActionOutcome& outcome) {
  return actions(host, std::span(&outcome, 1));
}

Result<> RunWriter::actions(std::string_view host, std::span<const ActionOutcome> outcomes) {
  const std::lock_guard lock(store_->mutex);
  for (const ActionOutcome& outcome : outcomes) {
    ActionRecord& record = pending_->actions.emplace_back(ActionRecord{std::string(host), outcome});
    record.action.text = clean(record.action.text);
  }
  return write_pending();
}

Result<> RunWriter::host(const HostOutcome& outcome) {
  const std::lock_guard lock(store_->mutex);
  pending_->hosts.push_back(outcome);
  pending_->hosts.back().text = clean(outcome.text);
  return write_pending();
}

Result<> RunWriter::finish(const RunEnd& end) {
  const std::lock_guard lock(store_->mutex);
  pending_->end = end;
  PLUMB_TRY(write_pending());
  pending_->finished = true;
  return {};
}

Result<> RunWriter::write_pending() {
  if (pending_->finished) return fail(Code::kInternal, "run " + id_ + " was written to after its end");
  Database& database = store_->database;
  PLUMB_TRY_ASSIGN(Transaction transaction, Transaction::begin(database, Transaction::Kind::kWrite));
  for (const ActionRecord& record : pending_->actions) PLUMB_TRY(insert_action(database, number_, record));
  for (const HostOutcome& outcome : pending_->hosts) PLUMB_TRY(insert_host(database, number_, outcome));
  if (pending_->end) PLUMB_TRY(end_run(database, number_, *pending_->end));
  PLUMB_TRY(transaction.commit());
  pending_->actions.clear();
  pending_->hosts.clear();
  pending_->end.reset();
  return {};
}

// --- the history

History::History(std::shared_ptr<Store> store) : store_(std::move(store)) {}
History::History(History&&) noexcept = default;
History& History::operator=(History&&) noexcept = default;
History::~History() = default;

Result<History> History::open(const std::filesystem::path& file) {
  PLUMB_TRY_ASSIGN(auto store, open_store(file));
  return History(std::move(store));
}

Result<History> History::open_read_only(const std::filesystem::path& file) {
  PLUMB_TRY_ASSIGN(auto store, open_store_read_only(file));
  return History(std::move(store));
}

Result<RunWriter> History::begin(const RunStart& start) {
  const std::lock_guard lock(store_->mutex);
  Database& database = store_->database;
  PLUMB_TRY_ASSIGN(Transaction transaction, Transaction::begin(database, Transaction::Kind::kWrite));
  PLUMB_TRY(insert_run(database, start));
  const std::int64_t number = database.last_number();
  PLUMB_TRY(transaction.commit());
  return RunWriter(store_, start.id, number);
}

Result<> History::report_late(const LateReport& report) {
  const std::lock_guard lock(store_->mutex);
  Database& database = store_->database;
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
    PLUMB_TRY_ASSIGN(Statement insert, database.prepare(
        "INSERT INTO late_report (run, plan, host, address, outcome, text, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
        "ON CONFLICT DO NOTHING"));
    PLUMB_TRY(std::move(insert)
                  .bind(run, report.plan, report.host, report.address, report.outcome, text, report.at)
                  .run());
    is_new = database.changed();
  }
  if (is_new) PLUMB_TRY(seal_late(database, database.last_number()));
  return transaction.commit();
}

Result<> History::store_facts(std::string_view host, const Json& facts, std::string_view at) {
  const std::lock_guard lock(store_->mutex);
  const std::string text = canonical(facts);
  PLUMB_TRY_ASSIGN(Statement insert,
                   store_->database.prepare("INSERT OR REPLACE INTO facts (host, facts, at) VALUES (?1, ?2, ?3)"));
  return std::move(insert).bind(host, text, at).run();
}

}  // namespace plumb::history
