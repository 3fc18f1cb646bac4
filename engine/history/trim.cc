#include "engine/history/trim.h"

#include <charconv>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/digest.h"
#include "engine/history/chain.h"
#include "engine/history/opener.h"
#include "engine/history/plan_store.h"
#include "engine/history/rows.h"
#include "engine/history/sqlite_history.h"
#include "engine/history/store.h"
#include "engine/history/writes.h"

namespace plumb::history {
namespace {

// Names of the notes.
constexpr const char* kEntries = "trimmed entries";
constexpr const char* kHead = "trimmed head";
constexpr const char* kPlans = "plans trimmed up to entry";

// Tables of the same shape: what stands there of a run that goes.
constexpr const char* kPartsOfARun[] = {"DELETE FROM run_host WHERE run = ?1", "DELETE FROM action WHERE run = ?1",
                                        "DELETE FROM run_note WHERE run = ?1", "DELETE FROM run WHERE number = ?1"};

class Trimmer {
 public:
  Trimmer(Database& database, const Keep& keep) : database_(database), keep_(keep) {}

  Result<bool> has_something() {
    PLUMB_TRY(look());
    trimmed_.bytes_after = trimmed_.bytes_before;
    PLUMB_TRY_ASSIGN(const std::int64_t cut, cut_of_bounds());
    if (cut > trims_.entries) return true;
    if (!keep_.bytes || trimmed_.bytes_before <= *keep_.bytes) return false;
    // Tables without a row have their size too.
    PLUMB_TRY_ASSIGN(const std::int64_t runs, database_.number("SELECT EXISTS (SELECT 1 FROM run)"));
    return runs != 0;
  }
  // What was done so far.
  const Trimmed& trimmed() const { return trimmed_; }

  Result<Trimmed> trim(const TrimStart& start) {
    PLUMB_TRY(look());
    // It tells up to where plans went, which would cover one that somebody took before.
    PLUMB_TRY_ASSIGN(const std::string without_plan, run_without_plan(database_, trims_.plans));
    if (!without_plan.empty()) return changed(without_plan, "its plan was taken out of the history");
    PLUMB_TRY_ASSIGN(const std::int64_t cut, cut_of_bounds());
    PLUMB_TRY(take_out(cut));
    PLUMB_TRY(forget_plans());
    if (keep_.bytes) PLUMB_TRY(come_under(*keep_.bytes));
    PLUMB_TRY(count_plans());
    if (!trimmed_.nothing()) PLUMB_TRY(tell(start));
    PLUMB_TRY_ASSIGN(trimmed_.bytes_after, bytes_in_use());
    return trimmed_;
  }

 private:
  Result<> look() {
    PLUMB_TRY_ASSIGN(trims_, read_trims(database_));
    PLUMB_TRY_ASSIGN(newest_, newest_run());
    PLUMB_TRY_ASSIGN(trimmed_.bytes_before, bytes_in_use());
    return {};
  }

  Result<std::int64_t> number(const char* sql, std::int64_t of) {
    PLUMB_TRY_ASSIGN(Statement prepared, database_.prepare(sql));
    Statement row = std::move(prepared).bind(of);
    PLUMB_TRY_ASSIGN(const bool found, row.step());
    return found ? row.integer(0) : 0;
  }
  Result<> change(const char* sql, std::int64_t of) {
    PLUMB_TRY_ASSIGN(Statement prepared, database_.prepare(sql));
    return std::move(prepared).bind(of).run();
  }

  Result<std::int64_t> bytes_in_use() {
    PLUMB_TRY_ASSIGN(const std::int64_t pages, database_.number("PRAGMA page_count"));
    PLUMB_TRY_ASSIGN(const std::int64_t free, database_.number("PRAGMA freelist_count"));
    PLUMB_TRY_ASSIGN(const std::int64_t size, database_.number("PRAGMA page_size"));
    return (pages - free) * size;
  }

  // The entry of the newest run that ended, which stays; 0 where none has.
  Result<std::int64_t> newest_run() {
    return database_.number(
        "SELECT coalesce(max(c.number), 0) FROM chain c JOIN run r ON r.number = c.run WHERE r.kind <> 'trim'");
  }

