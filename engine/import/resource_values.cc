// The values of parameters, in the form that attributes have: texts, numbers, lists, what may be left out.
#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/resource.h"
#include "engine/import/translate_text.h"

namespace plumb::imports {
namespace {

using lang::Node;

// `key: value` pairs of `{a=b,c=d}`.
std::vector<std::pair<std::string, std::string>> pairs_of(std::string_view table) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (std::size_t at = 0; at < table.size();) {
    const std::size_t end = std::min(table.find(',', at), table.size());
    const std::string_view one = table.substr(at, end - at);
    const std::size_t equals = one.find('=');
    if (equals != std::string_view::npos) pairs.emplace_back(one.substr(0, equals), one.substr(equals + 1));
    at = end + 1;
  }
  return pairs;
}

// Python's patterns that RE2 writes otherwise.
std::string pattern_text(std::string text) {
  for (std::size_t at = text.find("\\Z"); at != std::string::npos; at = text.find("\\Z", at))
    text.replace(at, 2, "\\z");
  if (text.find("(?=") != std::string::npos || text.find("(?!") != std::string::npos ||
      text.find("(?<") != std::string::npos)
    throw Untranslatable{"a pattern that looks around (RE2 does not)"};
  return text;
}

bool is_omit(const ExprPtr& expr) {
  return expr != nullptr && expr->is(Expr::Kind::kName) && expr->text == "omit";
}

// A value that may be left out: nothing at all, or `value` where it is there or `decides` says so.
struct Omission {
  ExprPtr value;
  ExprPtr decides;
  bool negated = false;
  bool empty_too = false;  // what is empty is left out as well
};

std::optional<Omission> omission_of(const Node& node) {
  if (!node.is_scalar() || node.text.find("omit") == std::string::npos) return std::nullopt;
  const std::vector<TextPart> parts = parse_text(node.text);
  const ExprPtr& expr = parts.front().expression;
  if (parts.size() != 1 || expr == nullptr) return std::nullopt;
  if (is_omit(expr)) return Omission{};
  const std::vector<ExprPtr>& inner = expr->children;
  if (expr->is(Expr::Kind::kConditional)) {
    if (is_omit(inner[2])) return Omission{inner[0], inner[1], false, false};
    if (is_omit(inner[0]) && inner[2] != nullptr) return Omission{inner[2], inner[1], true, false};
    return std::nullopt;
  }
  if (expr->is(Expr::Kind::kOr) && is_omit(inner[1])) return Omission{inner[0], nullptr, false, true};
  if (!expr->is(Expr::Kind::kFilter)) return std::nullopt;
  if (expr->text == "ternary" && inner.size() == 3) {
    if (is_omit(inner[2])) return Omission{inner[1], inner[0], false, false};
    if (is_omit(inner[1])) return Omission{inner[2], inner[0], true, false};
  }
  if ((expr->text != "default" && expr->text != "d") || inner.size() < 2 || !is_omit(inner[1])) return std::nullopt;
  const bool empty_too = inner.size() > 2 && inner[2]->is(Expr::Kind::kBool) && inner[2]->text == "true";
  return Omission{inner[0], nullptr, false, empty_too};
}

// A value, or null where it is not given: an attribute that is null is not given either.
std::string given_or_null(const Cel& value, bool empty_too, Form form) {
  std::string text = value.text;
  if (form == Form::kText && (value.type == Type::kInt || value.type == Type::kAny)) text = "string(" + text + ")";
  if (form == Form::kList && value.type == Type::kText) text = value.in_brackets(rank::kAtom) + ".split(',')";
  if (form == Form::kList && value.type == Type::kAny)
    text = "(type(" + text + ") == list ? " + text + " : string(" + text + ").split(','))";
  std::string there = value.present;
  if (empty_too) {
    const std::string full = value.type == Type::kText ? value.in_brackets(rank::kSum) + " != ''"
                             : value.type == Type::kList || value.type == Type::kMap
                                 ? "size(" + value.text + ") > 0"
                                 : "optional.ofNonZeroValue(" + value.text + ").hasValue()";
    there += (there.empty() ? "" : " && ") + full;
  }
  if (there.empty()) return text;
  if (text == value.text && there == text + " != null") return text;
  return there + " ? dyn(" + text + ") : dyn(null)";
}

}  // namespace

