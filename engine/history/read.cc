// What people ask the history. Each answer is one snapshot of the database.
#include <algorithm>
#include <map>
#include <mutex>

#include "engine/base/joined.h"
#include "engine/history/chain.h"
#include "engine/history/kept.h"
#include "engine/history/opener.h"
#include "engine/history/plan_store.h"
#include "engine/history/rows.h"
#include "engine/history/sqlite_history.h"
#include "engine/history/store.h"

namespace plumb::history {
namespace {

Result<> add_totals(Database& database, std::int64_t run, RunSummary& summary) {
  PLUMB_TRY_ASSIGN(Statement prepared,
                   database.prepare("SELECT count(*), sum(changed), sum(satisfied), sum(failed), sum(skipped) "
                                    "FROM run_host WHERE run = ?1"));
  Statement row = std::move(prepared).bind(run);
  PLUMB_TRY(row.step());
  summary.hosts = row.integer(0);
  summary.changed = row.integer(1);
  summary.satisfied = row.integer(2);
  summary.failed = row.integer(3);
  summary.skipped = row.integer(4);
  return {};
}

// Of a run that did not end: what is known of hosts without an outcome, from the run or from themselves later.
Result<> add_open_totals(Database& database, std::int64_t run, RunSummary& summary) {
  PLUMB_TRY_ASSIGN(
      Statement prepared,
      database.prepare("SELECT count(DISTINCT host), sum(outcome = 'changed'), sum(outcome = 'satisfied'), "
                       "sum(outcome IN ('failed', 'diverged')), sum(outcome = 'skipped') "
                       "FROM (SELECT host, address, outcome FROM action WHERE run = ?1 "
                       "UNION SELECT host, address, outcome FROM late_report WHERE run = ?1) "
                       "WHERE host NOT IN (SELECT name FROM run_host WHERE run = ?1)"));
  Statement row = std::move(prepared).bind(run);
  PLUMB_TRY(row.step());
  summary.hosts += row.integer(0);
  summary.changed += row.integer(1);
  summary.satisfied += row.integer(2);
  summary.failed += row.integer(3);
  summary.skipped += row.integer(4);
  return {};
}

Result<RunSummary> read_with_totals(Database& database, std::int64_t run) {
  PLUMB_TRY_ASSIGN(RunSummary summary, read_run(database, run));
  PLUMB_TRY(add_totals(database, run, summary));
  if (!summary.outcome) PLUMB_TRY(add_open_totals(database, run, summary));
  return summary;
}

// The number of the run that `reference` names.
Result<std::int64_t> resolve(Database& database, std::string_view reference) {
  if (reference == "last") {
    PLUMB_TRY_ASSIGN(const std::int64_t last,
                     database.number("SELECT coalesce(max(number), 0) FROM run WHERE kind <> 'foreign'"));
    if (last == 0) return fail(Code::kNoSuchRun, "the history holds no run yet");
    return last;
  }
  {
    // A whole id the index finds, however many runs there are.
    PLUMB_TRY_ASSIGN(Statement whole, database.prepare("SELECT number FROM run WHERE id = ?1"));
    Statement row = std::move(whole).bind(reference);
    PLUMB_TRY_ASSIGN(const bool found, row.step());
    if (found) return row.integer(0);
  }
  PLUMB_TRY_ASSIGN(Statement prepared,
                   database.prepare("SELECT number, id FROM run WHERE substr(id, 1, length(?1)) = ?1 ORDER "
                                    "BY number DESC LIMIT 4"));
  Statement row = std::move(prepared).bind(reference);
  std::vector<std::string> ids;
  std::int64_t first = 0;
  while (true) {
    PLUMB_TRY_ASSIGN(const bool found, row.step());
    if (!found) break;
    if (ids.empty()) first = row.integer(0);
    ids.push_back(row.text(1));
  }
  const std::string quoted = "`" + std::string(reference) + "`";
  if (reference.empty() || ids.empty())
    return fail(Code::kNoSuchRun, "the history holds no run " + quoted).hint("`plumb history` lists them");
  if (ids.size() == 1) return first;
  const std::string some = joined(ids);
  return fail(Code::kNoSuchRun, "several runs begin with " + quoted).hint("give more of the id: " + some);
}

// Hosts that have actions and no outcome: the run was killed, or is still going on.
void add_unfinished(std::vector<HostEntry>& hosts, const std::vector<ActionRecord>& actions) {
  std::map<std::string_view, HostEntry> open;
  for (const ActionRecord& record : actions) {
    HostEntry& host = open[record.host];
    host.name = record.host;
    const ActionOutcome outcome = record.action.outcome;
    host.changed += outcome == ActionOutcome::kChanged;
    host.satisfied += outcome == ActionOutcome::kSatisfied;
    host.failed += outcome == ActionOutcome::kFailed || outcome == ActionOutcome::kDiverged;
    host.skipped += outcome == ActionOutcome::kSkipped;
    host.milliseconds += record.action.milliseconds;
  }
  for (const HostEntry& host : hosts) open.erase(host.name);
  for (auto& [name, host] : open) hosts.push_back(std::move(host));
  std::sort(hosts.begin(), hosts.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
}

Result<std::vector<LateReport>> read_late_reports(Database& database, std::int64_t run) {
  PLUMB_TRY_ASSIGN(
      Statement prepared,
      database.prepare("SELECT " PLUMB_LATE_COLUMNS
                       " FROM late_report l JOIN run r ON r.number = l.run WHERE l.run = ?1 ORDER BY l.number"));
  Statement row = std::move(prepared).bind(run);
  std::vector<LateReport> reports;
  while (true) {
    PLUMB_TRY_ASSIGN(const bool found, row.step());
    if (!found) return reports;
    PLUMB_TRY_ASSIGN(LateReport report, late_report(row));
    reports.push_back(std::move(report));
  }
}

Result<std::vector<std::int64_t>> run_numbers(Database& database, std::int64_t limit, std::string_view host) {
  PLUMB_TRY_ASSIGN(Statement prepared,
                   database.prepare("SELECT number FROM run WHERE ?2 = '' "
                                    "OR EXISTS (SELECT 1 FROM run_host h WHERE h.run = number AND h.name = ?2) "
                                    "OR EXISTS (SELECT 1 FROM action a WHERE a.run = number AND a.host = ?2) "
                                    "OR EXISTS (SELECT 1 FROM late_report l WHERE l.run = run.number AND l.host = ?2) "
                                    "ORDER BY number DESC LIMIT ?1"));
  Statement row = std::move(prepared).bind(limit, host);
  std::vector<std::int64_t> numbers;
  while (true) {
    PLUMB_TRY_ASSIGN(const bool found, row.step());
    if (!found) return numbers;
    numbers.push_back(row.integer(0));
  }
}

}  // namespace

Result<std::vector<RunSummary>> SqliteHistory::runs(std::int64_t limit, std::string_view host) const {
  PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, opener_->for_reading());
  const std::lock_guard lock(store->mutex);
  Database& database = store->database;
  PLUMB_TRY_ASSIGN(Transaction snapshot, Transaction::begin(database, Transaction::Kind::kRead));
  PLUMB_TRY_ASSIGN(const std::vector<std::int64_t> numbers, run_numbers(database, limit, host));
  std::vector<RunSummary> summaries;
  summaries.reserve(numbers.size());
  for (const std::int64_t number : numbers) {
    PLUMB_TRY_ASSIGN(RunSummary summary, read_with_totals(database, number));
    summaries.push_back(std::move(summary));
  }
  return summaries;
}

Result<RunRecord> SqliteHistory::run(std::string_view reference) const {
  PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, opener_->for_reading());
  const std::lock_guard lock(store->mutex);
  Database& database = store->database;
  PLUMB_TRY_ASSIGN(Transaction snapshot, Transaction::begin(database, Transaction::Kind::kRead));
  PLUMB_TRY_ASSIGN(const std::int64_t number, resolve(database, reference));
  RunRecord record;
  PLUMB_TRY_ASSIGN(record.summary, read_with_totals(database, number));
  PLUMB_TRY_ASSIGN(record.hosts, read_hosts(database, number));
  PLUMB_TRY(read_actions(database, number, [&](ActionRecord action) { record.actions.push_back(std::move(action)); }));
  PLUMB_TRY_ASSIGN(record.late, read_late_reports(database, number));
  PLUMB_TRY_ASSIGN(record.notes, read_notes(database, number));
  add_unfinished(record.hosts, record.actions);
  return record;
}

