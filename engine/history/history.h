// The history: what ran, when, by whom, on which hosts and with what outcome.
//
// A run's intent is written before it and its outcome after it, so that a run whose process was killed shows as
// unfinished. An outcome is kept before its call returns, so a killed process does not lose it. Events `started` may
// follow within 50 ms.
//
// Finished runs and late reports form a chain: each holds the digest of the one before it (see verify()).
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/byte_sink.h"
#include "engine/base/json.h"
#include "engine/base/outcome.h"
#include "engine/base/result.h"

namespace plumb::history {

// Times are RFC 3339 in UTC with milliseconds and come from the caller: "2026-03-01T12:00:00.123Z".
struct RunStart {
  std::string id;
  std::string kind = "apply";
  std::string project;
  std::string plan;  // its id; "" where there is none
  // The document of the plan, which must be what `plan` is the digest of: stored once a plan, its contents once a
  // history. Empty where it is not known.
  GivePieces plan_document;
  std::string plan_folder;    // absolute, of the plan's large contents; "" where it has none
  std::string operator_name;  // "user@machine"
  std::string started_at;
  std::string hosts_pattern;
  std::string engine;  // version
  // What stood behind the run beside its plan, each by a name: "ticket". Sealed with it.
  std::map<std::string, std::string> notes;
};

// One event of one action. A later event of the same host and index replaces an earlier one.
struct ActionEntry {
  std::int64_t index = 0;  // in the plan's list for this host
  std::string address;
  std::string op;  // "create", "update", …
  ActionOutcome outcome = ActionOutcome::kStarted;
  std::string text;  // why, or the last output
  std::string code;  // of the diagnostic, "PL4102"; "" for none
  std::int64_t milliseconds = 0;
  std::string at;
  friend bool operator==(const ActionEntry&, const ActionEntry&) = default;
};

struct HostEntry {
  std::string name;
  // Nothing only where it is read back: the run ended, or still goes on, without the end of this host.
  std::optional<HostState> state = {};
  std::int64_t changed = 0;
  std::int64_t satisfied = 0;
  std::int64_t failed = 0;
  std::int64_t skipped = 0;
  std::int64_t milliseconds = 0;
  std::string code;
  std::string text;
  friend bool operator==(const HostEntry&, const HostEntry&) = default;
};

struct RunEnd {
  RunOutcome outcome = RunOutcome::kOk;
  std::string finished_at;
  friend bool operator==(const RunEnd&, const RunEnd&) = default;
};

// What a host's journal told in a later run about an action of an earlier one.
struct LateReport {
  std::string run;   // the earlier run
  std::string plan;  // its plan's id, if known
  std::string host;
  std::string address;
  JournalOutcome outcome = JournalOutcome::kUnknown;
  std::string text;
  std::string at;  // when it was told
  friend bool operator==(const LateReport&, const LateReport&) = default;
};

struct RunSummary {
  std::string id;
  std::string kind;  // "foreign": a run of another operator, known from late reports alone
  std::string project;
  std::string plan;
  std::string operator_name;
  std::string started_at;
  std::string hosts_pattern;
  std::string engine;
  std::optional<RunOutcome> outcome;  // of RunEnd; nothing where it never ended here
  std::string finished_at;            // "" where it never ended here
  int exit_code = 0;
  std::int64_t hosts = 0;  // totals over the hosts that reported
  std::int64_t changed = 0;
  std::int64_t satisfied = 0;
  std::int64_t failed = 0;
  std::int64_t skipped = 0;
  friend bool operator==(const RunSummary&, const RunSummary&) = default;
};

struct ActionRecord {
  std::string host;
  ActionEntry action;
  friend bool operator==(const ActionRecord&, const ActionRecord&) = default;
};

// A note of runs that another history told of: the digest of that history's last entry then.
inline constexpr std::string_view kImportedNote = "imported";

struct RunRecord {
  RunSummary summary;
  std::vector<HostEntry> hosts;                   // by name; one that has actions but did not end has no state
  std::vector<ActionRecord> actions;              // by host, index
  std::vector<LateReport> late;                   // in the order told
  std::map<std::string, std::string> notes = {};  // of RunStart
};

struct StoredFacts {
  Json facts;
  std::string at;  // when they became so
};

// What was taken out of a history by `trim` until now (see trim.h).
struct Trims {
  std::int64_t entries = 0;  // of the chain, from the first on, that are no longer there
  std::string head;          // digest of the last of them; "" where all are there
  std::int64_t plans = 0;    // the runs of entries up to here may be without the document of their plan
  std::string operator_name;
  std::string at;
};

struct Verification {
  std::int64_t entries = 0;  // that the chain has; those behind `trims` were checked
  Trims trims;
  std::int64_t unfinished = 0;  // runs that never ended and so are not in the chain
  // Digest of the last entry, "" for an empty chain. Entries cut off at the end leave a chain that holds:
  // whoever must exclude that notes the head elsewhere and compares.
  std::string head;
  struct Broken {
    std::string run;
    std::string reason;  // "its record was changed after it was written"
  };
  std::optional<Broken> broken;  // the first one
};

// How much of a history stays (see trim.h): each bound by itself; nothing where none is set. Runs that never ended
// stay, and so does the newest one, whatever the bounds are.
struct Keep {
  std::optional<std::int64_t> runs = {};   // the newest that ended; those of the kind `trim` are not counted
  std::string since = {};                  // RFC 3339: those that ended at this time or later; "" for no bound
  std::optional<std::int64_t> bytes = {};  // of the database, without pages that are free
};

// Who trims, and when.
struct TrimStart {
  std::string id;  // of the run that tells of it
  std::string project;
  std::string operator_name;
  std::string at;
  std::string engine;
};

struct Trimmed {
  std::int64_t runs = 0;   // that were taken out
  std::int64_t late = 0;   // late reports
  std::int64_t plans = 0;  // whose documents were, while their runs stay
  std::int64_t kept = 0;   // contents for undoing
  std::int64_t bytes_before = 0;
  std::int64_t bytes_after = 0;

