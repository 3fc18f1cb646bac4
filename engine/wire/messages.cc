#include "engine/wire/messages.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <type_traits>

#include "engine/wire/codec.h"
#include "engine/wire/frame.h"

namespace plumb {

// The types that messages are made of. Codecs find these functions by their arguments' namespaces.

// Without its places: they are in files of the side that reads them, of which the other side has nothing to say. Which
// host it is about, whoever hears it knows.
template <class Codec>
void members(Codec& codec, Diagnostic& diagnostic) {
  codec.required("code", diagnostic.code);
  codec.member("severity", diagnostic.severity);
  codec.required("summary", diagnostic.summary, wire::Text());
  codec.member("hint", diagnostic.hint, wire::Text());
}

template <class Codec>
void members(Codec& codec, Desired& desired) {
  codec.required("address", desired.address);
  codec.required("attributes", desired.attributes, wire::Object());
  codec.member("sensitive", desired.sensitive);
  codec.member("env", desired.env);
}

template <class Codec>
void members(Codec& codec, Manner& manner) {
  codec.member("tries", manner.tries);
  codec.member("every_seconds", manner.every_seconds);
  codec.member("timeout_seconds", manner.timeout_seconds);
  codec.member("may_fail", manner.may_fail);
}

template <class Codec>
void members(Codec& codec, Missing& missing) {
  codec.required("what", missing.what);
  codec.member("attribute", missing.attribute, wire::Line());
}

template <class Codec>
void members(Codec& codec, Observed& observed) {
  codec.required("exists", observed.exists);
  codec.required("attributes", observed.attributes, wire::Object());
  codec.member("missing", observed.missing, wire::Most{4096});
  codec.member("obstacle", observed.obstacle);
  codec.member("content_text", observed.content_text);
  codec.member("undone_by", observed.undone_by);
  codec.member("shaped_by", observed.shaped_by, wire::kManyItems, wire::Line());
  codec.member("open_until", observed.open_until, wire::kManyItems, wire::Line());
}

template <class Codec>
void members(Codec& codec, UsedReading& reading) {
  codec.required("name", reading.name, wire::Line());
  codec.required("source", reading.source, wire::Object());
  codec.required("told", reading.told, wire::Line());
}

namespace wire {

namespace {

// Of what a program printed, of an action and in a late report.
constexpr std::size_t kLongestOutput = std::size_t{256} << 10;

}  // namespace

template <class Codec>
void members(Codec& codec, Hello& hello) {
  codec.required("protocols", hello.protocols);
  codec.required("version", hello.version, Line{128});
  codec.member("platform", hello.platform, Line{128});
  codec.member("facts", hello.facts);
}

template <class Codec>
void members(Codec& codec, Read& read) {
  codec.required("sources", read.sources, Most{kMostReadings});
}

template <class Codec>
void members(Codec& codec, ReadingAnswer& answer) {
  codec.member("value", answer.value);
  codec.member("absent", answer.absent, Line());
  codec.member("problem", answer.problem);
}

template <class Codec>
void members(Codec& codec, Readings& readings) {
  codec.required("answers", readings.answers, Most{kMostReadings});
}

template <class Codec>
void members(Codec& codec, Aside& aside) {
  codec.required("index", aside.index);
  codec.member("left_out", aside.left_out);
  codec.member("ignored", aside.ignored);
}

template <class Codec>
void members(Codec& codec, Observe& observe) {
  codec.required("project", observe.project);
  codec.member("key", observe.key);
  codec.required("resources", observe.resources, kManyItems);
  codec.member("asides", observe.asides, kManyItems);
  codec.member("secrets", observe.secrets, kManyItems);
}

template <class Codec>
void members(Codec& codec, ObservedState& state) {
  codec.required("index", state.index);
  codec.member("observed", state.observed);
  codec.member("problem", state.problem);
}

template <class Codec>
void members(Codec& codec, ObservedChunk& chunk) {
  codec.required("states", chunk.states, Most{4096});
}

template <class Codec>
void members(Codec& codec, Owed& owed) {
  codec.required("address", owed.address, Line());
  codec.required("op", owed.op);
  codec.member("run", owed.run, Line());
  codec.member("because", owed.because, kManyItems, Line());
}

template <class Codec>
void members(Codec& codec, Unreported& unreported) {
  codec.required("run", unreported.run, Line());
  codec.member("plan", unreported.plan, Line());
  codec.required("address", unreported.address, Line());
  codec.required("outcome", unreported.outcome);
  codec.member("text", unreported.text, Text{kLongestOutput});
  codec.member("op", unreported.op);
}

template <class Codec>
void members(Codec& codec, ItemLock& lock) {
  codec.required("items", lock.items, Line());
  codec.required("owner", lock.owner, Line());
  codec.member("reason", lock.reason, Line());
  codec.required("since", lock.since, Line());
  codec.required("until", lock.until, Line());
}

template <class Codec>
void members(Codec& codec, Claim& claim) {
  codec.required("project", claim.project);
  codec.required("addresses", claim.addresses, kManyItems);
  codec.member("run", claim.run);
  codec.member("who", claim.who);
  codec.member("when", claim.when);
}

template <class Codec>
void members(Codec& codec, Record& record) {
  codec.required("serial", record.serial);
  codec.member("damaged", record.damaged);
  codec.member("resources", record.resources, kManyItems);
  codec.member("owed", record.owed, kManyItems);
  codec.member("unreported", record.unreported, kManyItems);
  codec.member("locks", record.locks, kManyItems);
  codec.member("busy", record.busy);
  codec.member("claims", record.claims);
  codec.member("image", record.image);
}

template <class Codec>
void members(Codec& codec, Due& due) {
  codec.required("address", due.address);
  codec.required("op", due.op);
}

template <class Codec>
void members(Codec& codec, Action& action) {
  codec.required("desired", action.desired);
  codec.required("op", action.op);
  codec.member("before", action.before);
  codec.member("after", action.after);
  codec.member("operations", action.operations);
  codec.member("needs", action.needs);
  codec.member("explained", action.explained);
  codec.member("triggers", action.triggers);
  codec.member("triggered", action.triggered);
  codec.member("owed", action.owed);
  codec.member("hide_output", action.hide_output);
  codec.member("confirm_within", action.confirm_within);
  codec.member("manner", action.manner);
  codec.member("rescues", action.rescues);
  codec.member("owes", action.owes);
}

template <class Codec>
void members(Codec& codec, LargeContent& content) {
  codec.required("digest", content.digest);
  codec.required("size", content.size);
}

template <class Codec>
void members(Codec& codec, Apply& apply) {
  codec.required("project", apply.project);
  codec.member("key", apply.key);
  codec.required("run", apply.run);
  codec.required("plan", apply.plan);
  codec.member("check_applied", apply.check_applied);
  codec.member("keep_going", apply.keep_going);
  codec.required("actions", apply.actions, kManyItems);
  codec.member("resources", apply.resources, kManyItems);
  codec.member("secrets", apply.secrets, kManyItems);
  codec.member("moot_probes", apply.moot_probes, kManyItems);
  codec.member("contents", apply.contents, kManyItems);
  codec.member("who", apply.who);
  codec.member("take_over", apply.take_over);
  codec.member("image", apply.image);
  codec.member("readings", apply.readings, Most{kMostReadings});
}

template <class Codec>
void members(Codec& codec, Blob& blob) {
  codec.required("digest", blob.digest);
  codec.bytes("bytes", blob.bytes);
  codec.required("last", blob.last);
  codec.member("secret", blob.secret);
  codec.member("problem", blob.problem);
}

template <class Codec>
void members(Codec& codec, Want& want) {
  codec.required("digest", want.digest);
  codec.member("offset", want.offset);
  codec.required("bytes", want.bytes);
}

template <class Codec>
void members(Codec& codec, Event& event) {
  codec.required("kind", event.kind);
  codec.required("index", event.index);
  codec.member("text", event.text, Text{kLongestOutput});
  codec.member("problem", event.problem);
  codec.member("milliseconds", event.milliseconds);
}

template <class Codec>
void members(Codec& codec, Done& done) {
  codec.required("outcome", done.outcome);
  codec.member("changed", done.changed);
  codec.member("satisfied", done.satisfied);
  codec.member("failed", done.failed);
  codec.member("skipped", done.skipped);
  codec.member("verified", done.verified);
  codec.member("applied_by", done.applied_by, Line());
  codec.member("applied_at", done.applied_at, Line());
  codec.member("owed", done.owed, kManyItems, Line());
  codec.member("confirm_within", done.confirm_within);
}

template <class Codec>
void members(Codec& codec, Acknowledge& acknowledge) {
  codec.required("project", acknowledge.project);
  codec.member("runs", acknowledge.runs, kManyItems);
}

template <class Codec>
void members(Codec&, Alive&) {}

template <class Codec>
void members(Codec&, Stop&) {}

template <class Codec>
void members(Codec& codec, Refused& refused) {
  codec.required("problem", refused.problem);
}

template <class Codec>
void members(Codec& codec, Confirm& confirm) {
  codec.required("project", confirm.project);
  codec.required("run", confirm.run);
}

template <class Codec>
void members(Codec& codec, Confirmation& confirmation) {
  codec.required("outcome", confirmation.outcome);
  codec.member("undone", confirmation.undone, kManyItems, Line());
  codec.member("restarted", confirmation.restarted, kManyItems, Line());
  codec.member("problems", confirmation.problems, kManyItems, Line());
}

template <class Codec>
void members(Codec& codec, ChangeLocks& request) {
  codec.required("project", request.project);
  codec.member("owner", request.owner, Line());
  codec.member("lock", request.lock, kManyItems);
  codec.member("seconds", request.seconds);
  codec.member("reason", request.reason, Line());
  codec.member("unlock", request.unlock, kManyItems);
  codec.member("unlock_all", request.unlock_all);
  codec.member("force", request.force);
}

template <class Codec>
void members(Codec& codec, Locks& locks) {
  codec.member("locks", locks.locks, kManyItems);
  codec.member("lifted", locks.lifted, kManyItems);
}

template <class Codec>
void members(Codec& codec, Execute& execute) {
  codec.member("argv", execute.argv, kManyItems);
  codec.member("script", execute.script);
  codec.member("user", execute.user);
  codec.member("env", execute.env);
  codec.member("most", execute.most);
}

template <class Codec>
void members(Codec& codec, Collect& collect) {
  codec.required("path", collect.path);
}

template <class Codec>
void members(Codec& codec, Piece& piece) {
  codec.bytes("bytes", piece.bytes);
  codec.member("errors", piece.errors);
}

template <class Codec>
void members(Codec& codec, Ended& ended) {
  codec.member("exit_code", ended.exit_code);
  codec.member("left_out", ended.left_out);
  codec.member("digest", ended.digest, Line());
}

namespace {

// In the order of Message's alternatives.
constexpr std::array<std::string_view, std::variant_size_v<Message>> kKinds = {
    "hello", "observe",     "observed", "record",  "blob",    "apply",        "event",        "alive",
    "done",  "acknowledge", "stop",     "refused", "confirm", "confirmation", "change_locks", "locks",
    "want",  "read",        "readings", "execute", "collect", "piece",        "ended"};

template <std::size_t kIndex = 0>
Result<Message> read(std::string_view kind, Reader& reader, const Problem& problem) {
  if constexpr (kIndex == std::variant_size_v<Message>) {
    return fail(Code::kProtocol, in_quotes(kind) + " is not a message");
  } else {
    if (kKinds[kIndex] != kind) return read<kIndex + 1>(kind, reader, problem);
    std::variant_alternative_t<kIndex, Message> message;
    members(reader, message);
    reader.finish();
    if (problem.any()) return fail(Code::kProtocol, "in a message `" + std::string(kind) + "`: " + problem.text());
    return Message(std::move(message));
  }
}

template <class T>
Json json_of(const T& part) {
  Result<Json> json = parse_cbor(Writer::written(part), kAnySize);
  assert(json);
  return json.value_or(Json());
}

template <class T>
Result<> read_part(const Json& json, T& part) {
  const std::string bytes = to_cbor(json);
  Problem problem;
  Reader reader(CborItem(bytes), problem);
  if (!problem.any()) members(reader, part);
  reader.finish();
  if (problem.any()) return fail(Code::kProtocol, problem.text());
  return {};
}

}  // namespace

std::optional<CborItem> member_named(CborItem object, std::string_view name) {
  for (const CborItem::Member& member : object.members()) {
    if (member.name == name) return member.value;
  }
  return std::nullopt;
}

Result<CborItem> check_body(std::string_view bytes, const MessageLimits& limits, std::size_t* values) {
  // Attributes may be as deep as documents are, and stand inside a message.
  constexpr int kDepth = 72;
  PLUMB_TRY_ASSIGN(const CborItem body, check_cbor(bytes, {limits.bytes, kDepth, limits.values}, values));
  if (!body.is_map()) return fail(Code::kProtocol, "a message is an object");
  if (body.size() > kMostMembers) return fail(Code::kProtocol, "a message has too many members");
  return body;
}

Result<Message> decode(CborItem body) {
  Problem problem;
  Reader reader(body, problem);
  std::string name;
  if (!problem.any()) reader.required("message", name);
  if (problem.any()) return fail(Code::kProtocol, name.empty() ? "a message names its kind" : problem.text());
  if (name == kKinds.front() && member_named(body, "protocol")) {
    return fail(Code::kProtocol,
                "the other side names one version of the protocol, as releases of long ago did; this "
                "program speaks " +
                    kVersions.str())
        .hint("the executor is not one that this program brought: look at the command that starts it");
  }
  return read(name, reader, problem);
}

std::string encode(const Message& message) {
  std::string body;
  Writer writer(body);
  writer.required("message", name(message));
  std::visit([&writer](const auto& value) { members(writer, const_cast<std::decay_t<decltype(value)>&>(value)); },
             message);  // a writer only reads
  writer.finish();
  return body;
}

Result<Message> decode(std::string_view body) {
  PLUMB_TRY_ASSIGN(const CborItem item, check_body(body, {kMaxFrame, kMessageLimits.values}));
  return decode(item);
}

std::string Versions::str() const {
  return std::to_string(min) + (max == min ? "" : " to " + std::to_string(max));
}

Result<int> common_version(const Versions& ours, const Versions& theirs, std::string_view who) {
  const int highest = std::min(ours.max, theirs.max);
  if (highest >= std::max(ours.min, theirs.min)) return highest;
  return fail(Code::kProtocol, std::string(who) + " speaks versions " + theirs.str() +
                                   " of the protocol; this program speaks " + ours.str())
      .hint("the executor is not one that this program brought: look at the command that starts it");
}

Json to_json(const Observed& observed) {
  return json_of(observed);
}
Json to_json(const Diagnostic& problem) {
  return json_of(problem);
}
Json to_json(const Record& record) {
  return json_of(record);
}
Result<> from_json(Json& json, Observed& observed) {
  // They are most of it, and the tree that they are to be.
  Json attributes = Json::object();
  const auto found = json.find("attributes");
  const bool apart = found != json.end() && found->is_object();
  if (apart) attributes.swap(*found);
  PLUMB_TRY(read_part(json, observed));
  if (apart) observed.attributes = std::move(attributes);
  return {};
}
Result<> from_json(const Json& json, Diagnostic& problem) {
  return read_part(json, problem);
}
Result<> from_json(const Json& json, Record& record) {
  return read_part(json, record);
}

std::string_view name(const Message& message) {
  return kKinds[message.index()];
}

std::string_view name(EventKind kind) {
  switch (kind) {
    case EventKind::kStarted:
      return "started";
    case EventKind::kOutput:
      return "output";
    case EventKind::kChanged:
      return "changed";
    case EventKind::kVerified:
      return "verified";
    case EventKind::kSatisfied:
      return "satisfied";
    case EventKind::kFailed:
      return "failed";
    case EventKind::kSkipped:
      return "skipped";
    case EventKind::kStale:
      return "stale";
    case EventKind::kDiverged:
      return "diverged";
  }
  return "started";
}

std::string_view name(DoneOutcome outcome) {
  switch (outcome) {
    case DoneOutcome::kOk:
      return "ok";
    case DoneOutcome::kFailed:
      return "failed";
    case DoneOutcome::kStale:
      return "stale";
    case DoneOutcome::kInterrupted:
      return "interrupted";
    case DoneOutcome::kAlready:
      return "already";
  }
  return "failed";
}

std::string_view name(ConfirmOutcome outcome) {
  switch (outcome) {
    case ConfirmOutcome::kConfirmed:
      return "confirmed";
    case ConfirmOutcome::kBusy:
      return "busy";
    case ConfirmOutcome::kUndoing:
      return "undoing";
    case ConfirmOutcome::kUndone:
      return "undone";
    case ConfirmOutcome::kNothing:
      return "nothing";
  }
  return "nothing";
}

}  // namespace wire
}  // namespace plumb
