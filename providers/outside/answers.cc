#include "providers/outside/answers.h"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "engine/base/hidden_texts.h"
#include "engine/base/outside_text.h"
#include "engine/base/sealed.h"
#include "providers/sdk/json_type.h"

namespace plumb::outside {
namespace {

constexpr std::size_t kLongestSaid = 2000;
constexpr std::size_t kLongestQuoted = 200;
constexpr std::size_t kMostMissing = 64;
constexpr std::int64_t kLargestNumber = std::int64_t{1} << 53;

Error wrong(std::string what) {
  return fail(Code::kProviderFailed, std::move(what));
}

std::string in_ticks(std::string_view text) {
  return "`" + outside_line(text, kLongestQuoted) + "`";
}

// Values in it, and whether one is what no document here holds.
bool count_values(const Json& value, std::size_t& left) {
  if (left == 0) return false;
  --left;
  if (value.is_number_float()) return false;
  if (value.is_number_unsigned()) return value.get<std::uint64_t>() <= static_cast<std::uint64_t>(kLargestNumber);
  if (value.is_number_integer())
    return value.get<std::int64_t>() <= kLargestNumber && value.get<std::int64_t>() >= -kLargestNumber;
  if (!value.is_structured()) return true;
  return std::all_of(value.begin(), value.end(), [&left](const Json& item) { return count_values(item, left); });
}

Result<> check_members(const Json& object, std::initializer_list<std::string_view> known) {
  for (const auto& [name, unused] : object.items()) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      return wrong("answered with a member " + in_ticks(name) + ", which the protocol does not have");
  }
  return {};
}

// {"message", "hint"}: of an error or an obstacle.
Result<Diagnostic> told_problem(const Json& json, Code code) {
  if (!json.is_object() || text_of(json, "message").empty()) return wrong("told of a problem without a `message`");
  PLUMB_TRY(check_members(json, {"message", "hint"}));
  return Diagnostic(code, said(text_of(json, "message"))).with_hint(said(text_of(json, "hint")));
}

Result<Json> answer_in(std::string_view line) {
  if (line.size() > kLongestLine)
    return wrong("wrote a line of " + std::to_string(line.size()) + " bytes; at most " + std::to_string(kLongestLine) +
                 " are read");
  Result<Json> json = parse_json(line, Code::kProviderFailed, {.bytes = kLongestLine, .depth = kDeepest});
  if (!json || !json->is_object()) return wrong("wrote a line that is no JSON object: " + in_ticks(line));
  return json;
}

Result<> check_hello(const Json& hello, const Package& package) {
  PLUMB_TRY(check_members(hello, {"id", "protocol", "name", "version"}));
  if (member_of(hello, "protocol") != package.protocol) {
    return wrong("answers hello with protocol " + in_ticks(canonical(member_of(hello, "protocol"))) +
                 ", and was asked for " + std::to_string(package.protocol));
  }
  if (text_of(hello, "name") != package.name || text_of(hello, "version") != package.version) {
    return wrong("says that it is " + in_ticks(text_of(hello, "name") + " " + text_of(hello, "version")) +
                 ", which its provider.yaml does not");
  }
  return {};
}

// What is not to be told while it observes.
bool is_withheld(const Words& words, const Desired& desired, const std::string& name) {
  if (!desired.sensitive.contains(name)) return false;
  const AttributeWords* attribute = words.find(name);
  const bool needed = attribute != nullptr && (attribute->parameter || attribute->judged);
  // A value that nobody put in is one that is not known here.
  return !needed || is_sealed(desired.attribute(name));
}

bool holds_hidden(const Json& value, const Hide& hide) {
  if (value.is_string()) return hide(value.get<std::string>()) != value.get_ref<const std::string&>();
  if (!value.is_structured()) return false;
  return std::any_of(value.begin(), value.end(), [&](const Json& item) { return holds_hidden(item, hide); });
}

class Observation {
 public:
  Observation(const Json& answer, const Words& words, const Desired& desired)
      : answer_(answer), words_(words), desired_(desired) {}

