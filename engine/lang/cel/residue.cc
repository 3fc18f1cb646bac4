#include "engine/lang/cel/residue.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/lang/cel/code.h"
#include "engine/lang/cel/convert.h"
#include "engine/lang/cel/evaluator.h"

namespace plumb::cel {
namespace {

struct WordOfCall {
  std::string_view function;
  const char* word;
};
constexpr WordOfCall kWordsOfCalls[] = {
    {"startsWith", "begins"}, {"endsWith", "ends"}, {"contains", "contains"}, {"matches", "matches"}, {"@in", "in"}};

class Residue {
 public:
  Residue(const ProgramCode& code, const Activation& activation, const UnknownFields& unknown)
      : code_(code), activation_(activation), unknown_(unknown), locals_(code.locals) {}

  std::optional<Json> test(std::uint32_t index) {
    const Node& node = code_.nodes[index];
    if (!is_unknown(index)) return known_test(index);
    switch (node.op) {
      case Op::kAnd:
      case Op::kOr:
        return several(node, node.op == Op::kOr);
      case Op::kNot:
        return negated(test(code_.child(node, 0)));
      case Op::kConditional:
        return conditional(node);
      case Op::kEqual:
        return pair("equal", code_.child(node, 0), code_.child(node, 1));
      case Op::kNotEqual:
        return negated(pair("equal", code_.child(node, 0), code_.child(node, 1)));
      case Op::kLess:
        return pair("less", code_.child(node, 0), code_.child(node, 1));
      case Op::kGreater:
        return pair("less", code_.child(node, 1), code_.child(node, 0));
      case Op::kLessEqual:
        return pair("at_most", code_.child(node, 0), code_.child(node, 1));
      case Op::kGreaterEqual:
        return pair("at_most", code_.child(node, 1), code_.child(node, 0));
      case Op::kHas:
        return of_one("has", member_of(node));
      case Op::kSelect:
        return of_one("is", part(index));
      case Op::kCall:
        return call(node);
      default:
        return std::nullopt;
    }
  }

 private:
  bool is_of_variable(const Node& node) const {
    return node.op == Op::kVariable && node.payload == static_cast<std::uint32_t>(unknown_.slot);
  }
  std::string field(const Node& select) const { return std::string(code_.constants[select.payload].as_text()); }
  // A field of the variable itself; "" where it is none.
  std::string field_of_variable(const Node& node) const {
    const bool selects = node.op == Op::kSelect && !node.optional && is_of_variable(code_.nodes[code_.child(node, 0)]);
    return selects ? field(node) : std::string();
  }

  bool is_unknown(std::uint32_t index) const {
    const Node& node = code_.nodes[index];
    if (is_of_variable(node)) return true;
    if (const std::string name = field_of_variable(node); !name.empty()) return unknown_.names.contains(name);
    for (std::size_t i = 0; i < node.count; ++i) {
      if (is_unknown(code_.child(node, i))) return true;
    }
    return false;
  }

  // What is known is worked out now.
  std::optional<Json> known(std::uint32_t index) {
    Value scratch;
    const Value& value = Evaluator(code_, activation_, budget_, locals_.data()).evaluate(index, scratch);
    if (value.is_error()) return std::nullopt;
    Json json;
    if (to_json(value, json, budget_).is_error()) return std::nullopt;
    return json;
  }

  std::optional<Json> known_test(std::uint32_t index) {
    std::optional<Json> value = known(index);
    return value && value->is_boolean() ? value : std::nullopt;
  }

  static std::optional<Json> of_one(const char* word, std::optional<Json> part) {
    if (!part) return std::nullopt;
    return Json{{word, std::move(*part)}};
  }

  static std::optional<Json> negated(std::optional<Json> test) {
    if (test && test->is_boolean()) return Json(!test->get<bool>());
    return of_one("not", std::move(test));
  }

  std::optional<Json> several(const Node& node, bool decisive) {
    std::vector<std::optional<Json>> tests;
    for (std::size_t i = 0; i < node.count; ++i) tests.push_back(test(code_.child(node, i)));
    return joined(std::move(tests), decisive);
  }

