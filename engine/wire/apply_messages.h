// An apply: its actions and contents, what is told while they are carried out, and whether their changes stay.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/json.h"
#include "engine/base/manner.h"
#include "engine/base/outcome.h"
#include "providers/sdk/provider.h"
#include "providers/sdk/reading.h"

namespace plumb::wire {

// A restart, reload or run of a resource that this plan leaves out.
struct Due {
  std::string address;
  Op op = Op::kRestart;
};

// One action of the plan as the host needs it.
struct Action {
  Desired desired;
  Op op = Op::kNone;
  Json before = Json::object();
  Json after = Json::object();
  std::vector<Operation> operations;
  // Earlier actions of this list (by index) without which this one is not tried. decode() sees to it that actions
  // named by an index are there, and on the side on which they have to be.
  std::vector<std::size_t> needs;
  // An earlier action of the plan may change what is found here (fidelity bounded): the state before is checked when
  // its turn comes and not at the start.
  bool explained = false;
  // Later actions (by index) that this one's change sets off; they are owed once this one has begun.
  std::vector<std::size_t> triggers;
  // A triggered action: it runs only if one that triggers it changed something, or if it is owed already.
  bool triggered = false;
  bool owed = false;
  bool hide_output = false;  // the resource is sensitive: what programs print is not sent
  int confirm_within = 0;    // seconds in which Confirm must come, or else the host undoes it; 0: it stays
  Manner manner;
  std::vector<std::size_t> rescues;  // earlier actions (by index): it is done only where one of them failed
  std::vector<Due> owes;             // owed once this one has begun, and left to a later run
  Json when;                      // to_json(TurnCondition): it is done only where that holds in its turn; null: always
  std::vector<std::string> also;  // further addresses of the resource, which locks may name
};

// A content that is not sent until the executor wants it.
struct LargeContent {
  std::string digest;  // plain or keyed
  std::uint64_t size = 0;
};

// What somebody approved, and the text of the signature's file.
struct SignedStatement {
  std::string statement;
  std::string signature;
};

// To a strict host in the place of all that stands in an apply and that people approve: texts whose digests are in the
// host's slice of the plan, and proof that the slice is part of what was approved.
struct Cover {
  std::string slice;
  std::uint64_t index = 0;        // of the slice among the plan's
  std::vector<std::string> path;  // from it to the tree head
  std::vector<SignedStatement> statements;
  std::string actions;         // as the plan's document has them
  std::string record_changes;  // as engine/plan/slice.h has them, and these
  std::string readings;
};

struct Apply {
  std::string project;
  std::string key;
  std::string run;
  std::string plan;
  bool check_applied = false;  // a saved plan: answer `already` where this host has applied it in full
  bool keep_going = false;
  std::vector<Action> actions;
  // Every resource of the host, for the record: address -> desired attributes (sealed). Addresses of the record that
  // are not here stay in it as orphans.
  std::map<std::string, Json> resources;
  std::map<std::string, Json> secrets;  // keyed digest -> value
  // Addresses whose owed probes the configuration no longer asks for.
  std::vector<std::string> moot_probes;
  std::vector<LargeContent> contents;
  std::string who;         // "user@machine", who started the run
  bool take_over = false;  // other projects' records give up what this one manages
  std::string image;       // that the plan was made of; "" for any
  // That the plan stands on: where one tells something else now, the host is refused.
  std::vector<UsedReading> readings;
  // Of these actions: those that this run has settled here before the host was restarted, and what they came to where
  // they were not just as they were to be. What restarted it is looked at once more.
  std::vector<std::size_t> settled;
  std::vector<std::size_t> changed;
  std::vector<std::size_t> failed;
  std::vector<std::size_t> skipped;
  // Of the record: addresses that get another one, by the one they have; those that it is to hold no longer once what
  // is asked for of them is done, if anything is; those that no plan may remove from now on, and may again.
  std::map<std::string, std::string> moved = {};
  std::vector<std::string> forget = {};
  std::vector<std::string> prevents = {};
  std::vector<std::string> permits = {};
  // Of a strict host, which goes by this alone where it says what is asked for.
  std::optional<Cover> cover = {};
};

// Contents for WriteFile, by digest (plain or keyed). A blob comes in order, in chunks; the last one is marked.
struct Blob {
  std::string digest;
  std::string bytes;
  bool last = true;
  bool secret = false;                // never leaves the executor's memory but for its place
  std::optional<Diagnostic> problem;  // of a content that was wanted and cannot be had; nothing more of it comes
};

// During an apply: one of its large contents, from `offset` on. Blobs of together at most `bytes` answer it, or fewer
// where the last one comes earlier. Offsets go up without gaps, so that one answer can be wanted before the one in
// front of it is there; 0 begins again.
struct Want {
  std::string digest;
  std::uint64_t offset = 0;
  std::uint64_t bytes = 0;
};

enum class EventKind { kStarted, kOutput, kChanged, kVerified, kSatisfied, kFailed, kSkipped, kStale, kDiverged };

struct Event {
  EventKind kind = EventKind::kStarted;
  std::size_t index = 0;  // of the action
  std::string text;       // output, or why
  std::optional<Diagnostic> problem;
  std::int64_t milliseconds = 0;
};

// Between the events of an apply, where a step takes long: the executor has not stopped. The controller says so with
// its apply and answers each: an executor that had one, and then none to its own, takes the line for cut.
struct Alive {};

// kAlready: the host has applied this plan, and did nothing. kRestarting: it is restarted once this conversation ends;
// what was not told of is to be asked for again then.
enum class DoneOutcome { kOk, kFailed, kStale, kInterrupted, kAlready, kRestarting };

struct Done {
  DoneOutcome outcome = DoneOutcome::kOk;
  int changed = 0;
  int satisfied = 0;
  int failed = 0;
  int skipped = 0;
  int verified = 0;               // probes that passed
  std::string applied_by;         // kAlready: the run
  std::string applied_at;         // kAlready: when, RFC 3339, by the host's clock
  std::vector<std::string> owed;  // addresses of restarts and probes that are still owed
  int confirm_within = 0;         // seconds in which Confirm must come over a new connection; 0: it need not
  int back_within = 0;            // kRestarting: seconds in which the host has to take a new login
};

// The controller has stored what it was told of these runs, in `Record::unreported` or as the answer to apply; the host
// may forget it. What it holds of other runs, nobody has stored yet.
struct Acknowledge {
  std::string project;
  std::vector<std::string> runs;
};

struct Stop {};

struct Confirm {
  std::string project;
  std::string run;
};

// Busy: the run still works. Nothing: the run left nothing to confirm.
enum class ConfirmOutcome { kConfirmed, kBusy, kUndoing, kUndone, kNothing };

struct Confirmation {
  ConfirmOutcome outcome = ConfirmOutcome::kNothing;
  std::vector<std::string> undone;     // addresses
  std::vector<std::string> restarted;  // addresses, also of commands that ran again
  std::vector<std::string> problems;   // what could not be undone, and why
};

std::string_view name(EventKind kind);
std::string_view name(DoneOutcome outcome);
std::string_view name(ConfirmOutcome outcome);

}  // namespace plumb::wire