Result<bool> SqliteHistory::knows(std::string_view run) const {
  PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, opener_->for_reading());
  const std::lock_guard lock(store->mutex);
  PLUMB_TRY_ASSIGN(Statement prepared,
                   store->database.prepare("SELECT 1 FROM run WHERE id = ?1 AND kind <> 'foreign'"));
  Statement row = std::move(prepared).bind(run);
  return row.step();
}

Result<std::optional<std::string>> SqliteHistory::plan_bytes(std::string_view plan) const {
  PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, opener_->for_reading());
  const std::lock_guard lock(store->mutex);
  Database& database = store->database;
  PLUMB_TRY_ASSIGN(Transaction snapshot, Transaction::begin(database, Transaction::Kind::kRead));
  return read_plan(database, plan);
}

Result<std::string> SqliteHistory::plan_folder(std::string_view plan) const {
  PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, opener_->for_reading());
  const std::lock_guard lock(store->mutex);
  // One that is only read may be of before there were any.
  PLUMB_TRY_ASSIGN(const std::int64_t there,
                   store->database.number("SELECT count(*) FROM sqlite_schema WHERE name = 'plan_folder'"));
  if (there == 0) return std::string();
  PLUMB_TRY_ASSIGN(Statement prepared, store->database.prepare("SELECT folder FROM plan_folder WHERE plan = ?1"));
  Statement row = std::move(prepared).bind(plan);
  PLUMB_TRY_ASSIGN(const bool found, row.step());
  return found ? row.text(0) : std::string();
}