  // The last entry that may go by number and time.
  Result<std::int64_t> cut_of_bounds() {
    std::int64_t cut = trims_.entries;
    if (keep_.runs) {
      PLUMB_TRY_ASSIGN(const std::int64_t first_too_many,
                       number("SELECT c.number FROM chain c JOIN run r ON r.number = c.run WHERE r.kind <> 'trim' "
                              "ORDER BY c.number DESC LIMIT 1 OFFSET ?1",
                              *keep_.runs));
      cut = std::max(cut, first_too_many);
    }
    if (!keep_.since.empty()) {
      PLUMB_TRY_ASSIGN(Statement prepared,
                       database_.prepare("SELECT coalesce(min(c.number) - 1, (SELECT max(number) FROM chain)) FROM "
                                         "chain c JOIN run r ON r.number = c.run WHERE r.finished_at >= ?1"));
      Statement row = std::move(prepared).bind(keep_.since);
      PLUMB_TRY(row.step());
      cut = std::max(cut, row.integer(0));
    }
    return down_to_whole(std::min(cut, newest_ - 1));
  }

  // Later reports about a run stand behind it, and neither goes without the other.
  Result<std::int64_t> down_to_whole(std::int64_t cut) {
    while (cut > 0) {
      PLUMB_TRY_ASSIGN(const std::int64_t torn,
                       number("SELECT coalesce(min(c.number), 0) FROM chain c JOIN late_report l ON l.run = c.run "
                              "JOIN chain d ON d.late = l.number WHERE c.number <= ?1 AND d.number > ?1",
                              cut));
      if (torn == 0) return cut;
      cut = torn - 1;
    }
    return cut;
  }
  Result<std::int64_t> up_to_whole(std::int64_t cut) {
    while (true) {
      PLUMB_TRY_ASSIGN(const std::int64_t torn,
                       number("SELECT coalesce(max(d.number), 0) FROM chain c JOIN late_report l ON l.run = c.run "
                              "JOIN chain d ON d.late = l.number WHERE c.number <= ?1 AND d.number > ?1",
                              cut));
      if (torn == 0) return cut;
      cut = torn;
    }
  }

  // What is taken out can not be checked afterwards, and a copy of what was changed would hold then.
  static Error changed(const std::string& run, const std::string& reason) {
    return fail(Code::kHistoryChanged,
                "the history does not hold at run " + run + ": " + reason + "; nothing was taken out of it");
  }
  Result<> check(const std::vector<Link>& going, std::int64_t cut) {
    std::int64_t expected = trims_.entries + 1;
    std::string previous = trims_.head;
    for (const Link& link : going) {
      std::string reason;
      if (link.number <= cut) {
        reason = fault(database_, link, expected, previous);
      } else if (link.previous != previous) {
        reason = "it does not follow the entry before it";
      }
      if (!reason.empty()) return changed(link.name, reason);
      ++expected;
      previous = link.digest;
    }
    return {};
  }

  // All entries up to this one. Runs that are known from late reports alone go with the last of them.
  Result<> take_out(std::int64_t cut) {
    if (cut <= trims_.entries) return {};
    // With the one that stays behind them.
    PLUMB_TRY_ASSIGN(const std::vector<Link> chain, read_chain(database_, cut + 1));
    PLUMB_TRY(check(chain, cut));
    for (const Link& link : chain) {
      if (link.number > cut) break;
      PLUMB_TRY(change("DELETE FROM chain WHERE number = ?1", link.number));
      if (link.late != 0) {
        PLUMB_TRY(change("DELETE FROM late_report WHERE number = ?1", link.late));
        ++trimmed_.late;
      }
      trims_.entries = link.number;
      trims_.head = link.digest;
    }
    for (const Link& link : chain) {
      if (link.number > cut) break;
      if (link.run == 0) continue;
      for (const char* const part : kPartsOfARun) PLUMB_TRY(change(part, link.run));
      ++trimmed_.runs;
    }
    trims_.plans = std::max(trims_.plans, trims_.entries);
    PLUMB_TRY_ASSIGN(const std::int64_t kept,
                     database_.number("SELECT count(*) FROM kept WHERE run NOT IN (SELECT number "
                                      "FROM run)"));
    trimmed_.kept += kept;
    PLUMB_TRY(database_.execute("DELETE FROM kept WHERE run NOT IN (SELECT number FROM run)"));
    return database_.execute(
        "DELETE FROM run WHERE kind = 'foreign' AND NOT EXISTS (SELECT 1 FROM late_report l WHERE l.run = run.number)");
  }