  bool nothing() const { return runs == 0 && late == 0 && plans == 0 && kept == 0; }
};

// Writes one run. For many threads at once; it may outlive the store that it came from. What could not be written (a
// full disk) is kept and written with the next call that succeeds; the error is returned all the same.
class RunWriter {
 public:
  virtual ~RunWriter();

  virtual const std::string& run() const = 0;
  // Waits until the run's intent stands in the history. Nothing may be changed before, and nothing after an error.
  virtual Result<> ready() { return {}; }
  // Events of one host that came together.
  virtual Result<> actions(std::string_view host, std::span<const ActionEntry> entries) = 0;
  virtual Result<> host(const HostEntry& entry) = 0;
  // What the run is about to replace or remove, by its digest, so that it can be taken back. Nobody else's secrets: who
  // gives it has looked. Keeps nothing where it is not overridden.
  virtual Result<> keep(std::string_view digest, std::string_view bytes);
  // Seals the run. Nothing may be written after it.
  virtual Result<> finish(const RunEnd& end) = 0;

  Result<> action(std::string_view host, const ActionEntry& entry) { return actions(host, std::span(&entry, 1)); }
};

// Where runs are kept. For many threads at once. Errors: kHistory, and what a call names.
class RunStore {
 public:
  virtual ~RunStore();

  // Writes the run's intent.
  virtual Result<std::unique_ptr<RunWriter>> begin(const RunStart& start) = 0;
  // Telling the same thing twice is telling it once. A run that is not known here gets an entry of kind `foreign`.
  virtual Result<> report_late(const LateReport& report) = 0;

  // Newest first. `host`: only runs that this host took part in; "" for all.
  virtual Result<std::vector<RunSummary>> runs(std::int64_t limit, std::string_view host = {}) const = 0;
  // By id, by a prefix that only one id has, or `last`. Errors: kNoSuchRun.
  virtual Result<RunRecord> run(std::string_view reference) const = 0;
  // Whether a run of exactly this id was begun here; one that only a host told of was not.
  virtual Result<bool> knows(std::string_view run) const = 0;
  // Nothing where the plan is known by its id alone, or not at all.
  virtual Result<std::optional<std::string>> plan_bytes(std::string_view plan) const = 0;
  // The folder of the plan's large contents, where it was when a run of it was last begun; "" where none was told.
  virtual Result<std::string> plan_folder(std::string_view plan) const = 0;
  // The hosts that ended well in some run of this plan.
  virtual Result<std::set<std::string>> hosts_done(std::string_view plan) const = 0;

  // A content that a run has replaced or removed, or that a plan holds; nothing where it is not kept, or no longer.
  virtual Result<std::optional<std::string>> kept(std::string_view digest) const;

  // All that is known of what hosts are, but for their runs, which stay. False where nothing was known of the host.
  virtual Result<bool> forget_host(std::string_view host);

  // The key of a host that secret values are sealed to, for who works there under this account; nothing where none is
  // known.
  virtual Result<std::optional<std::string>> sealing_key(std::string_view host, std::string_view account) const;
  // Remembers it; gives the one that is known from now on, which is another one where that was first. Both know nothing
  // where they are not overridden.
  virtual Result<std::string> keep_sealing_key(std::string_view host, std::string_view account,
                                               std::string_view recipient, std::string_view at);

  // The facts last seen of hosts, by name, for what looks at a host without a connection. Facts that are the same as
  // before are not written again within a minute, and what was told before and is not now stays.
  virtual Result<> store_facts(const std::map<std::string, Json>& facts, std::string_view at) = 0;
  virtual Result<std::map<std::string, StoredFacts>> facts() const = 0;

  // Checks that nothing was changed after it was written.
  virtual Result<Verification> verify() const = 0;

  // Whether there is more than is to be kept.
  virtual Result<bool> exceeds(const Keep& keep) const;
  // Takes out what is not to be kept, all or nothing, and tells of it in a run of its own where anything went. Errors:
  // kHistoryChanged where something of what is to go was changed after it was written: then all stays. Of the rest
  // verify() tells before and after. Both do nothing where they are not overridden.
  virtual Result<Trimmed> trim(const Keep& keep, const TrimStart& start);
};

}  // namespace plumb::history