  Result<Observed> read() {
    if (answer_.contains("error")) {
      PLUMB_TRY(check_members(answer_, {"id", "error"}));
      PLUMB_TRY_ASSIGN(Diagnostic problem, told_problem(answer_["error"], Code::kCannotObserve));
      return Error(std::move(problem));
    }
    PLUMB_TRY(check_members(answer_, {"id", "exists", "attributes", "same", "missing", "obstacle"}));
    if (!member_of(answer_, "exists").is_boolean()) return wrong("does not say whether it `exists`");
    observed_.exists = answer_["exists"].get<bool>();
    PLUMB_TRY(read_attributes());
    PLUMB_TRY(read_same());
    PLUMB_TRY(read_missing());
    if (answer_.contains("obstacle")) {
      PLUMB_TRY_ASSIGN(observed_.obstacle, told_problem(answer_["obstacle"], Code::kRefusedByState));
    }
    return std::move(observed_);
  }

 private:
  Result<> read_attributes() {
    const Json& attributes = member_of(answer_, "attributes");
    if (attributes.is_null()) return leave_unjudged();
    if (!attributes.is_object()) return wrong("tells `attributes` that are no object");
    if (!observed_.exists && !attributes.empty()) return wrong("tells attributes of what does not exist");
    std::size_t left = kMostValues;
    if (!count_values(attributes, left))
      return wrong("tells more than " + std::to_string(kMostValues) + " values, a fraction, or a number past 2^53");
    HiddenTexts secrets;
    for (const std::string& name : desired_.sensitive) {
      if (!is_sealed(desired_.attribute(name))) secrets.add(desired_.attribute(name));
    }
    for (const auto& [name, value] : attributes.items()) {
      const AttributeWords* words = words_.find(name);
      if (words == nullptr) return wrong("tells " + in_ticks(name) + ", which its schema does not have");
      if (value.is_null() || name == words_.identity()) continue;
      if (words->parameter) return wrong("tells " + in_ticks(name) + ", which is a parameter");
      if (!has_its_type(words->schema, value))
        return wrong("tells " + in_ticks(name) + " as a " + value.type_name() + ", which its schema does not allow");
      const bool sensitive = desired_.sensitive.contains(name);
      // Not asked for, and nobody would seal it.
      if (words->sensitive && !sensitive) continue;
      if (!sensitive && is_sealed(value)) return wrong("tells " + in_ticks(name) + " as if it were sealed");
      observed_.attributes[name] = value;
    }
    const std::string leak = leaks_under(observed_.attributes, desired_,
                                         [&secrets](std::string text) { return secrets.hide(std::move(text)); });
    if (!leak.empty()) return wrong("tells a sensitive value under " + in_ticks(leak) + ", which is not");
    return leave_unjudged();
  }

  // What cannot be judged without the value, since that is not known here, counts as it is asked for.
  Result<> leave_unjudged() {
    if (!observed_.exists) return {};
    for (const std::string& name : desired_.sensitive) {
      const AttributeWords* words = words_.find(name);
      if (words != nullptr && words->judged && is_sealed(desired_.attribute(name)))
        observed_.attributes[name] = desired_.attribute(name);
    }
    return {};
  }

  Result<> read_same() {
    const Json& same = member_of(answer_, "same");
    if (same.is_null()) return {};
    if (!same.is_array()) return wrong("tells a `same` that is no list");
    for (const Json& item : same) {
      const std::string name = item.is_string() ? item.get<std::string>() : std::string();
      const bool known = observed_.has(name) && desired_.has(name) && !is_withheld(words_, desired_, name);
      if (!known) return wrong("says that " + in_ticks(name) + " is the same, which it was not asked or does not tell");
      observed_.attributes[name] = desired_.attribute(name);
    }
    return {};
  }