  // Plans that no run is of any more, and contents that no plan holds.
  Result<> forget_plans() {
    PLUMB_TRY(
        database_.execute("DELETE FROM plan_folder WHERE plan NOT IN (SELECT plan FROM run WHERE plan IS NOT NULL);"
                          "DELETE FROM plan WHERE id NOT IN (SELECT plan FROM run WHERE plan IS NOT NULL)"));
    if (!trimmed_.nothing()) PLUMB_TRY(forget_contents());
    return {};
  }
  Result<> forget_contents() {
    PLUMB_TRY(count_uses());
    return database_.execute("DELETE FROM content WHERE digest NOT IN (SELECT digest FROM used)");
  }
  // How many plans hold each content.
  Result<> count_uses() {
    uses_counted_ = true;
    PLUMB_TRY(
        database_.execute("CREATE TEMP TABLE IF NOT EXISTS used (digest TEXT PRIMARY KEY, plans INTEGER NOT NULL) "
                          "WITHOUT ROWID; DELETE FROM used"));
    PLUMB_TRY_ASSIGN(Statement plans, database_.prepare("SELECT id FROM plan WHERE bytes IS NOT NULL"));
    while (true) {
      PLUMB_TRY_ASSIGN(const bool found, plans.step());
      if (!found) break;
      PLUMB_TRY_ASSIGN(const std::vector<std::string> contents, contents_of(database_, plans.text(0)));
      for (const std::string& content : contents) {
        PLUMB_TRY_ASSIGN(Statement use, database_.prepare("INSERT INTO used (digest, plans) VALUES (?1, 1) "
                                                          "ON CONFLICT (digest) DO UPDATE SET plans = plans + 1"));
        PLUMB_TRY(std::move(use).bind(content).run());
      }
    }
    return {};
  }
  // Of one plan whose document goes.
  Result<> forget_contents_of(const std::string& plan) {
    if (!uses_counted_) PLUMB_TRY(count_uses());
    PLUMB_TRY_ASSIGN(const std::vector<std::string> contents, contents_of(database_, plan));
    for (const std::string& content : contents) {
      PLUMB_TRY_ASSIGN(Statement less, database_.prepare("UPDATE used SET plans = plans - 1 WHERE digest = ?1"));
      PLUMB_TRY(std::move(less).bind(content).run());
      PLUMB_TRY_ASSIGN(Statement forget, database_.prepare("DELETE FROM content WHERE digest = ?1 AND "
                                                           "(SELECT plans FROM used WHERE digest = ?1) <= 0"));
      PLUMB_TRY(std::move(forget).bind(content).run());
    }
    return {};
  }

  Result<> come_under(std::int64_t most) {
    while (true) {
      PLUMB_TRY_ASSIGN(const std::int64_t now, bytes_in_use());
      if (now <= most) return {};
      PLUMB_TRY_ASSIGN(const bool smaller, take_next());
      if (!smaller) return {};
    }
  }
  // The least of what is left to go; false where nothing is.
  Result<bool> take_next() {
    PLUMB_TRY_ASSIGN(const bool kept, drop_kept());
    if (kept) return true;
    PLUMB_TRY_ASSIGN(const bool plan, drop_plan());
    if (plan) return true;
    PLUMB_TRY_ASSIGN(const std::int64_t cut, up_to_whole(trims_.entries + 1));
    if (cut >= newest_) return false;
    PLUMB_TRY(take_out(cut));
    PLUMB_TRY(database_.execute("DELETE FROM plan WHERE id NOT IN (SELECT plan FROM run WHERE plan IS NOT NULL)"));
    return true;
  }

