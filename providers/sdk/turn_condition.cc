#include "providers/sdk/turn_condition.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "engine/base/integer_text.h"
#include "engine/base/joined.h"
#include "engine/base/pattern.h"
#include "engine/base/trimmed.h"

namespace plumb {
namespace {

constexpr std::size_t kMostTurnReadings = 16;
constexpr std::size_t kMostTurnTests = 512;
constexpr std::size_t kDeepestTest = 32;
constexpr std::array<std::string_view, 8> kOfTwo = {"equal",  "less", "at_most",  "in",
                                                    "begins", "ends", "contains", "matches"};
constexpr std::array<std::string_view, 4> kTurnTypes = {"string", "integer", "boolean", "map"};

Error no_condition(const std::string& why) {
  return fail(Code::kProtocol, "there is no such condition to decide in its turn: " + why);
}

bool is_text(const Json& json, const char* member) {
  const auto found = json.find(member);
  return found != json.end() && found->is_string();
}

bool is_of(const auto& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// What a test is made of, gone through once before anything is decided by it.
class TestCheck {
 public:
  explicit TestCheck(const std::vector<TurnReading>& readings) {
    for (const TurnReading& reading : readings) names_.insert(reading.name);
  }

  // "" where there is nothing wrong with it.
  std::string problem_of(const Json& test, std::size_t depth = 0) {
    if (depth > kDeepestTest || ++tests_ > kMostTurnTests) return "it is too large";
    if (!test.is_object() || test.size() != 1) return "a test is a map of one member";
    const std::string& what = test.begin().key();
    const Json& of = *test.begin();
    if (what == "not") return problem_of(of, depth + 1);
    if (what == "is" || what == "has") return problem_of_reading(of);
    if (what == "all" || what == "any") return problem_of_list(of, depth);
    if (!is_of(kOfTwo, what)) return "`" + what + "` is no test";
    if (!of.is_array() || of.size() != 2) return "`" + what + "` is of two values";
    for (const Json& value : of) {
      if (std::string problem = problem_of_value(value); !problem.empty()) return problem;
    }
    return what == "matches" ? problem_of_pattern(of[1]) : "";
  }

 private:
  std::string problem_of_list(const Json& list, std::size_t depth) {
    if (!list.is_array() || list.empty()) return "`all` and `any` are of a list";
    for (const Json& test : list) {
      if (std::string problem = problem_of(test, depth + 1); !problem.empty()) return problem;
    }
    return {};
  }

  std::string problem_of_value(const Json& value) const {
    const bool constant = value.is_object() && value.size() == 1 && value.contains("value");
    return constant ? "" : problem_of_reading(value);
  }

  std::string problem_of_reading(const Json& part) const {
    const bool good = part.is_object() && is_text(part, "reading") &&
                      (part.size() == 1 || (part.size() == 2 && is_text(part, "member")));
    if (!good) return "a value is a constant or a part of a reading";
    return names_.contains(part["reading"].get_ref<const std::string&>()) ? "" : "a reading is none of its own";
  }

  static std::string problem_of_pattern(const Json& value) {
    if (!value.contains("value") || !value["value"].is_string()) return "a pattern is a constant";
    return Pattern::parse(value["value"].get_ref<const std::string&>()) ? "" : "a pattern is none";
  }

  std::set<std::string> names_;
  std::size_t tests_ = 0;
};

Result<TurnReading> turn_reading_from(const std::string& name, const Json& json) {
  TurnReading reading{name, {}, {}, {}};
  if (!json.is_object() || !json.contains("source") || !is_text(json, "type") ||
      json.size() != (json.contains("absent") ? 3U : 2U))
    return no_condition("a reading has a source, a type, and perhaps `absent`");
  PLUMB_TRY_ASSIGN(const ReadingSource source, reading_source_from(json["source"]));
  if (source.sensitive) return no_condition("a reading of it is sensitive");
  reading.source = json["source"];
  reading.type = json["type"].get<std::string>();
  if (!is_of(kTurnTypes, reading.type)) return no_condition("a reading has an unknown type");
  if (json.contains("absent")) reading.absent = json["absent"];
  return reading;
}

std::string shown(const Json& value) {
  constexpr std::size_t kLongestShown = 60;
  std::string text = canonical(value);
  if (text.size() <= kLongestShown) return text;
  std::size_t end = kLongestShown - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "…";
}

Error cannot_decide(const TurnReading& reading, const std::string& why) {
  return fail(Code::kCannotObserve, "the reading `" + reading.name + "`: " + why);
}

Result<Json> typed_value(const TurnReading& reading, const ToldReading& told) {
  if (!told.absent.empty()) {
    if (!reading.absent.is_null()) return reading.absent;
    return cannot_decide(reading, told.absent).hint("say with `absent` what stands for what is not there");
  }
  if (reading.type == "map" && told.value.is_object()) return told.value;
  if (reading.type == "integer" && told.value.is_number_integer()) return told.value;
  if (told.value.is_string()) {
    const std::string_view text = trimmed(told.value.get_ref<const std::string&>());
    if (reading.type == "string") return Json(text);
    if (reading.type == "boolean" && (text == "true" || text == "false")) return Json(text == "true");
    // As the plan takes it, whose numbers are those of YAML.
    const auto number = parse_integer(text == "-0" ? "0" : text);
    if (reading.type == "integer" && number) return Json(*number);
  }
  return cannot_decide(reading, "what it told is no " + reading.type + ": " + shown(told.value));
}

bool is_less(const Json& a, const Json& b) {
  return a.is_string() ? a.get_ref<const std::string&>() < b.get_ref<const std::string&>() : a < b;
}

class Decider {
 public:
  Decider(const TurnCondition& condition, const std::map<std::string, Json>& values)
      : condition_(condition), values_(values) {}

  Result<bool> holds(const Json& test) {
    const std::string& what = test.begin().key();
    const Json& of = *test.begin();
    if (what == "not") {
      PLUMB_TRY_ASSIGN(const bool held, holds(of));
      return !held;
    }
    if (what == "all" || what == "any") return decided_by(of, what == "any");
    if (what == "has") return value(of) != nullptr;
    if (what == "is") {
      const Json* one = value(of);
      if (one == nullptr || !one->is_boolean()) return lacks(of);
      return one->get<bool>();
    }
    const Json* a = value(of[0]);
    const Json* b = value(of[1]);
    if (a == nullptr || b == nullptr) return lacks(of[a == nullptr ? 0 : 1]);
    return compare(what, *a, *b);
  }

 private:
  // One that decides does so whatever is wrong with the others, in every order.
  Result<bool> decided_by(const Json& tests, bool decisive) {
    std::optional<Error> problem;
    for (const Json& test : tests) {
      Result<bool> held = holds(test);
      if (held && *held == decisive) return decisive;
      if (!held && !problem) problem = held.error();
    }
    if (problem) return *problem;
    return !decisive;
  }

  // Null where there is no such part.
  const Json* value(const Json& part) const {
    if (part.contains("value")) return &part["value"];
    const Json& told = values_.at(part["reading"].get_ref<const std::string&>());
    if (!part.contains("member")) return &told;
    const auto member = told.find(part["member"].get_ref<const std::string&>());
    return member == told.end() ? nullptr : &*member;
  }

  Error lacks(const Json& part) const {
    const auto reading = std::find_if(
        condition_.readings.begin(), condition_.readings.end(),
        [&](const TurnReading& one) { return part.contains("reading") && part["reading"] == Json(one.name); });
    const std::string member = part.contains("member") ? part["member"].get<std::string>() : std::string("such value");
    if (reading == condition_.readings.end()) return fail(Code::kCannotObserve, "its condition lacks a value");
    return cannot_decide(*reading, "it told no `" + member + "`");
  }

  static Result<bool> compare(const std::string& what, const Json& a, const Json& b) {
    if (what == "equal") return a == b;
    if (what == "in") return b.is_array() && std::find(b.begin(), b.end(), a) != b.end();
    const bool numbers = a.is_number() && b.is_number();
    const bool texts = a.is_string() && b.is_string();
    if ((what == "less" || what == "at_most") && (numbers || texts))
      return what == "less" ? is_less(a, b) : !is_less(b, a);
    if (!texts) return fail(Code::kCannotObserve, shown(a) + " and " + shown(b) + " do not compare");
    const auto& text = a.get_ref<const std::string&>();
    const auto& part = b.get_ref<const std::string&>();
    if (what == "begins") return text.starts_with(part);
    if (what == "ends") return text.ends_with(part);
    if (what == "contains") return text.find(part) != std::string::npos;
    PLUMB_TRY_ASSIGN(const Pattern pattern, Pattern::parse(part));
    return pattern.matches(text);
  }

  const TurnCondition& condition_;
  const std::map<std::string, Json>& values_;
};

// Each part of a reading that the test speaks of, with what it told, in the order in which they stand there.
void add_told(const Json& test, const std::map<std::string, Json>& values, std::vector<std::string>& told) {
  if (test.is_object() && is_text(test, "reading")) {
    const auto& name = test["reading"].get_ref<const std::string&>();
    const Json& all = values.at(name);
    const std::string member = test.contains("member") ? test["member"].get<std::string>() : std::string();
    const auto part = member.empty() ? all.end() : all.find(member);
    const bool missing = !member.empty() && part == all.end();
    std::string text = "readings." + name + (member.empty() ? "" : "." + member) + " told " +
                       (missing ? "nothing" : shown(member.empty() ? all : *part));
    if (std::find(told.begin(), told.end(), text) == told.end()) told.push_back(std::move(text));
  } else if (test.is_structured() && !(test.is_object() && test.contains("value"))) {
    for (const Json& inner : test) add_told(inner, values, told);
  }
}

}  // namespace

Json to_json(const TurnCondition& condition) {
  Json readings = Json::object();
  for (const TurnReading& reading : condition.readings) {
    Json& json = readings[reading.name] = {{"source", reading.source}, {"type", reading.type}};
    if (!reading.absent.is_null()) json["absent"] = reading.absent;
  }
  return {{"readings", std::move(readings)}, {"test", condition.test}, {"text", condition.text}};
}

Result<TurnCondition> turn_condition_from(const Json& json) {
  const bool whole = json.is_object() && json.size() == 3 && json.contains("readings") &&
                     json["readings"].is_object() && json.contains("test") && is_text(json, "text");
  if (!whole) return no_condition("it has readings, a test and a text");
  if (json["readings"].empty() || json["readings"].size() > kMostTurnReadings)
    return no_condition("it has no readings, or too many");
  TurnCondition condition;
  for (const auto& [name, reading] : json["readings"].items()) {
    PLUMB_TRY_ASSIGN(TurnReading one, turn_reading_from(name, reading));
    condition.readings.push_back(std::move(one));
  }
  condition.test = json["test"];
  condition.text = json["text"].get<std::string>();
  if (const std::string problem = TestCheck(condition.readings).problem_of(condition.test); !problem.empty())
    return no_condition(problem);
  return condition;
}

TurnCondition all_of(const std::vector<TurnCondition>& conditions) {
  if (conditions.size() == 1) return conditions.front();
  TurnCondition all{{}, {{"all", Json::array()}}, {}};
  std::map<std::string, TurnReading> readings;
  for (const TurnCondition& one : conditions) {
    for (const TurnReading& reading : one.readings) readings.emplace(reading.name, reading);
    all.test["all"].push_back(one.test);
    const bool alone = one.text.find("||") == std::string::npos && one.text.find('?') == std::string::npos;
    append_item(all.text, alone ? one.text : "(" + one.text + ")", " && ");
  }
  for (auto& [name, reading] : readings) all.readings.push_back(std::move(reading));
  return all;
}

Result<TurnDecision> decide(const TurnCondition& condition,
                            const std::function<Result<ToldReading>(const ReadingSource&)>& take) {
  std::map<std::string, Json> values;
  for (const TurnReading& reading : condition.readings) {
    PLUMB_TRY_ASSIGN(const ReadingSource source, reading_source_from(reading.source));
    const Result<ToldReading> told = take(source);
    if (!told) return cannot_decide(reading, told.error().summary());
    PLUMB_TRY_ASSIGN(Json value, typed_value(reading, *told));
    values.emplace(reading.name, std::move(value));
  }
  TurnDecision decision;
  PLUMB_TRY_ASSIGN(decision.holds, Decider(condition, values).holds(condition.test));
  std::vector<std::string> told;
  add_told(condition.test, values, told);
  for (const std::string& one : told) append_item(decision.told, one);
  return decision;
}

}  // namespace plumb
