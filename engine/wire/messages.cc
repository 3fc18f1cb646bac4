#include "engine/wire/messages.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <type_traits>
#include <utility>

#include "engine/wire/frame.h"
#include "engine/wire/members.h"

namespace plumb::wire {
namespace {

// In the order of Message's alternatives.
constexpr std::array<std::string_view, std::variant_size_v<Message>> kKinds = {
    "hello",       "observe", "observed", "record",      "blob",         "apply",        "event",     "alive",   "done",
    "acknowledge", "stop",    "refused",  "confirm",     "confirmation", "change_locks", "locks",     "want",    "read",
    "readings",    "execute", "collect",  "survey",      "piece",        "ended",        "providers", "lacking", "turn",
    "told",        "call",    "answer",   "replacement", "perform",      "performed",    "recipient", "envelope"};

using ReadMessage = void (*)(Reader& reader, Message& message);

template <std::size_t kIndex>
void read_message(Reader& reader, Message& message) {
  members(reader, message.emplace<kIndex>());
}

template <std::size_t... kIndices>
constexpr std::array<ReadMessage, sizeof...(kIndices)> readers(std::index_sequence<kIndices...>) {
  return {&read_message<kIndices>...};
}

// In the same order.
constexpr auto kReaders = readers(std::make_index_sequence<std::variant_size_v<Message>>());

// What an action needs or rescues comes before it, what it sets off behind it; what a run has settled is there. With a
// cover the host takes the actions from that.
bool names_what_is_there(const Apply& apply) {
  const auto all = [](const std::vector<std::size_t>& places, std::size_t from, std::size_t to) {
    return std::all_of(places.begin(), places.end(), [&](std::size_t place) { return place >= from && place < to; });
  };
  const std::size_t count = apply.actions.size();
  for (std::size_t i = 0; i < count; ++i) {
    const Action& one = apply.actions[i];
    if (!all(one.needs, 0, i) || !all(one.rescues, 0, i) || !all(one.triggers, i + 1, count)) return false;
  }
  return apply.cover || (all(apply.settled, 0, count) && all(apply.changed, 0, count) && all(apply.failed, 0, count) &&
                         all(apply.skipped, 0, count));
}

Result<Message> read(std::string_view kind, Reader& reader, const Problem& problem) {
  const auto* const found = std::find(kKinds.begin(), kKinds.end(), kind);
  if (found == kKinds.end()) return fail(Code::kProtocol, in_quotes(kind) + " is not a message");
  Message message;
  kReaders[static_cast<std::size_t>(found - kKinds.begin())](reader, message);
  reader.finish();
  if (problem.any()) return fail(Code::kProtocol, "in a message `" + std::string(kind) + "`: " + problem.text());
  const auto* apply = std::get_if<Apply>(&message);
  if (apply != nullptr && !names_what_is_there(*apply))
    return fail(Code::kProtocol, "in a message `apply`: an action is named that is not where it has to be");
  return message;
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

}  // namespace plumb::wire
