// The history: what ran, when, by whom, on which hosts and with what outcome. One SQLite file,
// .plumb/history.db.
//
// A run's intent is written before it and its outcome after it, so that a run whose process was killed shows
// as unfinished. An outcome is committed before its call returns, so a killed process does not lose it (a
// power cut may lose the last moments; the hosts' own journals hold those). Events `started` may follow
// within 50 ms. Readers never block a writer, and writers of several processes wait for each other for one
// small transaction.
//
// Finished runs and late reports form a chain: each holds the digest of the one before it (see verify()).
//
// History and RunWriter may be used by many threads at once. A RunWriter may outlive the History it came
// from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/json.h"
#include "engine/base/result.h"

namespace plumb::history {

// Times are RFC 3339 in UTC with milliseconds and come from the caller: "2026-03-01T12:00:00.123Z".
struct RunStart {
  std::string id;
  std::string kind = "apply";
  std::string project;
  std::string plan;           // its id; "" where there is none
  std::string plan_bytes;     // stored once a plan, its contents once a history; must be what `plan` is the digest of
  std::string operator_name;  // "user@machine"
  std::string started_at;
  std::string hosts_pattern;
  std::string engine;  // version
  friend bool operator==(const RunStart&, const RunStart&) = default;
};

// One event of one action. A later event of the same host and index replaces an earlier one.
struct ActionOutcome {
  std::int64_t index = 0;  // in the plan's list for this host
  std::string address;
  std::string op;       // "create", "update", …
  std::string outcome;  // started changed satisfied failed skipped stale diverged unknown
  std::string text;     // why, or the last output
  std::string code;     // of the diagnostic, "PL4102"; "" for none
  std::int64_t milliseconds = 0;
  std::string at;
  friend bool operator==(const ActionOutcome&, const ActionOutcome&) = default;
};

struct HostOutcome {
  std::string name;
  std::string state;  // ok, failed, unreachable, no answer; read back also `unfinished`
  std::int64_t changed = 0;
  std::int64_t satisfied = 0;
  std::int64_t failed = 0;
  std::int64_t skipped = 0;
  std::int64_t milliseconds = 0;
  std::string code;
  std::string text;
  friend bool operator==(const HostOutcome&, const HostOutcome&) = default;
};

struct RunEnd {
  std::string outcome;  // "ok", "failed", "interrupted", …
  std::string finished_at;
  int exit_code = 0;
  friend bool operator==(const RunEnd&, const RunEnd&) = default;
};

// What a host's journal told in a later run about an action of an earlier one.
struct LateReport {
  std::string run;   // the earlier run
  std::string plan;  // its plan's id, if known
  std::string host;
  std::string address;
  std::string outcome;  // changed, failed, not done, unknown
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
  std::string outcome;      // of RunEnd; "unfinished" or "foreign" where it never ended here
  std::string finished_at;  // "" where it never ended here
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
  ActionOutcome action;
  friend bool operator==(const ActionRecord&, const ActionRecord&) = default;
};

struct RunRecord {
  RunSummary summary;
  std::vector<HostOutcome> hosts;     // by name; one that has actions but did not end is `unfinished`
  std::vector<ActionRecord> actions;  // by host, index
  std::vector<LateReport> late;       // in the order told
};

struct StoredFacts {
  Json facts;
  std::string at;  // when they became so
};

struct Verification {
  std::int64_t entries = 0;     // of the chain, that were checked
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

class Store;

// Writes one run. Events that could not be written (a full disk) are kept and written with the next call that
// succeeds; the error is returned all the same.
class RunWriter {
 public:
  const std::string& run() const;

  Result<> action(std::string_view host, const ActionOutcome& outcome);
  // The same for events that came together: one transaction.
  Result<> actions(std::string_view host, std::span<const ActionOutcome> outcomes);
  Result<> host(const HostOutcome& outcome);
  // Seals the run into the chain. Nothing may be written after it.
  Result<> finish(const RunEnd& end);

  RunWriter(RunWriter&&) noexcept;
  RunWriter& operator=(RunWriter&&) noexcept;
  ~RunWriter();

 private:
  friend class History;
  class Buffer;
  explicit RunWriter(std::unique_ptr<Buffer> buffer);

  std::unique_ptr<Buffer> buffer_;
};

class History {
 public:
  // Opens `file`, and makes it (0600) and its folder (0700) where they are missing. Errors: kHistory for a
  // damaged or foreign file, a full disk, and a file written by a newer plumb.
  static Result<History> open(const std::filesystem::path& file);
  // For reading. A file that does not exist reads as an empty history and is not made.
  static Result<History> open_read_only(const std::filesystem::path& file);

  Result<RunWriter> begin(const RunStart& start);
  // Telling the same thing twice is telling it once. A run that is not known here gets an entry of kind
  // `foreign`.
  Result<> report_late(const LateReport& report);

  // Newest first. `host`: only runs that this host took part in; "" for all.
  Result<std::vector<RunSummary>> runs(std::int64_t limit, std::string_view host = {}) const;
  // By id, by a prefix that only one id has, or `last`. Errors: kNoSuchRun.
  Result<RunRecord> run(std::string_view reference) const;
  Result<std::optional<std::string>> plan_bytes(std::string_view plan) const;

  // The facts last seen of hosts, by name, for what looks at a host without a connection. Facts that are the same as
  // before are not written again.
  Result<> store_facts(const std::map<std::string, Json>& facts, std::string_view at);
  Result<std::map<std::string, StoredFacts>> facts() const;

  // Walks the chain from its first entry.
  Result<Verification> verify() const;

  History(History&&) noexcept;
  History& operator=(History&&) noexcept;
  ~History();

 private:
  explicit History(std::shared_ptr<Store> store);

  // Shared with the writers, which may live on in the threads of hosts.
  std::shared_ptr<Store> store_;
};

}  // namespace plumb::history