  Result<bool> drop_kept() {
    PLUMB_TRY(database_.execute("DELETE FROM kept WHERE number = (SELECT min(number) FROM kept)"));
    if (!database_.changed()) return false;
    ++trimmed_.kept;
    return true;
  }

  // A plan, and the last entry of a run of it.
  struct OldPlan {
    std::string id;
    std::int64_t entry = 0;
  };
  // The last one is the one that was applied last the longest ago. One of a run that did not end is kept for its sake.
  Result<std::vector<OldPlan>> old_plans() {
    PLUMB_TRY_ASSIGN(Statement prepared,
                     database_.prepare("SELECT p.id, max(c.number) FROM plan p JOIN run r ON r.plan = p.id "
                                       "LEFT JOIN chain c ON c.run = r.number WHERE p.bytes IS NOT NULL GROUP BY p.id "
                                       "HAVING count(c.number) = count(*) AND max(c.number) < ?1 "
                                       "ORDER BY max(c.number) DESC, p.id"));
    Statement row = std::move(prepared).bind(newest_);
    std::vector<OldPlan> plans;
    while (true) {
      PLUMB_TRY_ASSIGN(const bool found, row.step());
      if (!found) return plans;
      plans.push_back({row.text(0), row.integer(1)});
    }
  }

  // The document of the oldest of them.
  Result<bool> drop_plan() {
    if (!old_plans_) {
      PLUMB_TRY_ASSIGN(old_plans_, old_plans());
    }
    if (old_plans_->empty()) return false;
    const auto [plan, entry] = std::move(old_plans_->back());
    old_plans_->pop_back();
    PLUMB_TRY_ASSIGN(const std::optional<std::string> document, read_plan(database_, plan));
    if (!document || digest(*document) != plan) {
      PLUMB_TRY_ASSIGN(const std::string run, run_of_entry(entry));
      return changed(run, "its plan was changed after it was written");
    }
    PLUMB_TRY(forget_contents_of(plan));
    PLUMB_TRY_ASSIGN(Statement forget, database_.prepare("UPDATE plan SET bytes = NULL, size = NULL WHERE id = ?1"));
    PLUMB_TRY(std::move(forget).bind(plan).run());
    trims_.plans = std::max(trims_.plans, entry);
    ++trimmed_.plans;
    emptied_.insert(plan);
    return true;
  }
  Result<std::string> run_of_entry(std::int64_t entry) {
    PLUMB_TRY_ASSIGN(Statement prepared, database_.prepare("SELECT r.id FROM chain c JOIN run r ON r.number = c.run "
                                                           "WHERE c.number = ?1"));
    Statement row = std::move(prepared).bind(entry);
    PLUMB_TRY_ASSIGN(const bool found, row.step());
    return found ? row.text(0) : std::string();
  }

  // Runs of some may have gone after them.
  Result<> count_plans() {
    for (const std::string& plan : emptied_) {
      PLUMB_TRY_ASSIGN(Statement prepared, database_.prepare("SELECT 1 FROM plan WHERE id = ?1"));
      Statement row = std::move(prepared).bind(plan);
      PLUMB_TRY_ASSIGN(const bool stays, row.step());
      if (!stays) --trimmed_.plans;
    }
    return {};
  }

  Result<> tell(const TrimStart& start) {
    RunStart run;
    run.id = start.id;
    run.kind = kTrimKind;
    run.project = start.project;
    run.operator_name = start.operator_name;
    run.started_at = start.at;
    run.engine = start.engine;
    run.notes = {{kEntries, std::to_string(trims_.entries)}, {kPlans, std::to_string(trims_.plans)}};
    if (trims_.entries > 0) run.notes[kHead] = trims_.head;
    PLUMB_TRY(insert_run(database_, run));
    const std::int64_t row = database_.last_number();
    PLUMB_TRY(insert_notes(database_, row, run.notes));
    return end_run(database_, row, {RunOutcome::kOk, start.at});
  }

