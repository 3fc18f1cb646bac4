#include "engine/wire/stream.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "engine/wire/codec.h"

namespace plumb::wire {
namespace {

constexpr const char* kMore = "more";
constexpr std::string_view kStates = "observed";

// Members of messages that are lists, or maps that are read as such.
constexpr std::array<std::string_view, 18> kLists = {
    "answers",  "contents",  "actions",   "lifted",  "lock",    "locks",  "moot_probes", "owed",   "problems",
    "readings", "resources", "restarted", "secrets", "sources", "states", "undone",      "unlock", "unreported"};

bool is_list(std::string_view name, const Json& value) {
  return value.is_structured() && std::find(kLists.begin(), kLists.end(), name) != kLists.end();
}

Error too_large(std::string_view kind, const std::string& what) {
  return fail(Code::kProtocol, "a message `" + std::string(kind) + "` is too large to be sent: " + what);
}

Error too_large(std::string_view kind) {
  return too_large(kind, "it has more than " + std::to_string(kMessageLimits.bytes) + " bytes");
}

// Hands the lists of a body out over several.
class Splitter {
 public:
  Splitter(Json body, std::size_t part) : part_(part), body_(std::move(body)), kind_(body_["message"]) {}

  Result<std::string> run() {
    std::vector<std::pair<std::string, Json>> lists;
    for (auto& [name, value] : body_.get_ref<Json::object_t&>()) {
      if (is_list(name, value)) lists.emplace_back(name, std::move(value));
    }
    for (const auto& [name, values] : lists) body_.erase(name);
    for (auto& [name, values] : lists) {
      // Also where it is empty: the list of a required member.
      body_[name] = values.is_array() ? Json::array() : Json::object();
      if (values.is_array()) {
        for (Json& item : values) PLUMB_TRY(place(name, nullptr, std::move(item)));
      } else {
        for (auto& [key, item] : values.get_ref<Json::object_t&>()) PLUMB_TRY(place(name, &key, std::move(item)));
      }
    }
    PLUMB_TRY(end_part(false));
    return std::move(out_);
  }

 private:
  const std::string& kind() const { return kind_.get_ref<const std::string&>(); }

  Result<> place(const std::string& list, const std::string* key, Json item) {
    const std::size_t size = to_cbor(item).size() + (key == nullptr ? 0 : key->size());
    if (held_ > 0 && held_ + size > part_) {
      PLUMB_TRY(end_part(true));
      body_ = {{"message", kind_}};
    }
    held_ += size;
    if (key == nullptr) {
      body_[list].push_back(std::move(item));
    } else {
      body_[list][*key] = std::move(item);
    }
    return {};
  }

  Result<> end_part(bool more) {
    if (more) body_[kMore] = true;
    const std::string bytes = to_cbor(body_);
    if (bytes.size() > kMaxFrame) {
      return too_large(kind(), "one part of it has " + std::to_string(bytes.size()) + " bytes, and a frame at most " +
                                   std::to_string(kMaxFrame));
    }
    total_ += bytes.size();
    if (total_ > kMessageLimits.bytes) return too_large(kind());
    out_ += frame(bytes);
    held_ = 0;
    return {};
  }

  const std::size_t part_;
  Json body_;
  const Json kind_;
  std::size_t held_ = 0;  // bytes of the items in `body_`
  std::size_t total_ = 0;
  std::string out_;
};

// The lists of a part behind those of the parts before it.
Result<> append(Json& joined, Json part) {
  for (auto& [name, value] : part.get_ref<Json::object_t&>()) {
    if (name == "message") continue;
    if (!is_list(name, value)) return fail(Code::kProtocol, "a message's second part holds " + in_quotes(name));
    Json& list = joined[name];
    if (list.is_null()) {
      list = std::move(value);
    } else if (list.type() != value.type()) {
      return fail(Code::kProtocol, "`" + name + "` is a list in one part of a message and none in another");
    } else if (value.is_array()) {
      for (Json& item : value) list.push_back(std::move(item));
    } else {
      for (auto& [key, item] : value.get_ref<Json::object_t&>()) {
        if (!list.emplace(key, std::move(item)).second)
          return fail(Code::kProtocol, in_quotes(key) + " stands in two parts of a message");
      }
    }
  }
  return {};
}

}  // namespace

Result<std::string> frames(const Message& message, std::size_t part) {
  const std::string whole = encode(message);
  if (whole.size() <= part) return frame(whole);
  if (whole.size() > kMessageLimits.bytes) return too_large(name(message));
  Result<Json> body = parse_cbor(whole, kAnySize);
  if (!body) return too_large(name(message), body.error().summary());
  return Splitter(std::move(*body), part).run();
}

Result<std::optional<Message>> Joiner::add(std::string_view bytes) {
  const bool first = !in_the_middle();
  if (first) spent_ = {0, 0};
  std::size_t values = 0;
  const MessageLimits most{limits_.bytes + of_states_.bytes, limits_.values + of_states_.values};
  PLUMB_TRY_ASSIGN(const CborItem part, check_body(bytes, {std::min(most.bytes, kMaxFrame), most.values}, &values));
  spent_.bytes += bytes.size();
  spent_.values += values;
  const std::optional<CborItem> kind = member_named(part, "message");
  const MessageLimits& limits = kind && kind->text() == kStates ? most : limits_;
  if (spent_.bytes > limits.bytes || spent_.values > limits.values)
    return fail(Code::kProtocol, "a message goes on for longer than is read");
  const std::optional<CborItem> more = member_named(part, kMore);
  if (more && more->boolean() != true) return fail(Code::kProtocol, "`more` is true or not there");
  if (first && !more) {
    PLUMB_TRY_ASSIGN(Message message, decode(part));
    return std::optional<Message>(std::move(message));
  }
  PLUMB_TRY_ASSIGN(Json body, parse_cbor(bytes, kAnySize));
  body.erase(kMore);
  if (first) {
    joined_ = std::move(body);
  } else if (!body.contains("message") || !joined_.contains("message") || body["message"] != joined_["message"]) {
    return fail(Code::kProtocol, "another message stands in the middle of one");
  } else {
    PLUMB_TRY(append(joined_, std::move(body)));
  }
  if (more) return std::optional<Message>();
  const std::string whole = to_cbor(std::exchange(joined_, nullptr));
  PLUMB_TRY_ASSIGN(const CborItem item, check_body(whole, {whole.size(), kMessageLimits.values}));
  PLUMB_TRY_ASSIGN(Message message, decode(item));
  return std::optional<Message>(std::move(message));
}

Result<std::optional<Message>> MessageReader::next() {
  while (true) {
    PLUMB_TRY_ASSIGN(const std::optional<std::string> body, frames_.next());
    if (!body) return std::optional<Message>();
    PLUMB_TRY_ASSIGN(std::optional<Message> message, joiner_.add(*body));
    if (message) return message;
  }
}

}  // namespace plumb::wire