std::string Builder::text(std::initializer_list<std::string_view> names, Names& local) {
  const Node* found = task_.argument(names);
  ignore(names);
  if (found == nullptr) return "";
  return translate_text(found->text, local).text;
}

Written Builder::write(const Node& node, Form form, Names& local) {
  if (form == Form::kList) {
    if (node.is_scalar() && holds_jinja(node.text)) {
      const Text whole = translate_text(node.text, local);
      if (!whole.whole) {
        // Texts with commas between them.
        std::vector<Written> items;
        for (std::size_t at = 0; at <= node.text.size();) {
          std::size_t end = at;
          int depth = 0;
          while (end < node.text.size() && (depth > 0 || node.text[end] != ',')) {
            if (node.text.compare(end, 2, "{{") == 0) ++depth;
            if (node.text.compare(end, 2, "}}") == 0) --depth;
            ++end;
          }
          items.push_back(Written::of_text(translate_text(node.text.substr(at, end - at), local).text));
          at = end + 1;
        }
        return Written::of_list(std::move(items));
      }
      const Cel& value = whole.value;
      if (value.type == Type::kText) return Written::of_text("${" + value.in_brackets(0) + ".split(',')}");
      if (value.type == Type::kAny)
        return Written::of_text("${type(" + value.text + ") == list ? " + value.in_brackets(rank::kOr) + " : string(" +
                                value.text + ").split(',')}");
      return Written::of_text(whole.text);
    }
    std::vector<Written> items;
    for (const Node& item : items_of(node)) {
      if (item.is_map()) throw Untranslatable{"a list of maps where texts are wanted"};
      items.push_back(write(item, Form::kText, local));
    }
    return Written::of_list(std::move(items));
  }
  if (node.is_null()) return Written::of_text("");
  if (!node.is_scalar()) return unit_.written_of(node, local);
  if (form == Form::kPattern) return Written::of_text(translate_text(pattern_text(node.text), local).text);
  if (!holds_jinja(node.text)) {
    if (form == Form::kBool) return Written::of_plain(is_true_word(node.text) || node.text == "1" ? "true" : "false");
    if (form == Form::kInt && plain_type(node) == Type::kInt) return Written::of_plain(node.text);
    if (form == Form::kInt && !node.text.empty() && node.text.find_first_not_of("0123456789") == std::string::npos)
      return Written::of_plain(node.text);
    // YAML 1.1 reads `0o700` as text, and Ansible that text as the mode.
    if (form == Form::kMode && node.text.starts_with("0o")) return Written::of_text("0" + node.text.substr(2));
    if (form == Form::kMode && node.text.size() < 4 && node.text.find_first_not_of("01234567") == std::string::npos)
      return Written::of_text(std::string(4 - node.text.size(), '0') + node.text);
    return Written::of_text(escaped(node.text));
  }
  const Text value = translate_text(node.text, local);
  if (!value.whole) return Written::of_text(value.text);
  Cel cel = value.value;
  if (form == Form::kBool && cel.type != Type::kBool) {
    cel = cel.type == Type::kInt
              ? Cel{cel.in_brackets(rank::kSum) + " == 1", Type::kBool, Type::kAny, rank::kRelation, "", ""}
              : Cel{text_of(cel) + ".lowerAscii() in ['true', 'yes', 'on', '1']",
                    Type::kBool,
                    Type::kAny,
                    rank::kRelation,
                    "",
                    ""};
  } else if (form == Form::kInt && cel.type == Type::kText) {
    cel = {"int(" + cel.text + ")", Type::kInt, Type::kAny, 0, "", ""};
  } else if (form == Form::kText && (cel.type == Type::kInt || cel.type == Type::kFloat)) {
    cel = {"string(" + cel.text + ")", Type::kText, Type::kAny, 0, "", ""};
  } else if (form == Form::kText && cel.type == Type::kBool) {
    cel = {printed(cel), Type::kText, Type::kAny, rank::kConditional, "", ""};
  } else if (form == Form::kMode && cel.type == Type::kInt) {
    cel = {"'0%s'.format([string(" + cel.text + ")])", Type::kText, Type::kAny, 0, "", ""};
  }
  const std::optional<std::string> known = cel.type == Type::kText ? literal_text(cel) : std::nullopt;
  return Written::of_text(known ? escaped(*known) : "${" + cel.text + "}");
}

