#include "engine/history/writes.h"

#include "engine/history/chain.h"
#include "engine/history/plan_store.h"
#include "engine/history/store.h"

namespace plumb::history {
namespace {

constexpr std::string_view kForeign = "foreign";

}  // namespace

Result<KnownRun> find_run(Database& database, const std::string& id) {
  PLUMB_TRY_ASSIGN(Statement prepared, database.prepare("SELECT number, kind FROM run WHERE id = ?1"));
  Statement row = std::move(prepared).bind(id);
  PLUMB_TRY_ASSIGN(const bool found, row.step());
  return found ? KnownRun{row.integer(0), row.text(1) == kForeign} : KnownRun{};
}

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

Result<> end_run(Database& database, std::int64_t run, const RunEnd& end) {
  {
    PLUMB_TRY_ASSIGN(
        Statement update,
        database.prepare("UPDATE run SET outcome = ?2, finished_at = ?3, exit_code = ?4 WHERE number = ?1"));
    PLUMB_TRY(std::move(update).bind(run, name(end.outcome), end.finished_at, exit_code(end.outcome)).run());
  }
  return seal_run(database, run);
}

Result<> insert_notes(Database& database, std::int64_t run, const std::map<std::string, std::string>& notes) {
  for (const auto& [name, text] : notes) {
    PLUMB_TRY_ASSIGN(Statement insert, database.prepare("INSERT INTO run_note (run, name, text) VALUES (?1, ?2, ?3)"));
    PLUMB_TRY(std::move(insert).bind(run, clean(name), clean(text)).run());
  }
  return {};
}

Result<> insert_action(Database& database, std::int64_t run, const ActionRecord& record) {
  PLUMB_TRY_ASSIGN(
      Statement insert,
      database.prepare("INSERT INTO action (run, host, position, address, op, outcome, text, code, milliseconds, at) "
                       "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) "
                       "ON CONFLICT (run, host, position) DO UPDATE SET address = excluded.address, op = excluded.op, "
                       "outcome = excluded.outcome, text = excluded.text, code = excluded.code, "
                       "milliseconds = excluded.milliseconds, at = excluded.at"));
  const ActionEntry& action = record.action;
  return std::move(insert)
      .bind(run, record.host, action.index, action.address, action.op, name(action.outcome), action.text, action.code,
            action.milliseconds, action.at)
      .run();
}

Result<> insert_host(Database& database, std::int64_t run, const HostEntry& host) {
  PLUMB_TRY_ASSIGN(Statement insert,
                   database.prepare("INSERT OR REPLACE INTO run_host "
                                    "(run, name, state, changed, satisfied, failed, skipped, milliseconds, code, text) "
                                    "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"));
  return std::move(insert)
      .bind(run, host.name, name(host.state.value_or(HostState::kFailed)), host.changed, host.satisfied, host.failed,
            host.skipped, host.milliseconds, host.code, host.text)
      .run();
}

Result<bool> insert_late(Database& database, const LateReport& report) {
  PLUMB_TRY_ASSIGN(KnownRun run, find_run(database, report.run));
  if (run.number == 0) {
    RunStart foreign;
    foreign.id = report.run;
    foreign.kind = kForeign;
    foreign.plan = report.plan;
    foreign.started_at = report.at;  // nothing better is known
    PLUMB_TRY(insert_run(database, foreign));
    run.number = database.last_number();
  }
  {
    const std::string text = clean(report.text);
    PLUMB_TRY_ASSIGN(Statement insert,
                     database.prepare("INSERT INTO late_report (run, plan, host, address, outcome, text, at) "
                                      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) "
                                      "ON CONFLICT DO NOTHING"));
    PLUMB_TRY(std::move(insert)
                  .bind(run.number, report.plan, report.host, report.address, name(report.outcome), text, report.at)
                  .run());
    if (!database.changed()) return false;
  }
  PLUMB_TRY(seal_late(database, database.last_number()));
  return true;
}

}  // namespace plumb::history