  static std::optional<Json> joined(std::vector<std::optional<Json>> tests, bool decisive) {
    Json left = Json::array();
    bool all = true;
    for (std::optional<Json>& one : tests) {
      if (one && one->is_boolean()) {
        if (one->get<bool>() == decisive) return Json(decisive);
      } else if (one) {
        left.push_back(std::move(*one));
      } else {
        all = false;
      }
    }
    if (!all) return std::nullopt;
    if (left.empty()) return Json(!decisive);
    if (left.size() == 1) return left.front();
    return Json{{decisive ? "any" : "all", std::move(left)}};
  }

  static std::size_t size_of(const Json& json) {
    std::size_t size = 1;
    if (json.is_structured()) {
      for (const Json& inner : json) size += size_of(inner);
    }
    return size;
  }

  std::optional<Json> conditional(const Node& node) {
    const std::optional<Json> decides = test(code_.child(node, 0));
    if (!decides) return std::nullopt;
    if (decides->is_boolean()) return test(code_.child(node, decides->get<bool>() ? 1 : 2));
    // It stands in both outcomes: conditionals that decide conditionals would double it each time.
    constexpr std::size_t kMostTwice = 256;
    if (size_of(*decides) > kMostTwice) return std::nullopt;
    return joined({joined({decides, test(code_.child(node, 1))}, false),
                   joined({negated(decides), test(code_.child(node, 2))}, false)},
                  true);
  }

  std::optional<Json> pair(const char* word, std::uint32_t a, std::uint32_t b) {
    std::optional<Json> first = value(a);
    std::optional<Json> second = value(b);
    if (!first || !second) return std::nullopt;
    return Json{{word, Json::array({std::move(*first), std::move(*second)})}};
  }

  std::optional<Json> call(const Node& node) {
    const std::string& name = code_.dispatches[node.payload].name;
    const auto* found = std::find_if(std::begin(kWordsOfCalls), std::end(kWordsOfCalls),
                                     [&](const WordOfCall& one) { return one.function == name; });
    if (found == std::end(kWordsOfCalls) || node.count != 2) return std::nullopt;
    std::optional<Json> test = pair(found->word, code_.child(node, 0), code_.child(node, 1));
    // Whether something is a key, or a pattern that is not known either, is more than a comparison.
    const auto is_constant = [&](auto is_form) {
      const Json& second = (*test)[found->word][1];
      return second.contains("value") && is_form(second["value"]);
    };
    if (test && name == "@in" && !is_constant([](const Json& one) { return one.is_array(); })) return std::nullopt;
    if (test && name == "matches" && !is_constant([](const Json& one) { return one.is_string(); })) return std::nullopt;
    return test;
  }

  std::optional<Json> value(std::uint32_t index) {
    if (is_unknown(index)) return part(index);
    std::optional<Json> constant = known(index);
    if (!constant) return std::nullopt;
    return Json{{"value", std::move(*constant)}};
  }

  std::optional<Json> part(std::uint32_t index) const {
    const Node& node = code_.nodes[index];
    if (const std::string name = field_of_variable(node); !name.empty())
      return Json{{"reading", unknown_.prefix + name}};
    return node.op == Op::kSelect && !node.optional ? member_of(node) : std::nullopt;
  }

  std::optional<Json> member_of(const Node& node) const {
    const std::string name = field_of_variable(code_.nodes[code_.child(node, 0)]);
    if (name.empty()) return std::nullopt;
    return Json{{"reading", unknown_.prefix + name}, {"member", field(node)}};
  }

  const ProgramCode& code_;
  const Activation& activation_;
  const UnknownFields& unknown_;
  Budget budget_;
  std::vector<Value> locals_;
};

}  // namespace

std::optional<Json> residue(const Program& condition, const Activation& activation, const UnknownFields& unknown) {
  const ProgramCode& code = condition.code();
  return Residue(code, activation, unknown).test(code.root);
}

}  // namespace plumb::cel