Written Builder::mapped(const Node& node, std::string_view table, Names& local) {
  const auto pairs = pairs_of(table);
  if (node.is_scalar() && !holds_jinja(node.text)) {
    for (const auto& [theirs, ours] : pairs) {
      if (theirs == node.text) return Written::of_text(ours);
    }
    throw Untranslatable{"`" + node.text + "`, which has no word here"};
  }
  const std::optional<Omission> omission = omission_of(node);
  const bool may_lack = omission && omission->value != nullptr;
  Cel value = may_lack ? translate(*omission->value, local) : text_expression(node.text, local);
  if (may_lack && omission->decides != nullptr) {
    const Cel decides = condition(*omission->decides, local);
    value.present = (omission->negated ? negation_of(decides) : decides).in_brackets(rank::kAnd);
  }
  std::string map;
  bool same = true;
  // One word that only has to be there or not.
  const std::optional<std::string> word = value.type == Type::kText ? literal_text(value) : std::nullopt;
  const auto known =
      std::find_if(pairs.begin(), pairs.end(), [&](const auto& pair) { return word && pair.first == *word; });
  if (word && known == pairs.end()) throw Untranslatable{"`" + *word + "`, which has no word here"};
  if (word) value.text = cel_text(known->second);
  for (const auto& [theirs, ours] : pairs) {
    same = same && theirs == ours;
    map += (map.empty() ? "" : ", ") + cel_text(theirs) + ": " + cel_text(ours);
  }
  Cel ours = value;
  if (!same && !word) ours = {"{" + map + "}[" + value.text + "]", Type::kText, Type::kAny, 0, "", value.present};
  if (!may_lack) return Written::of_text("${" + ours.text + "}");
  // Null where it is not given.
  const std::string there = ours.present.empty() ? "true" : ours.present;
  const std::string full = omission->empty_too ? " && optional.ofNonZeroValue(" + value.text + ").hasValue()" : "";
  return Written::of_text("${" + there + full + " ? dyn(" + ours.text + ") : dyn(null)}");
}

std::optional<Written> Builder::take(std::initializer_list<std::string_view> names, Form form, Names& local) {
  const Node* node = task_.argument(names);
  ignore(names);
  if (node == nullptr || node->is_null()) return std::nullopt;
  if (const std::optional<Omission> omission = omission_of(*node)) {
    const ExprPtr& value = omission->value;
    if (value == nullptr) return std::nullopt;
    Cel found = translate(*value, local);
    if (omission->decides != nullptr) {
      Cel decides = condition(*omission->decides, local);
      if (omission->negated) decides = negation_of(decides);
      if (decides.text == "false") return std::nullopt;
      found.present = decides.text == "true" ? "" : decides.in_brackets(rank::kAnd);
    }
    if (found.present == "false") return std::nullopt;
    return Written::of_text("${" + given_or_null(found, omission->empty_too, form) + "}");
  }
  if (node->is_scalar() && node->text.find("omit") != std::string::npos) {
    // Somewhere among other values: null is not given either.
    LocalNames with_omit(local);
    with_omit.set("omit", {"dyn(null)", Type::kAny, Type::kAny, 0, "", ""});
    return Written::of_text("${" + text_expression(node->text, with_omit).text + "}");
  }
  return write(*node, form, local);
}

}  // namespace plumb::imports