  Database& database_;
  const Keep& keep_;
  Trims trims_;
  std::int64_t newest_ = 0;
  Trimmed trimmed_;
  std::set<std::string> emptied_;  // plans that lost their documents
  std::optional<std::vector<OldPlan>> old_plans_;
  bool uses_counted_ = false;
};

Result<std::int64_t> number_of(const std::map<std::string, std::string>& notes, const char* name) {
  const auto note = notes.find(name);
  std::int64_t number = -1;
  if (note != notes.end()) {
    const char* const end = note->second.data() + note->second.size();
    if (const auto [at, problem] = std::from_chars(note->second.data(), end, number);
        problem != std::errc() || at != end)
      number = -1;
  }
  if (number < 0) return fail(Code::kHistory, "a trim of the history does not say how far it went");
  return number;
}

}  // namespace

Result<Trims> trims_of(const std::map<std::string, std::string>& notes) {
  Trims trims;
  PLUMB_TRY_ASSIGN(trims.entries, number_of(notes, kEntries));
  PLUMB_TRY_ASSIGN(trims.plans, number_of(notes, kPlans));
  const auto head = notes.find(kHead);
  if (head != notes.end()) trims.head = head->second;
  if (trims.entries > 0 ? !is_digest(trims.head) : !trims.head.empty())
    return fail(Code::kHistory, "a trim of the history does not say what it took out");
  return trims;
}

Result<Trims> read_trims(Database& database) {
  PLUMB_TRY_ASSIGN(Statement row,
                   database.prepare("SELECT r.number FROM chain c JOIN run r ON r.number = c.run WHERE r.kind = 'trim' "
                                    "ORDER BY c.number DESC"));
  while (true) {
    PLUMB_TRY_ASSIGN(const bool found, row.step());
    if (!found) return Trims();
    const std::int64_t number = row.integer(0);
    PLUMB_TRY_ASSIGN(const auto notes, read_notes(database, number));
    // That another history was trimmed says nothing of this one.
    if (notes.contains(std::string(kImportedNote))) continue;
    PLUMB_TRY_ASSIGN(Trims trims, trims_of(notes));
    PLUMB_TRY_ASSIGN(const RunSummary run, read_run(database, number));
    trims.operator_name = run.operator_name;
    trims.at = run.finished_at;
    return trims;
  }
}

Result<bool> SqliteHistory::exceeds(const Keep& keep) const {
  PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, opener_->for_reading());
  const std::lock_guard lock(store->mutex);
  PLUMB_TRY_ASSIGN(Transaction snapshot, Transaction::begin(store->database, Transaction::Kind::kRead));
  return Trimmer(store->database, keep).has_something();
}

Result<Trimmed> SqliteHistory::trim(const Keep& keep, const TrimStart& start) {
  {
    // Where nothing is too much nothing is written, and no history is made where there is none.
    PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, opener_->for_reading());
    const std::lock_guard lock(store->mutex);
    PLUMB_TRY_ASSIGN(Transaction snapshot, Transaction::begin(store->database, Transaction::Kind::kRead));
    Trimmer trimmer(store->database, keep);
    PLUMB_TRY_ASSIGN(const bool too_much, trimmer.has_something());
    if (!too_much) return trimmer.trimmed();
  }
  PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, opener_->for_writing());
  const std::lock_guard lock(store->mutex);
  Database& database = store->database;
  PLUMB_TRY_ASSIGN(Transaction transaction, Transaction::begin(database, Transaction::Kind::kWrite));
  Trimmer trimmer(database, keep);
  PLUMB_TRY_ASSIGN(const Trimmed trimmed, trimmer.trim(start));
  PLUMB_TRY(transaction.commit());
  return trimmed;
}

Result<> SqliteHistory::give_back_space() {
  PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, opener_->for_writing());
  const std::lock_guard lock(store->mutex);
  return store->database.execute("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
}

}  // namespace plumb::history
