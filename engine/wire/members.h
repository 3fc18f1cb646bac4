// Which members each message has, and each type that messages are made of (internal to this folder; see codec.h).
#pragma once

#include "engine/wire/codec.h"

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
void members(Codec& codec, Obstacle& obstacle) {
  members(codec, static_cast<Diagnostic&>(obstacle));
  codec.member("goes", obstacle.goes);
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
  codec.member("cuts", observed.cuts, wire::Line());
  codec.member("login", observed.login, wire::Line());
}

template <class Codec>
void members(Codec& codec, UsedReading& reading) {
  codec.required("name", reading.name, wire::Line());
  codec.required("source", reading.source, wire::Object());
  codec.required("told", reading.told, wire::Line());
}

namespace wire {

// Of what a program printed, of an action and in a late report.
inline constexpr std::size_t kLongestOutput = std::size_t{256} << 10;

template <class Codec>
void members(Codec& codec, Hello& hello) {
  codec.required("protocols", hello.protocols);
  codec.required("version", hello.version, Line{128});
  codec.member("platform", hello.platform, Line{128});
  codec.member("facts", hello.facts);
  codec.member("boot", hello.boot, Line{128});
  codec.member("charter", hello.charter);
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
  codec.member("also", aside.also);
}

template <class Codec>
void members(Codec& codec, ObservedState& state) {
  codec.required("index", state.index);
  codec.member("observed", state.observed);
  codec.member("problem", state.problem);
}

template <class Codec>
void members(Codec& codec, Observe& observe) {
  codec.required("project", observe.project);
  codec.member("key", observe.key);
  codec.required("resources", observe.resources, kManyItems);
  codec.member("asides", observe.asides, kManyItems);
  codec.member("secrets", observe.secrets, kManyItems);
  codec.member("told", observe.told, kManyItems);
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
  codec.member("prevented", record.prevented, kManyItems);
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
  codec.member("when", action.when);
  codec.member("also", action.also);
}

template <class Codec>
void members(Codec& codec, LargeContent& content) {
  codec.required("digest", content.digest);
  codec.required("size", content.size);
}

template <class Codec>
void members(Codec& codec, SignedStatement& one) {
  codec.required("statement", one.statement);
  codec.required("signature", one.signature);
}

template <class Codec>
void members(Codec& codec, Cover& cover) {
  codec.required("slice", cover.slice);
  codec.member("index", cover.index);
  codec.member("path", cover.path, Most{64});
  codec.required("statements", cover.statements, Most{64});
  codec.member("actions", cover.actions);
  codec.member("record_changes", cover.record_changes);
  codec.member("readings", cover.readings);
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
  codec.member("settled", apply.settled, kManyItems);
  codec.member("changed", apply.changed, kManyItems);
  codec.member("failed", apply.failed, kManyItems);
  codec.member("skipped", apply.skipped, kManyItems);
  codec.member("moved", apply.moved, kManyItems);
  codec.member("forget", apply.forget, kManyItems);
  codec.member("prevents", apply.prevents, kManyItems);
  codec.member("permits", apply.permits, kManyItems);
  codec.member("cover", apply.cover);
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
  codec.member("back_within", done.back_within);
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
void members(Codec& codec, Survey& survey) {
  codec.required("kinds", survey.kinds, Most{1024});
}

template <class Codec>
void members(Codec& codec, Providers& providers) {
  codec.required("packages", providers.packages, Most{kMostProviders});
}

template <class Codec>
void members(Codec& codec, Lacking& lacking) {
  codec.member("digests", lacking.digests, Most{kMostProviders}, Line());
}

template <class Codec>
void members(Codec& codec, Turn& turn) {
  codec.required("address", turn.address);
  codec.member("verb", turn.verb, Line());
}

template <class Codec>
void members(Codec& codec, Told& told) {
  codec.member("observed", told.observed);
  codec.member("problem", told.problem);
  codec.member("output", told.output, Text{kLongestOutput});
}

template <class Codec>
void members(Codec& codec, ProviderCall& call) {
  codec.required("package", call.package);
  codec.bytes("lines", call.lines);
  codec.member("observes", call.observes);
  codec.member("env", call.env);
  codec.member("seconds", call.seconds);
}

template <class Codec>
void members(Codec& codec, ProviderAnswer& answer) {
  codec.bytes("output", answer.output);
  codec.bytes("errors", answer.errors);
  codec.member("exit_code", answer.exit_code);
  codec.member("timed_out", answer.timed_out);
  codec.member("problem", answer.problem);
}

template <class Codec>
void members(Codec& codec, Perform& asked) {
  codec.required("action", asked.action);
  codec.member("secrets", asked.secrets, kManyItems);
}

template <class Codec>
void members(Codec& codec, Performed& performed) {
  codec.member("output", performed.output, Text{kLongestOutput});
  codec.member("problem", performed.problem);
}

template <class Codec>
void members(Codec& codec, Replacement& replacement) {
  codec.required("statement", replacement.statement);
  codec.required("signatures", replacement.signatures, Most{64});
  codec.bytes("executor", replacement.executor);
}

template <class Codec>
void members(Codec& codec, Recipient& recipient) {
  codec.member("key", recipient.key, Line{128});
}

template <class Codec>
void members(Codec& codec, Envelope& envelope) {
  codec.bytes("file", envelope.file);
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

}  // namespace wire
}  // namespace plumb
