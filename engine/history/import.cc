// Entries of another history, taken into this one.
#include <mutex>

#include "engine/history/chain.h"
#include "engine/history/export.h"
#include "engine/history/opener.h"
#include "engine/history/plan_store.h"
#include "engine/history/rows.h"
#include "engine/history/sqlite_history.h"
#include "engine/history/writes.h"

namespace plumb::history {
namespace {

class Importer {
 public:
  Importer(Database& database, std::string head) : database_(database), head_(std::move(head)) {}

  Result<> take(const Entry& entry) {
    if (const auto* const late = std::get_if<LateReport>(&entry.content)) return take_late(*late);
    return take_run(std::get<RunEntry>(entry.content));
  }
  const Imported& imported() const { return imported_; }

 private:
  Result<> take_run(const RunEntry& entry) {
    PLUMB_TRY_ASSIGN(const KnownRun known, find_run(database_, entry.run.id));
    // A run that only a host told of until now is told of whole.
    if (known.number != 0 && !known.foreign) {
      PLUMB_TRY_ASSIGN(const bool same, is_as_here(known.number, entry));
      if (!same) ++imported_.differing;
      return pass();
    }
    PLUMB_TRY(store_plan(database_, entry.run.plan, {}));
    PLUMB_TRY_ASSIGN(const std::int64_t number,
                     known.number != 0 ? update(known.number, entry.run) : insert(entry.run));
    std::map<std::string, std::string> notes = entry.notes;
    notes[std::string(kImportedNote)] = head_;
    PLUMB_TRY(insert_notes(database_, number, notes));
    for (const HostEntry& host : entry.hosts) PLUMB_TRY(insert_host(database_, number, host));
    for (const ActionRecord& action : entry.actions) PLUMB_TRY(insert_action(database_, number, action));
    ++imported_.runs;
    return seal_run(database_, number);
  }

  // One that has not ended here is not compared: what is missing may have been written elsewhere.
  Result<bool> is_as_here(std::int64_t number, const RunEntry& entry) {
    PLUMB_TRY_ASSIGN(const RunSummary run, read_run(database_, number));
    if (!run.outcome) return true;
    if (run != entry.run) return false;
    PLUMB_TRY_ASSIGN(const std::vector<HostEntry> hosts, read_hosts(database_, number));
    if (hosts != entry.hosts) return false;
    std::size_t read = 0;
    bool same = true;
    PLUMB_TRY(read_actions(database_, number, [&](const ActionRecord& here) {
      same = same && read < entry.actions.size() && entry.actions[read] == here;
      ++read;
    }));
    return same && read == entry.actions.size();
  }

  Result<> take_late(const LateReport& late) {
    PLUMB_TRY_ASSIGN(const bool is_new, insert_late(database_, late));
    if (!is_new) return pass();
    ++imported_.late;
    return {};
  }

  Result<> pass() {
    ++imported_.known;
    return {};
  }

  Result<std::int64_t> insert(const RunSummary& run) {
    {
      PLUMB_TRY_ASSIGN(Statement row, database_.prepare("INSERT INTO run (id, kind, project, operator, started_at, "
                                                        "hosts_pattern, engine) VALUES (?1, '', '', '', '', '', '')"));
      PLUMB_TRY(std::move(row).bind(run.id).run());
    }
    return update(database_.last_number(), run);
  }

  Result<std::int64_t> update(std::int64_t number, const RunSummary& run) {
    PLUMB_TRY_ASSIGN(
        Statement row,
        database_.prepare("UPDATE run SET kind = ?2, project = ?3, plan = nullif(?4, ''), operator = ?5, started_at = "
                          "?6, hosts_pattern = ?7, engine = ?8, outcome = ?9, finished_at = ?10, exit_code = ?11 "
                          "WHERE number = ?1"));
    PLUMB_TRY(std::move(row)
                  .bind(number, run.kind, run.project, run.plan, run.operator_name, run.started_at, run.hosts_pattern,
                        run.engine, name(run.outcome.value_or(RunOutcome::kFailed)), run.finished_at, run.exit_code)
                  .run());
    return number;
  }

  Database& database_;
  const std::string head_;
  Imported imported_;
};

}  // namespace

Result<Imported> SqliteHistory::import_chain(const std::filesystem::path& file) {
  std::error_code failure;
  if (std::filesystem::exists(file, failure) && !std::filesystem::is_regular_file(file, failure)) {
    return fail(Code::kFileUnreadable, file.string() + " is not a regular file")
        .hint("it is read twice: write what a pipe gives to a file first");
  }
  // Read to its end first: its last digest is noted with each run, and a broken one brings nothing.
  PLUMB_TRY_ASSIGN(const ChainHead head, read_export(file, [](const ExportedEntry&) { return Result<>(); }));
  PLUMB_TRY_ASSIGN(const std::shared_ptr<Store> store, opener_->for_writing());
  const std::lock_guard lock(store->mutex);
  Database& database = store->database;
  PLUMB_TRY_ASSIGN(Transaction transaction, Transaction::begin(database, Transaction::Kind::kWrite));
  Importer importer(database, head.digest);
  PLUMB_TRY_ASSIGN(const ChainHead again,
                   read_export(file, [&](const ExportedEntry& entry) { return importer.take(entry.entry); }));
  if (again.digest != head.digest) return fail(Code::kNotAnExport, file.string() + " was changed while it was read");
  PLUMB_TRY(transaction.commit());
  return importer.imported();
}

}  // namespace plumb::history