  Result<> read_missing() {
    const Json& missing = member_of(answer_, "missing");
    if (missing.is_null()) return {};
    if (!missing.is_array() || missing.size() > kMostMissing)
      return wrong("tells a `missing` that is no list, or long");
    for (const Json& item : missing) {
      if (!item.is_object()) return wrong("tells of something missing that is no object");
      PLUMB_TRY(check_members(item, {"what", "attribute"}));
      const std::string what = text_of(item, "what");
      const Result<Address> address = Address::parse(what);
      const std::string attribute = text_of(item, "attribute");
      if (!address || outside_line(what) != what || words_.find(attribute) == nullptr)
        return wrong("misses " + in_ticks(what) + " for " + in_ticks(attribute) + ", of which one cannot be");
      observed_.missing.push_back({*address, attribute});
    }
    return {};
  }

  const Json& answer_;
  const Words& words_;
  const Desired& desired_;
  Observed observed_;
};

}  // namespace

std::string leaks_under(const Json& attributes, const Desired& desired, const Hide& hide) {
  for (const auto& [name, value] : attributes.items()) {
    const bool has_place = desired.sensitive.contains(name) || value == desired.attribute(name);
    if (!has_place && holds_hidden(value, hide)) return name;
  }
  return {};
}

std::string said(std::string_view text) {
  return outside_line(text, kLongestSaid);
}

std::string hello_line(const Package& package) {
  return canonical({{"call", "hello"},
                    {"id", 0},
                    {"protocol", package.protocol},
                    {"protocols", {kFirstProtocol, kLastProtocol}},
                    {"engine", PLUMB_VERSION}}) +
         "\n";
}

std::string observe_line(std::size_t id, const Words& words, const Desired& desired) {
  Json known = desired.attributes;
  Json withheld = Json::array();
  for (const std::string& name : desired.sensitive) {
    if (!is_withheld(words, desired, name) || !known.contains(name)) continue;
    known.erase(name);
    withheld.push_back(name);
  }
  return canonical({{"call", "observe"},
                    {"id", id},
                    {"kind", desired.address.kind},
                    {"identity", desired.text(words.identity())},
                    {"desired", std::move(known)},
                    {"withheld", std::move(withheld)},
                    {"root", "/"}}) +
         "\n";
}

std::string apply_line(const CallProvider& call) {
  return canonical({{"call", "apply"},
                    {"id", 1},
                    {"kind", call.kind},
                    {"identity", call.identity},
                    {"verb", call.verb},
                    {"desired", call.desired},
                    {"before", call.before},
                    {"changes", call.changes},
                    {"root", "/"}}) +
         "\n";
}

Result<std::vector<Json>> answers(std::string_view output, const Package& package, std::size_t requests) {
  std::vector<Json> out;
  bool greeted = false;
  while (!output.empty()) {
    const std::size_t end = output.find('\n');
    const std::string_view line = output.substr(0, end);
    output.remove_prefix(end == std::string_view::npos ? output.size() : end + 1);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    if (out.size() == requests && greeted) return wrong("answered more often than it was asked: " + in_ticks(line));
    PLUMB_TRY_ASSIGN(Json answer, answer_in(line));
    const std::size_t id = greeted ? out.size() + 1 : 0;
    if (member_of(answer, "id") != id) {
      return wrong("answers " + in_ticks(canonical(member_of(answer, "id"))) + " where " + std::to_string(id) +
                   " was to be answered");
    }
    if (greeted) {
      out.push_back(std::move(answer));
    } else {
      PLUMB_TRY(check_hello(answer, package));
      greeted = true;
    }
  }
  if (!greeted) return wrong("did not answer hello");
  if (out.size() < requests)
    return wrong("answered " + std::to_string(out.size()) + " of " + std::to_string(requests) + " requests");
  return out;
}

Result<Observed> observed_from(const Json& answer, const Words& words, const Desired& desired) {
  return Observation(answer, words, desired).read();
}

Result<> applied_from(const Json& answer) {
  if (answer.contains("error")) {
    PLUMB_TRY(check_members(answer, {"id", "error"}));
    PLUMB_TRY_ASSIGN(Diagnostic problem, told_problem(answer["error"], Code::kProviderFailed));
    return Error(std::move(problem));
  }
  PLUMB_TRY(check_members(answer, {"id", "done"}));
  if (member_of(answer, "done") != true) return wrong("does not say that it is `done`");
  return {};
}

}  // namespace plumb::outside
