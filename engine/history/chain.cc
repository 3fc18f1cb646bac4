#include "engine/history/chain.h"

#include <map>

#include "engine/base/digest.h"
#include "engine/history/entry.h"
#include "engine/history/plan_store.h"
#include "engine/history/rows.h"
#include "engine/history/store.h"
#include "engine/history/trim.h"

namespace plumb::history {
namespace {

Result<> write_run(Database& database, std::int64_t number, const std::string& previous, const TakePiece& take) {
  RunDocument document(take);
  PLUMB_TRY(read_actions(database, number, [&](const ActionRecord& action) { document.add(action); }));
  PLUMB_TRY_ASSIGN(const std::vector<HostEntry> hosts, read_hosts(database, number));
  PLUMB_TRY_ASSIGN(const RunSummary run, read_run(database, number));
  PLUMB_TRY_ASSIGN(const auto notes, read_notes(database, number));
  document.finish(hosts, notes, previous, run);
  return {};
}

Result<std::string> run_digest(Database& database, std::int64_t number, const std::string& previous) {
  Sha256 hash;
  PLUMB_TRY(write_run(database, number, previous, [&](std::string_view piece) { hash.add(piece); }));
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

Result<std::string> head(Database& database) {
  PLUMB_TRY_ASSIGN(Statement last, database.prepare("SELECT digest FROM chain ORDER BY number DESC LIMIT 1"));
  PLUMB_TRY_ASSIGN(const bool found, last.step());
  return found ? last.text(0) : std::string();
}

Result<std::int64_t> next_number(Database& database) {
  return database.number("SELECT coalesce(max(number), 0) + 1 FROM chain");
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

Result<std::string> digest_now(Database& database, const Link& link) {
  Sha256 hash;
  PLUMB_TRY(write_document(database, link, [&](std::string_view piece) { hash.add(piece); }));
  return hash.finish();
}

}  // namespace

std::string fault(Database& database, const Link& link, std::int64_t expected, const std::string& previous) {
  if (link.number != expected) return "the entry before it was taken out of the chain";
  if (link.previous != previous) return "it does not follow the entry before it";
  const std::string what = link.run != 0 ? "its record" : "a late report about it";
  const Result<std::string> found = digest_now(database, link);
  if (!found) return what + " cannot be read: " + found.error().summary();
  return *found == link.digest ? "" : what + " was changed after it was written";
}

Result<std::string> run_without_plan(Database& database, std::int64_t trimmed) {
  PLUMB_TRY_ASSIGN(
      Statement prepared,
      database.prepare(
          "SELECT r.id, r.number FROM run r LEFT JOIN plan p ON p.id = r.plan LEFT JOIN chain c ON c.run = "
          "r.number WHERE r.plan IS NOT NULL AND r.kind <> 'foreign' AND p.bytes IS NULL "
          "AND (c.number IS NULL OR c.number > ?1) ORDER BY r.number"));
  Statement row = std::move(prepared).bind(trimmed);
  while (true) {
    PLUMB_TRY_ASSIGN(const bool found, row.step());
    if (!found) return std::string();
    PLUMB_TRY_ASSIGN(const auto notes, read_notes(database, row.integer(1)));
    if (!notes.contains(std::string(kImportedNote))) return row.text(0);
  }
}

Result<std::vector<Link>> read_chain(Database& database, std::int64_t last) {
  PLUMB_TRY_ASSIGN(
      Statement prepared,
      database.prepare(
          "SELECT c.number, c.run, c.late, c.previous, c.digest, r.id FROM chain c "
          "LEFT JOIN late_report l ON l.number = c.late LEFT JOIN run r ON r.number = coalesce(c.run, l.run) "
          "WHERE c.number <= ?1 ORDER BY c.number"));
  Statement row = std::move(prepared).bind(last);
  std::vector<Link> entries;
  while (true) {
    PLUMB_TRY_ASSIGN(const bool found, row.step());
    if (!found) return entries;
    entries.push_back({row.integer(0), row.integer(1), row.integer(2), row.text(3), row.text(4), row.text(5)});
  }
}

Result<> write_document(Database& database, const Link& link, const TakePiece& take) {
  if (link.run != 0) return write_run(database, link.run, link.previous, take);
  PLUMB_TRY_ASSIGN(const LateReport late, read_late(database, link.late));
  take(document_of(late, link.previous));
  return {};
}

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
  const std::string sealed = digest(document_of(late, previous));
  PLUMB_TRY_ASSIGN(Statement insert,
                   database.prepare("INSERT INTO chain (number, late, previous, digest) VALUES (?1, ?2, ?3, ?4)"));
  return std::move(insert).bind(next, number, previous, sealed).run();
}

Result<Verification> verify_chain(Database& database) {
  PLUMB_TRY_ASSIGN(Transaction snapshot, Transaction::begin(database, Transaction::Kind::kRead));
  Verification result;
  PLUMB_TRY_ASSIGN(const std::vector<Link> chain, read_chain(database));
  // What a trim says is of worth only if its own entry, which stands in what is walked, holds.
  PLUMB_TRY_ASSIGN(result.trims, read_trims(database));
  result.entries = result.trims.entries;
  std::string previous = result.trims.head;
  for (const Link& link : chain) {
    if (const std::string reason = fault(database, link, result.entries + 1, previous); !reason.empty()) {
      result.broken = Verification::Broken{link.name, reason};
      return result;
    }
    ++result.entries;
    previous = link.digest;
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
  PLUMB_TRY_ASSIGN(const std::string without, run_without_plan(database, result.trims.plans));
  if (!without.empty()) result.broken = Verification::Broken{without, "its plan was taken out of the history"};
  return result;
}

}  // namespace plumb::history
