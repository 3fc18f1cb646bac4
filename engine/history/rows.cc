#include "engine/history/rows.h"

namespace plumb::history {
namespace {

Error unknown_word(const std::string& word) {
  return fail(Code::kHistory, "the history says `" + word + "` where an outcome is expected");
}

}  // namespace

Result<RunSummary> read_run(Database& database, std::int64_t number) {
  PLUMB_TRY_ASSIGN(Statement prepared,
                   database.prepare("SELECT id, kind, project, plan, operator, started_at, hosts_pattern, "
                                    "engine, outcome, finished_at, exit_code "
                                    "FROM run WHERE number = ?1"));
  Statement row = std::move(prepared).bind(number);
  PLUMB_TRY(row.step());
  RunSummary run;
  run.id = row.text(0);
  run.kind = row.text(1);
  run.project = row.text(2);
  run.plan = row.text(3);
  run.operator_name = row.text(4);
  run.started_at = row.text(5);
  run.hosts_pattern = row.text(6);
  run.engine = row.text(7);
  if (!row.is_null(8)) {
    run.outcome = run_outcome_from_name(row.text(8));
    if (!run.outcome) return unknown_word(row.text(8));
  }
  run.finished_at = row.text(9);
  run.exit_code = static_cast<int>(row.integer(10));
  return run;
}

Result<std::vector<HostEntry>> read_hosts(Database& database, std::int64_t number) {
  PLUMB_TRY_ASSIGN(Statement prepared,
                   database.prepare("SELECT name, state, changed, satisfied, failed, skipped, milliseconds, code, text "
                                    "FROM run_host WHERE run = ?1 ORDER BY name"));
  Statement row = std::move(prepared).bind(number);
  std::vector<HostEntry> hosts;
  while (true) {
    PLUMB_TRY_ASSIGN(const bool found, row.step());
    if (!found) return hosts;
    const std::optional<HostState> state = host_state_from_name(row.text(1));
    if (!state) return unknown_word(row.text(1));
    hosts.push_back({row.text(0), state, row.integer(2), row.integer(3), row.integer(4), row.integer(5), row.integer(6),
                     row.text(7), row.text(8)});
  }
}

Result<> read_actions(Database& database, std::int64_t number, const std::function<void(ActionRecord)>& take) {
  PLUMB_TRY_ASSIGN(Statement prepared,
                   database.prepare("SELECT host, position, address, op, outcome, text, code, milliseconds, at "
                                    "FROM action WHERE run = ?1 ORDER BY host, position"));
  Statement row = std::move(prepared).bind(number);
  while (true) {
    PLUMB_TRY_ASSIGN(const bool found, row.step());
    if (!found) return {};
    const std::optional<ActionOutcome> outcome = action_outcome_from_name(row.text(4));
    if (!outcome) return unknown_word(row.text(4));
    take({row.text(0),
          {row.integer(1), row.text(2), row.text(3), *outcome, row.text(5), row.text(6), row.integer(7), row.text(8)}});
  }
}

Result<std::map<std::string, std::string>> read_notes(Database& database, std::int64_t number) {
  std::map<std::string, std::string> notes;
  PLUMB_TRY_ASSIGN(const std::int64_t there,
                   database.number("SELECT count(*) FROM sqlite_schema WHERE name = 'run_note'"));
  if (there == 0) return notes;
  PLUMB_TRY_ASSIGN(Statement prepared, database.prepare("SELECT name, text FROM run_note WHERE run = ?1"));
  Statement row = std::move(prepared).bind(number);
  while (true) {
    PLUMB_TRY_ASSIGN(const bool found, row.step());
    if (!found) return notes;
    notes.emplace(row.text(0), row.text(1));
  }
}

Result<LateReport> late_report(const Statement& row) {
  const std::optional<JournalOutcome> outcome = journal_outcome_from_name(row.text(4));
  if (!outcome) return unknown_word(row.text(4));
  return LateReport{row.text(0), row.text(1), row.text(2), row.text(3), *outcome, row.text(5), row.text(6)};
}

}  // namespace plumb::history