Result<std::optional<std::string>> SqliteHistory::kept(std::string_view digest) const {
  PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, opener_->for_reading());
  const std::lock_guard lock(store->mutex);
  return kept_content(store->database, digest);
}

Result<std::set<std::string>> SqliteHistory::hosts_done(std::string_view plan) const {
  PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, opener_->for_reading());
  const std::lock_guard lock(store->mutex);
  PLUMB_TRY_ASSIGN(Statement prepared,
                   store->database.prepare("SELECT DISTINCT h.name FROM run_host h JOIN run r ON r.number = h.run "
                                           "WHERE r.plan = ?1 AND h.state = ?2"));
  Statement row = std::move(prepared).bind(plan, name(HostState::kOk));
  std::set<std::string> hosts;
  while (true) {
    PLUMB_TRY_ASSIGN(const bool found, row.step());
    if (!found) return hosts;
    hosts.insert(row.text(0));
  }
}

Result<std::map<std::string, StoredFacts>> SqliteHistory::facts() const {
  PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, opener_->for_reading());
  const std::lock_guard lock(store->mutex);
  PLUMB_TRY_ASSIGN(Statement row, store->database.prepare("SELECT host, facts, at FROM facts"));
  std::map<std::string, StoredFacts> all;
  while (true) {
    PLUMB_TRY_ASSIGN(const bool found, row.step());
    if (!found) return all;
    PLUMB_TRY_ASSIGN(Json facts, parse_json(row.text(1), Code::kHistory));
    all.emplace(row.text(0), StoredFacts{std::move(facts), row.text(2)});
  }
}

Result<Verification> SqliteHistory::verify() const {
  PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, opener_->for_reading());
  const std::lock_guard lock(store->mutex);
  return verify_chain(store->database);
}

}  // namespace plumb::history
