// What controller and executor say to each other. schemas/wire.json describes the same in JSON Schema.
//
//   executor   hello        at once after its start: versions of the protocol, platform, facts
//   controller hello        in front of its first message: versions of the protocol
//   controller read         readings of the project, where expressions use any; its graph may depend on them
//   executor   readings     what each of them told
//   controller observe      all resources of the host
//   executor   observed     states, in chunks, in the order asked for
//   executor   record       what the host remembers; ends the answer to observe
//   controller providers    providers from outside whose kinds the next questions are about
//   executor   lacking      those whose packages it does not have; blobs bring them, and providers is said again
//   executor   turn         during an apply: what a provider on the controller is to observe or to change now
//   controller told         what came of it
//   controller call         of an executor on the controller: a start of such a provider's program
//   executor   answer       what the program said
//   controller perform      of an executor on the controller: what asks, and changes nothing, in the place of a host
//   executor   performed    what came of it
//   controller blob         small contents that the actions need, in chunks
//   controller apply        the actions in order
//   executor   event        started, output, changed, satisfied, failed, skipped, …
//   executor   want         the next bytes of a large content, for an action whose turn has come; answered by blobs
//   executor   done         totals; ends the answer to apply
//   controller stop         finish the action in hand, record it, answer done
//   controller confirm      over a new connection: the host can still be reached, the changes of a run stay
//   executor   confirmation what came of them
//   controller change_locks locks resources, lifts such locks, or only asks for them
//   executor   locks        those in force
//   controller execute      a program that no plan names
//   controller collect      a file that is asked for
//   controller survey       what the host has beyond its distribution, as resources of these kinds
//   executor   piece        what the program prints, as it comes, or the bytes of the file or of the survey
//   executor   ended        ends the pieces
//   controller recipient   asks for the key that secret values are sealed to, which is made where there is none
//   executor   recipient    tells it
//   controller envelope     one frame of what holds secret values, sealed to that key
//   controller replacement  of a strict host: another charter or executor, and who signed that
//   executor   refused      instead of an answer: the host is locked, the request cannot be used, …
//
// A conversation is hello both ways, then any number of observe and apply, then end of stream. A message is one frame,
// or where its lists are long several (stream.h).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/address.h"
#include "engine/base/cbor.h"
#include "engine/base/json.h"
#include "engine/base/manner.h"
#include "engine/base/outcome.h"
#include "engine/base/result.h"
#include "providers/sdk/provider.h"
#include "providers/sdk/reading.h"

