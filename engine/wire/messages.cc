#include "engine/wire/messages.h"

#include <array>

#include "engine/wire/codec.h"

namespace plumb {

// The types that messages are made of. Codecs find these functions by their arguments' namespaces.

template <class Codec>
void members(Codec& codec, SourceSpan& span) {
  codec.required("file", span.file);
  codec.member("line", span.line);
  codec.member("column", span.column);
  codec.member("end_line", span.end_line);
  codec.member("end_column", span.end_column);
}

template <class Codec>
void members(Codec& codec, Related& related) {
  codec.required("span", related.span);
  codec.required("note", related.note);
}

template <class Codec>
void members(Codec& codec, Diagnostic& diagnostic) {
  codec.required("code", diagnostic.code);
  codec.member("severity", diagnostic.severity);
  codec.required("summary", diagnostic.summary);
  codec.member("span", diagnostic.span);
  codec.member("label", diagnostic.label);
  codec.member("hint", diagnostic.hint);
  codec.member("related", diagnostic.related);
  codec.member("host", diagnostic.host);
}

template <class Codec>
void members(Codec& codec, Desired& desired) {
  codec.required("address", desired.address);
  codec.required("attributes", desired.attributes);
  codec.member("sensitive", desired.sensitive);
}

template <class Codec>
void members(Codec& codec, Missing& missing) {
  codec.required("what", missing.what);
  codec.member("attribute", missing.attribute);
}

template <class Codec>
void members(Codec& codec, Observed& observed) {
  codec.required("exists", observed.exists);
  codec.required("attributes", observed.attributes);
  codec.member("missing", observed.missing);
  codec.member("obstacle", observed.obstacle);
  codec.member("content_text", observed.content_text);
}

namespace wire {

template <class Codec>
void members(Codec& codec, Hello& hello) {
  codec.required("protocol", hello.protocol);
  codec.required("version", hello.version);
  codec.required("platform", hello.platform);
  codec.required("facts", hello.facts);
}

template <class Codec>
void members(Codec& codec, Observe& observe) {
  codec.required("project", observe.project);
  codec.member("key", observe.key);
  codec.required("resources", observe.resources);
}

template <class Codec>
void members(Codec& codec, ObservedState& state) {
  codec.required("index", state.index);
  codec.member("observed", state.observed);
  codec.member("problem", state.problem);
}

template <class Codec>
void members(Codec& codec, ObservedChunk& chunk) {
  codec.required("states", chunk.states);
}

template <class Codec>
void members(Codec& codec, Owed& owed) {
  codec.required("address", owed.address);
  codec.required("op", owed.op);
  codec.member("run", owed.run);
  codec.member("because", owed.because);
}

template <class Codec>
void members(Codec& codec, Unreported& unreported) {
  codec.required("run", unreported.run);
  codec.member("plan", unreported.plan);
  codec.required("address", unreported.address);
  codec.required("outcome", unreported.outcome);
  codec.member("text", unreported.text);
  codec.member("op", unreported.op);
}

template <class Codec>
void members(Codec& codec, ItemLock& lock) {
  codec.required("items", lock.items);
  codec.required("owner", lock.owner);
  codec.member("reason", lock.reason);
  codec.required("since", lock.since);
  codec.required("until", lock.until);
}

template <class Codec>
void members(Codec& codec, Record& record) {
  codec.required("serial", record.serial);
  codec.member("damaged", record.damaged);
  codec.member("resources", record.resources);
  codec.member("owed", record.owed);
  codec.member("unreported", record.unreported);
  codec.member("locks", record.locks);
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
  codec.member("owes", action.owes);
}

template <class Codec>
void members(Codec& codec, Apply& apply) {
  codec.required("project", apply.project);
  codec.member("key", apply.key);
  codec.required("run", apply.run);
  codec.required("plan", apply.plan);
  codec.member("check_applied", apply.check_applied);
  codec.member("keep_going", apply.keep_going);
  codec.required("actions", apply.actions);
  codec.member("resources", apply.resources);
  codec.member("secrets", apply.secrets);
  codec.member("moot_probes", apply.moot_probes);
}

template <class Codec>
void members(Codec& codec, Blob& blob) {
  codec.required("digest", blob.digest);
  codec.bytes("bytes", blob.bytes);
  codec.required("last", blob.last);
  codec.member("secret", blob.secret);
}

template <class Codec>
void members(Codec& codec, Event& event) {
  codec.required("kind", event.kind);
  codec.required("index", event.index);
  codec.member("text", event.text);
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
  codec.member("applied_by", done.applied_by);
  codec.member("applied_at", done.applied_at);
  codec.member("owed", done.owed);
  codec.member("confirm_within", done.confirm_within);
}

template <class Codec>
void members(Codec& codec, Acknowledge& acknowledge) {
  codec.required("project", acknowledge.project);
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
  codec.member("undone", confirmation.undone);
  codec.member("restarted", confirmation.restarted);
  codec.member("problems", confirmation.problems);
}

template <class Codec>
void members(Codec& codec, ChangeLocks& request) {
  codec.required("project", request.project);
  codec.member("owner", request.owner);
  codec.member("lock", request.lock);
  codec.member("seconds", request.seconds);
  codec.member("reason", request.reason);
  codec.member("unlock", request.unlock);
  codec.member("unlock_all", request.unlock_all);
  codec.member("force", request.force);
}

template <class Codec>
void members(Codec& codec, Locks& locks) {
  codec.member("locks", locks.locks);
  codec.member("lifted", locks.lifted);
}

namespace {

// In the order of Message's alternatives.
constexpr std::array<std::string_view, std::variant_size_v<Message>> kKinds = {
    "hello", "observe",     "observed", "record",  "blob",    "apply",        "event",        "alive",
    "done",  "acknowledge", "stop",     "refused", "confirm", "confirmation", "change_locks", "locks"};

template <std::size_t kIndex = 0>
Result<Message> read(std::string_view kind, Json& body) {
  if constexpr (kIndex == std::variant_size_v<Message>) {
    return fail(Code::kProtocol, "`" + std::string(kind) + "` is not a message");
  } else {
    if (kKinds[kIndex] != kind) return read<kIndex + 1>(kind, body);
    std::variant_alternative_t<kIndex, Message> message;
    Problem problem;
    Reader reader(body, problem);
    members(reader, message);
    reader.finish();
    if (problem.any()) return fail(Code::kProtocol, "in a message `" + std::string(kind) + "`: " + problem.text());
    return Message(std::move(message));
  }
}

template <class T>
Result<> read_part(Json& json, T& part) {
  if (!json.is_object()) return fail(Code::kProtocol, "an object was expected");
  Problem problem;
  Reader reader(json, problem);
  members(reader, part);
  reader.finish();
  if (problem.any()) return fail(Code::kProtocol, problem.text());
  return {};
}

}  // namespace

std::string encode(const Message& message) {
  return std::visit(
      [&message](const auto& value) {
        Json body = Writer::to_value(value);
        body["message"] = name(message);
        return to_cbor(body);
      },
      message);
}

Result<Message> decode(std::string_view body) {
  JsonLimits limits;
  limits.bytes = std::size_t{64} << 20;
  limits.depth = 72;  // attributes may be as deep as documents are, and stand inside a message
  PLUMB_TRY_ASSIGN(Json json, parse_cbor(body, limits));
  if (!json.is_object()) return fail(Code::kProtocol, "a message is an object");
  const auto kind = json.find("message");
  if (kind == json.end() || !kind->is_string()) return fail(Code::kProtocol, "a message names its kind");
  const std::string name = kind->get<std::string>();
  json.erase(kind);
  return read(name, json);
}

Json to_json(const Observed& observed) {
  return Writer::to_value(observed);
}
Json to_json(const Diagnostic& problem) {
  return Writer::to_value(problem);
}
Json to_json(const Record& record) {
  return Writer::to_value(record);
}
Result<> from_json(Json& json, Observed& observed) {
  return read_part(json, observed);
}
Result<> from_json(Json& json, Diagnostic& problem) {
  return read_part(json, problem);
}
Result<> from_json(Json& json, Record& record) {
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
