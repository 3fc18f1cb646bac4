#include "engine/history/chain.h"

#include <map>

#include "engine/base/digest.h"
#include "engine/base/json.h"
#include "engine/base/object_text.h"
#include "engine/history/plan_store.h"
#include "engine/history/rows.h"
#include "engine/history/store.h"

namespace plumb::history {
namespace {

// Texts are cleaned here too: a file that was tampered with may hold anything.
Json to_json(const RunSummary& run) {
  return {{"engine", clean(run.engine)},
          {"exit_code", run.exit_code},
          {"finished_at", clean(run.finished_at)},
          {"hosts", clean(run.hosts_pattern)},
          {"id", clean(run.id)},
          {"kind", clean(run.kind)},
          {"operator", clean(run.operator_name)},
          {"outcome", name(run.outcome.value_or(RunOutcome::kFailed))},
          {"plan", clean(run.plan)},
          {"project", clean(run.project)},
          {"started_at", clean(run.started_at)}};
}

Json to_json(const HostEntry& host) {
  return {{"changed", host.changed},  {"code", clean(host.code)},
          {"failed", host.failed},    {"milliseconds", host.milliseconds},
          {"name", clean(host.name)}, {"satisfied", host.satisfied},
          {"skipped", host.skipped},  {"state", name(host.state.value_or(HostState::kFailed))},
          {"text", clean(host.text)}};
}

// There are as many as a run has actions.
void append_action(std::string& out, const ActionRecord& record) {
  const ActionEntry& action = record.action;
  ObjectText object(out);
  object.text("address", clean(action.address));
  object.text("at", clean(action.at));
  object.text("code", clean(action.code));
  object.text("host", clean(record.host));
  object.json("index", action.index);
  object.json("milliseconds", action.milliseconds);
  object.text("op", clean(action.op));
  object.text("outcome", name(action.outcome));
  object.text("text", clean(action.text));
  object.close();
}

Json to_json(const LateReport& late) {
  return {{"address", clean(late.address)}, {"at", clean(late.at)},     {"host", clean(late.host)},
          {"outcome", name(late.outcome)},  {"plan", clean(late.plan)}, {"run", clean(late.run)},
          {"text", clean(late.text)}};
}

// Written piece by piece, with the members in canonical order: a large run's document is never in memory.
Result<std::string> run_digest(Database& database, std::int64_t number, const std::string& previous) {
  Sha256 hash;
  hash.add("{\"actions\":[");
  std::string separator;
  PLUMB_TRY(read_actions(database, number, [&](const ActionRecord& action) {
    std::string bytes = separator;
    append_action(bytes, action);
    hash.add(bytes);
    separator = ",";
  }));
  Json hosts = Json::array();
  PLUMB_TRY_ASSIGN(const std::vector<HostEntry> outcomes, read_hosts(database, number));
  for (const HostEntry& host : outcomes) hosts.push_back(to_json(host));
  PLUMB_TRY_ASSIGN(const RunSummary run, read_run(database, number));
  // A run without notes is sealed as it was before there were any.
  PLUMB_TRY_ASSIGN(const auto kept, read_notes(database, number));
  Json notes = Json::object();
  for (const auto& [name, text] : kept) notes[clean(name)] = clean(text);
  hash.add("],\"hosts\":" + canonical(hosts) + (notes.empty() ? "" : ",\"notes\":" + canonical(notes)) +
           ",\"previous\":" + canonical(Json(clean(previous))) + ",\"run\":" + canonical(to_json(run)) + "}");
  return hash.finish();
}

Result<LateReport> read_late(Database& database, std::int64_t number) {
  PLUMB_TRY_ASSIGN(Statement prepared,
                   database.prepare("SELECT " PLUMB_LATE_COLUMNS
                                    " FROM late_report l JOIN run r ON r.number = l.run WHERE l.number = ?1"));
  Statement row = std::move(prepared).bind(number);
  PLUMB_TRY(row.step());
  return late_report(row);
}

std::string late_digest(const LateReport& late, const std::string& previous) {
  return digest(canonical(Json{{"late", to_json(late)}, {"previous", clean(previous)}}));
}

Result<std::string> head(Database& database) {
  PLUMB_TRY_ASSIGN(Statement last, database.prepare("SELECT digest FROM chain ORDER BY number DESC LIMIT 1"));
  PLUMB_TRY_ASSIGN(const bool found, last.step());
  return found ? last.text(0) : std::string();
}

Result<std::int64_t> next_number(Database& database) {
  return database.number("SELECT coalesce(max(number), 0) + 1 FROM chain");
}

struct Entry {
  std::int64_t number = 0;
  std::int64_t run = 0;  // or:
  std::int64_t late = 0;
  std::string previous;
  std::string digest;
  std::string name;  // of the run that it is about
};

Result<std::vector<Entry>> read_chain(Database& database) {
  PLUMB_TRY_ASSIGN(
      Statement row,
      database.prepare(
          "SELECT c.number, c.run, c.late, c.previous, c.digest, r.id FROM chain c "
          "LEFT JOIN late_report l ON l.number = c.late LEFT JOIN run r ON r.number = coalesce(c.run, l.run) "
          "ORDER BY c.number"));
  std::vector<Entry> entries;
  while (true) {
    PLUMB_TRY_ASSIGN(const bool found, row.step());
    if (!found) return entries;
    entries.push_back({row.integer(0), row.integer(1), row.integer(2), row.text(3), row.text(4), row.text(5)});
  }
}

// The first run of this project's operators whose plan the history does not hold any more; "" for none. Of runs of
// others it never had one.
Result<std::string> run_without_plan(Database& database) {
  PLUMB_TRY_ASSIGN(Statement row,
                   database.prepare("SELECT r.id FROM run r LEFT JOIN plan p ON p.id = r.plan WHERE r.plan IS NOT NULL "
                                    "AND r.kind <> 'foreign' AND p.bytes IS NULL ORDER BY r.number LIMIT 1"));
  PLUMB_TRY_ASSIGN(const bool found, row.step());
  return found ? row.text(0) : std::string();
}

// The first run, by its place in the chain, of those whose plan's bytes are not the plan's; "" for none.
Result<std::string> run_with_changed_plan(Database& database) {
  PLUMB_TRY_ASSIGN(
      Statement row,
      database.prepare("SELECT p.id, r.id FROM plan p JOIN run r ON r.plan = p.id WHERE p.bytes IS NOT NULL "
                       "GROUP BY p.id HAVING r.number = min(r.number) ORDER BY r.number"));
  while (true) {
    PLUMB_TRY_ASSIGN(const bool found, row.step());
    if (!found) return std::string();
    const std::string plan = row.text(0);
    const Result<std::optional<std::string>> document = read_plan(database, plan);
    if (!document || !*document || digest(**document) != plan) return row.text(1);
  }
}

Result<std::string> first_unsealed(Database& database, const char* sql) {
  PLUMB_TRY_ASSIGN(Statement row, database.prepare(sql));
  PLUMB_TRY_ASSIGN(const bool found, row.step());
  return found ? row.text(0) : std::string();
}

Result<std::string> digest_now(Database& database, const Entry& entry) {
  if (entry.run != 0) return run_digest(database, entry.run, entry.previous);
  PLUMB_TRY_ASSIGN(const LateReport late, read_late(database, entry.late));
  return late_digest(late, entry.previous);
}

// Why this entry does not hold; "" where it does.
std::string fault(Database& database, const Entry& entry, std::int64_t expected, const std::string& previous) {
  if (entry.number != expected) return "the entry before it was taken out of the chain";
  if (entry.previous != previous) return "it does not follow the entry before it";
  const std::string what = entry.run != 0 ? "its record" : "a late report about it";
  const Result<std::string> found = digest_now(database, entry);
  if (!found) return what + " cannot be read: " + found.error().summary();
  return *found == entry.digest ? "" : what + " was changed after it was written";
}

}  // namespace

Result<> seal_run(Database& database, std::int64_t number) {
  PLUMB_TRY_ASSIGN(const std::string previous, head(database));
  PLUMB_TRY_ASSIGN(const std::int64_t next, next_number(database));
  PLUMB_TRY_ASSIGN(const std::string sealed, run_digest(database, number, previous));
  PLUMB_TRY_ASSIGN(Statement insert,
                   database.prepare("INSERT INTO chain (number, run, previous, digest) VALUES (?1, ?2, ?3, ?4)"));
  return std::move(insert).bind(next, number, previous, sealed).run();
}

Result<> seal_late(Database& database, std::int64_t number) {
  PLUMB_TRY_ASSIGN(const std::string previous, head(database));
  PLUMB_TRY_ASSIGN(const std::int64_t next, next_number(database));
  PLUMB_TRY_ASSIGN(const LateReport late, read_late(database, number));
  const std::string sealed = late_digest(late, previous);
  PLUMB_TRY_ASSIGN(Statement insert,
                   database.prepare("INSERT INTO chain (number, late, previous, digest) VALUES (?1, ?2, ?3, ?4)"));
  return std::move(insert).bind(next, number, previous, sealed).run();
}

Result<Verification> verify_chain(Database& database) {
  PLUMB_TRY_ASSIGN(Transaction snapshot, Transaction::begin(database, Transaction::Kind::kRead));
  Verification result;
  PLUMB_TRY_ASSIGN(const std::vector<Entry> chain, read_chain(database));
  std::string previous;
  for (const Entry& entry : chain) {
    if (const std::string reason = fault(database, entry, result.entries + 1, previous); !reason.empty()) {
      result.broken = Verification::Broken{entry.name, reason};
      return result;
    }
    ++result.entries;
    previous = entry.digest;
  }
  result.head = previous;
  PLUMB_TRY_ASSIGN(result.unfinished,
                   database.number("SELECT count(*) FROM run WHERE finished_at IS NULL AND kind <> 'foreign'"));
  PLUMB_TRY_ASSIGN(std::string unsealed,
                   first_unsealed(database,
                                  "SELECT id FROM run WHERE finished_at IS NOT NULL AND number NOT IN "
                                  "(SELECT run FROM chain WHERE run IS NOT NULL) ORDER BY number LIMIT 1"));
  if (!unsealed.empty()) {
    result.broken = Verification::Broken{unsealed, "it ended but is not in the chain"};
    return result;
  }
  PLUMB_TRY_ASSIGN(unsealed,
                   first_unsealed(database,
                                  "SELECT r.id FROM late_report l JOIN run r ON r.number = l.run WHERE l.number NOT IN "
                                  "(SELECT late FROM chain WHERE late IS NOT NULL) ORDER BY l.number LIMIT 1"));
  if (!unsealed.empty()) {
    result.broken = Verification::Broken{unsealed, "a late report about it is not in the chain"};
    return result;
  }
  PLUMB_TRY_ASSIGN(const std::string changed, run_with_changed_plan(database));
  if (!changed.empty()) {
    result.broken = Verification::Broken{changed, "its plan was changed after it was written"};
    return result;
  }
  PLUMB_TRY_ASSIGN(const std::string without, run_without_plan(database));
  if (!without.empty()) result.broken = Verification::Broken{without, "its plan was taken out of the history"};
  return result;
}

}  // namespace plumb::history