namespace plumb::wire {

// Of the protocol, from `min` up to and including `max`.
struct Versions {
  int min = 0;
  int max = 0;
  std::string str() const;  // "2 to 4", "2"
  friend bool operator==(const Versions&, const Versions&) = default;
};

// That this program speaks. A conversation is held in the highest one that both sides name.
inline constexpr Versions kVersions{3, 9};
// The first one that knows readings.
inline constexpr int kReads = 4;
// The first one that knows programs and files that no plan names, and all sources of readings that there are now.
inline constexpr int kRuns = 5;
// The first one that tells some facts only where they are asked for.
inline constexpr int kFacts = 6;
// The first one that knows surveys.
inline constexpr int kSurveys = 7;
// The first one that knows providers from outside.
inline constexpr int kProviders = 7;

// The first one that knows strict hosts.
inline constexpr int kStrict = 7;
// The first one that decides conditions in the turn of their actions.
inline constexpr int kTurns = 8;
// The first one that takes what is secret sealed.
inline constexpr int kSeals = 9;
// The first one that leaves to the controller what is to be asked from there.
inline constexpr int kVias = 9;

// The one to speak; kProtocol where there is none. `who` names the other side: "the executor".
Result<int> common_version(const Versions& ours, const Versions& theirs, std::string_view who);

struct Hello {
  Versions protocols = kVersions;
  std::string version;   // of the program
  std::string platform;  // of the host, "linux-x86_64"; an executor's alone, as are its facts
  Json facts = Json::object();
  std::string boot = {};     // another one after each start of the host; "" where that cannot be told
  std::string charter = {};  // of a strict host, as it lies there: it carries out what that covers
};

// Of the host's readings together, in bytes of what they tell.
inline constexpr std::size_t kMostTold = std::size_t{8} << 20;
inline constexpr std::size_t kMostReadings = 1024;

struct Read {
  std::vector<Json> sources;
};

// Of the source in its place: what it told, or why nothing.
struct ReadingAnswer {
  Json value;
  std::string absent;
  std::optional<Diagnostic> problem;
};

struct Readings {
  std::vector<ReadingAnswer> answers;
};

// What is to be known of a resource that is asked about, beyond what is asked for of it.
struct Aside {
  std::size_t index = 0;               // its place in Observe::resources
  bool left_out = false;               // the plan will leave it alone
  std::set<std::string> ignored;       // attributes that count only where it is not there yet
  std::vector<std::string> also = {};  // further addresses of it, which locks may name
};

// One state; `index` is the resource's place in Observe::resources. Sensitive values are sealed.
struct ObservedState {
  std::size_t index = 0;
  std::optional<Observed> observed;  // or, where it is missing:
  std::optional<Diagnostic> problem;
};

// The resources are in the order in which they are to have their turns.
struct Observe {
  std::string project;
  std::string key;  // the project's key, for keyed digests; empty where no resource has a sensitive value
  std::vector<Desired> resources;
  std::vector<Aside> asides = {};
  std::map<std::string, Json> secrets = {};  // keyed digest -> value, of those that are observed with
  // Of those whose provider runs on the controller: what it told, sealed.
  std::vector<ObservedState> told = {};
};

struct ObservedChunk {
  std::vector<ObservedState> states;
};

// A restart, reload, run or probe that an earlier run owed and did not do.
struct Owed {
  std::string address;
  Op op = Op::kRestart;
  std::string run;                   // that owed it
  std::vector<std::string> because;  // addresses that changed
};

// An outcome that the host's journal holds and no controller has acknowledged.
struct Unreported {
  std::string run;
  std::string plan;
  std::string address;
  JournalOutcome outcome = JournalOutcome::kUnknown;  // never kNone
  std::string text;
  Op op = Op::kNone;  // that the action was about
};

// Until then the resources that `items` matches are left alone, whatever is asked for. Times are the host's, RFC 3339
// in UTC, so that they compare as text.
struct ItemLock {
  std::string items;  // an address, or a glob of addresses
  std::string owner;
  std::string reason;
  std::string since;
  std::string until;
  friend bool operator==(const ItemLock&, const ItemLock&) = default;
};

// What another project of the host manages of what this one asked about, and when it last ran.
struct Claim {
  std::string project;
  std::vector<std::string> addresses;
  std::string run;  // "" where it was not written down yet, and so the others
  std::string who;
  std::string when;
};

struct Record {
  std::int64_t serial = 0;  // counts the runs that changed this host for this project
  bool damaged = false;
  std::map<std::string, Json> resources;  // address -> attributes as the last run left them
  std::vector<Owed> owed;
  std::vector<Unreported> unreported;
  std::vector<ItemLock> locks;  // in force
  // A warning: a run works on the host, so that nothing of its journal is in `unreported`; or what an earlier one left
  // cannot be undone.
  std::optional<Diagnostic> busy;
  std::vector<Claim> claims;
  std::string image;  // which image it is of; "" for the host itself and for one that was never applied to
  std::set<std::string> prevented;  // addresses that no plan may remove, whether they are declared still or not
};

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

struct Refused {
  Diagnostic problem;
};

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

struct ChangeLocks {
  std::string project;
  std::string owner;              // who asks
  std::vector<std::string> lock;  // what to lock; a lock of the same owner on the same is replaced
  std::int64_t seconds = 0;       // for so long
  std::string reason;
  std::vector<std::string> unlock;  // locks to lift, as they were asked for
  bool unlock_all = false;          // lifts the owner's, with `force` everybody's
  bool force = false;               // `unlock` may name locks of others
};

struct Locks {
  std::vector<ItemLock> locks;   // in force now
  std::vector<ItemLock> lifted;  // by the request that this answers
};

// A program, or a line for the shell. Nothing is written down of it on the host, and it needs no lock: what is asked
// for is asked for as by somebody who has logged in.
struct Execute {
  std::vector<std::string> argv;
  std::string script;
  std::string user;                        // "" for whom the executor runs as
  std::map<std::string, std::string> env;  // added to a clean one
  std::uint64_t most = 0;                  // bytes of each of its outputs that are told; 0: all
};

struct Collect {
  std::string path;
};

// Answered by pieces: a line of JSON for each thing that was found (providers/sdk/survey.h).
struct Survey {
  std::vector<std::string> kinds;
};

// Answered by ended, with the digest of what is there then. It counts from the next connection on.
struct Replacement {
  std::string statement;  // another charter, or one about an executor
  std::vector<std::string> signatures;
  std::string executor;  // its bytes, where the statement is about one
};

inline constexpr std::size_t kMostProviders = 64;

struct Providers {
  std::vector<Json> packages;  // as outside::to_json() has them
};

struct Lacking {
  std::vector<std::string> digests;
};

struct Turn {
  Address address;        // of an action of the apply
  std::string verb = {};  // to do what; "" to observe
};

struct Told {
  std::optional<Observed> observed;   // sealed
  std::optional<Diagnostic> problem;  // or what was wrong
  std::string output;                 // of a change: what the program printed for people
};

struct ProviderCall {
  std::string package;  // digest
  std::string lines;    // for its standard input
  bool observes = false;
  std::map<std::string, std::string> env = {};
  int seconds = 0;  // where that is less than the package's own bound; 0 for that
};

struct ProviderAnswer {
  std::string output;
  std::string errors;
  int exit_code = 0;
  bool timed_out = false;
  std::optional<Diagnostic> problem;  // it could not be started
};

// Its operations are waits and calls of servers.
struct Perform {
  Action action;
  std::map<std::string, Json> secrets = {};  // keyed digest -> value
};

struct Performed {
  std::string output;
  std::optional<Diagnostic> problem;
};

// Asked with no key, answered with one.
struct Recipient {
  std::string key;  // "age1…"
};

// In the place of a message of the controller's.
struct Envelope {
  std::string file;  // in age's format: the body of a frame, which is no envelope
};

struct Piece {
  std::string bytes;
  bool errors = false;  // of a program: it printed them to standard error
};

struct Ended {
  int exit_code = 0;           // of a program; 128 + signal where one ended it
  std::uint64_t left_out = 0;  // bytes that were printed and not told
  std::string digest;          // of a file
};

using Message = std::variant<Hello, Observe, ObservedChunk, Record, Blob, Apply, Event, Alive, Done, Acknowledge, Stop,
                             Refused, Confirm, Confirmation, ChangeLocks, Locks, Want, Read, Readings, Execute, Collect,
                             Survey, Piece, Ended, Providers, Lacking, Turn, Told, ProviderCall, ProviderAnswer,
                             Replacement, Perform, Performed, Recipient, Envelope>;

// Of one message, over all of its frames: bytes of their bodies, and values in them. These are the largest that there
// are, an apply of some hundred thousand resources; of what a host sends the controller takes much less
// (Conversation::allow).
struct MessageLimits {
  std::size_t bytes = std::size_t{512} << 20;
  std::size_t values = std::size_t{32} << 20;
};
inline constexpr MessageLimits kMessageLimits;

// CBOR bodies of messages that fit into one frame; stream.h has those of all. Reading is strict and bounded: unknown
// kinds and members are refused with kProtocol.
std::string encode(const Message& message);
Result<Message> decode(std::string_view body);

// The steps of decode().
Result<CborItem> check_body(std::string_view bytes, const MessageLimits& limits, std::size_t* values = nullptr);
std::optional<CborItem> member_named(CborItem object, std::string_view name);
Result<Message> decode(CborItem body);

// Of bytes that were checked, or written here.
inline constexpr JsonLimits kAnySize{.bytes = std::string::npos, .depth = 1000, .values = std::string::npos};

// Parts of messages that are kept on their own, in snapshots. Reading is as strict as decode().
Json to_json(const Observed& observed);
Json to_json(const Diagnostic& problem);
Json to_json(const Record& record);
Result<> from_json(Json& json, Observed& observed);  // takes the attributes out of it
Result<> from_json(const Json& json, Diagnostic& problem);
Result<> from_json(const Json& json, Record& record);

std::string_view name(EventKind kind);
std::string_view name(DoneOutcome outcome);
std::string_view name(ConfirmOutcome outcome);
std::string_view name(const Message& message);

}  // namespace plumb::wire
