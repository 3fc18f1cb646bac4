#include "engine/config/validate.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "engine/base/joined.h"
#include "engine/base/nearest.h"
#include "engine/config/conditions.h"
#include "engine/config/expression_type.h"
#include "engine/config/formats.h"
#include "engine/config/rules.h"
#include "engine/config/text_pattern.h"
#include "engine/config/type_hint.h"
#include "engine/config/untyped.h"
#include "engine/config/words.h"

namespace plumb::config {
namespace {

using lang::Entry;
using lang::Node;

constexpr std::size_t kMostFindings = 1000;

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

class Validator {
 public:
  Validator(const ValidateOptions& options, Rules& rules, Diagnostics& diagnostics)
      : options_(options), rules_(rules), out_(&diagnostics) {}

  std::optional<Json> value(const Node& node, const Json& given, const std::string& name, const SourceSpan& where,
                            bool outermost = false) {
    const Rule& schema = rules_.of(given);
    if (out_->error_count() >= kMostFindings) return std::nullopt;
    if (schema.schema->is_boolean()) return without_type(node);
    if (const cel::Type* type = expression_type(node)) {
      // Its value is not known yet; null stands for it.
      if (!check_expression_type(*type, schema, rules_, name, node.span, *out_)) return std::nullopt;
      return Json(nullptr);
    }
    if (const Json* choice = schema.choice()) return choose(node, *choice, name, where);
    if (!schema.types.any()) return without_type(node);
    std::optional<Json> result = by_type(node, schema, name, where, outermost);
    const bool partial =
        (outermost && !options_.later.empty()) || (result && result->is_object() && options_.types != nullptr);
    if (result && !partial && !allowed(*result, node, schema, name, where)) return std::nullopt;
    return result;
  }

 private:
  Json without_type(const Node& node) {
    if (!options_.keep_untyped) return nullptr;
    check_exact(node, *out_);
    return untyped(node);
  }

  const cel::Type* expression_type(const Node& node) const {
    if (options_.types == nullptr) return nullptr;
    const auto found = options_.types->find(&node);
    return found == options_.types->end() ? nullptr : found->second;
  }

  void report(Code code, std::string summary, const SourceSpan& span, std::string label, std::string hint = {}) {
    out_->add(Diagnostic(code, std::move(summary)).at(span, std::move(label)).with_hint(std::move(hint)));
  }

  std::optional<Json> by_type(const Node& node, const Rule& schema, const std::string& name, const SourceSpan& where,
                              bool outermost) {
    const Types& types = schema.types;
    const bool null = is_null(node);
    if (null && types.null) return Json(nullptr);
    if (node.is_map() && types.map) return object(node, schema, name, where, outermost);
    if (node.is_sequence() && types.list) return array(node, schema, name);
    if (!node.is_scalar() || null) return wrong(node, types_of(*schema.schema), name, where, &schema);
    if (const std::string& format = text_of(schema.format); format_gives_number(format)) {
      return formatted(node, schema, name);
    }
    if (node.is_plain() && (types.boolean || types.integer || types.number)) {
      const Json plain = exact_value(node.text);
      // Where a text is as good, 1.10, 0x1F and True are one: what reads them may take 1.1, 31 and true for others.
      if (types.text && !plain.is_null() && plain.dump() != node.text) return text(node, schema, name);
      if (types.boolean && plain.is_boolean()) return plain;
      if (plain.is_number_integer() && (types.integer || types.number)) return plain;
      if (types.number && plain.is_number()) return plain;
    }
    if (types.text) return text(node, schema, name);
    return wrong(node, types_of(*schema.schema), name, where, &schema);
  }

  // `schema` may be null.
  std::optional<Json> wrong(const Node& node, const std::set<std::string>& types, const std::string& name,
                            const SourceSpan& where, const Rule* schema = nullptr) {
    const std::string wanted = words_for(types);
    if (is_null(node)) {
      const bool words = node.is_scalar() && types.contains("string");
      report(Code::kWrongType, name + " has no value", node.is_null() ? where : node.span, "expected " + wanted,
             words ? std::string("quote it if the text itself is meant; remove ") +
                         (name.starts_with("an item") ? "the item" : "the key") + " for none"
             : types.contains("string") ? "write \"\" for the empty text, or remove it"
                                        : "give it a value, or remove it");
      return std::nullopt;
    }
    report(Code::kWrongType, name + " must be " + wanted, node.span, found_words(node),
           hint_for_type(node, types, schema, options_.sensitive));
    return std::nullopt;
  }

  // What there is to say where only one value can be is that one.
  std::string hint_for_missing(const std::string& key, const Json& schema) {
    const Rule& rule = rules_.of(schema);
    if (rule.constant != nullptr && rule.constant->is_string())
      return "write `" + key + ": " + rule.constant->get<std::string>() + "`";
    return text_of(rule.description);
  }

  std::optional<Json> formatted(const Node& node, const Rule& schema, const std::string& name) {
    Result<Json> result = apply_format(text_of(schema.format), node.text, name, options_.project_folder);
    if (result) return std::move(*result);
    Diagnostic diagnostic = result.error().diagnostic();
    diagnostic.span = node.span;
    if (diagnostic.code == Code::kBadValue && diagnostic.hint.empty() && schema.examples != nullptr &&
        !schema.examples->empty() && schema.examples->front().is_string())
      diagnostic.hint = "such as " + schema.examples->front().get<std::string>();
    out_->add(std::move(diagnostic));
    return std::nullopt;
  }

  std::optional<Json> text(const Node& node, const Rule& schema, const std::string& name) {
    if (node.text.find('\0') != std::string::npos) {
      report(Code::kBadValue, name + " holds a NUL character", node.span, "no text of a host can hold one");
      return std::nullopt;
    }
    const std::size_t least = schema.min_length != nullptr ? schema.min_length->get<std::size_t>() : 0;
    // An empty text says more about itself than that it is not a path.
    if (node.text.empty() && least > 0) {
      report(Code::kBadValue, name + " must not be empty", node.span, "expected some text");
      return std::nullopt;
    }
    std::optional<Json> result = Json(node.text);
    if (!text_of(schema.format).empty()) result = formatted(node, schema, name);
    if (!result || !result->is_string()) return result;
    const std::string& value = result->get_ref<const std::string&>();
    if (least > 0 && characters(value) < least) {
      report(Code::kBadValue, name + " is too short", node.span,
             "expected at least " + std::to_string(least) + " characters");
      return std::nullopt;
    }
    if (schema.max_length != nullptr && characters(value) > schema.max_length->get<std::size_t>()) {
      report(Code::kBadValue, name + " is too long", node.span,
             "expected at most " + std::to_string(schema.max_length->get<std::size_t>()) + " characters");
      return std::nullopt;
    }
    if (const std::string& pattern = text_of(schema.pattern); !pattern.empty() && !matches(value, pattern)) {
      if (is_told_of_expression(node)) return std::nullopt;
      report(Code::kBadValue, name + " does not have the right form", node.span, expected_form(schema, value),
             blanks_hint(value, pattern));
      return std::nullopt;
    }
    return result;
  }

  // That there is an expression where none can be says enough of its form.
  bool is_told_of_expression(const Node& node) const {
    if (node.text.find("${") == std::string::npos) return false;
    const std::vector<Diagnostic>& told = out_->items();
    return std::any_of(told.begin(), told.end(), [&node](const Diagnostic& one) {
      return one.code == Code::kExpressionUnsupported && one.span && one.span->file == node.span.file &&
             one.span->line == node.span.line && one.span->column >= node.span.column &&
             one.span->column <= node.span.end_column;
    });
  }

  // As of what a file holds, whose last line has an end.
  static std::string blanks_hint(const std::string& value, const std::string& pattern) {
    constexpr const char* kWhite = " \t\r\n";
    const std::size_t begin = value.find_first_not_of(kWhite);
    if (begin == std::string::npos) return {};
    const std::string trimmed = value.substr(begin, value.find_last_not_of(kWhite) + 1 - begin);
    if (trimmed == value || !matches(trimmed, pattern)) return {};
    return "without the white space at its ends it has: `.trim()` of an expression takes that away, `|-` the end of a "
           "block";
  }

  static std::string expected_form(const Rule& schema, const std::string& value) {
    if (compiled_pattern(text_of(schema.pattern)).is_too_long(value))
      return "expected at most " + std::to_string(TextPattern::kLongestText) + " bytes";
    const std::string& expected = text_of(schema.expected);
    return expected.empty() ? "expected a text that matches " + text_of(schema.pattern) : "expected " + expected;
  }

  static bool matches(const std::string& value, const std::string& pattern) {
    return compiled_pattern(pattern).matches(value);
  }

  std::optional<Json> array(const Node& node, const Rule& schema, const std::string& name) {
    Json result = Json::array();
    bool good = true;
    std::map<std::string, std::size_t> seen;
    const bool unique = schema.unique_items != nullptr && schema.unique_items->get<bool>();
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const Node& item = node.items[i];
      std::optional<Json> typed =
          schema.items != nullptr ? value(item, *schema.items, "an item of " + name, item.span) : untyped(item);
      if (!typed) {
        good = false;
        continue;
      }
      if (unique && expression_type(item) == nullptr) {
        const auto [first, added] = seen.try_emplace(canonical(*typed), i);
        if (!added) {
          out_->add(Diagnostic(Code::kBadValue, "an item of " + name + " stands twice")
                        .at(item.span, "a second time here")
                        .with_related(node.items[first->second].span, "first here"));
          good = false;
        }
      }
      result.push_back(std::move(*typed));
    }
    const std::size_t least = schema.min_items != nullptr ? schema.min_items->get<std::size_t>() : 0;
    if (node.items.size() < least) {
      report(Code::kBadValue, name + " has too few items", node.span, "expected at least " + std::to_string(least));
      good = false;
    }
    if (schema.max_items != nullptr && node.items.size() > schema.max_items->get<std::size_t>()) {
      report(Code::kBadValue, name + " has too many items", node.span,
             "expected at most " + std::to_string(schema.max_items->get<std::size_t>()));
      good = false;
    }
    return good ? std::optional<Json>(std::move(result)) : std::nullopt;
  }

  // The schema for a key of a map; null where the map does not take it.
  static const Json* schema_for(const Rule& schema, const std::string& key) {
    if (schema.properties != nullptr) {
      if (const auto found = schema.properties->find(key); found != schema.properties->end()) return &*found;
    }
    if (schema.pattern_properties != nullptr) {
      for (const auto& [pattern, part] : schema.pattern_properties->items()) {
        if (matches(key, pattern)) return &part;
      }
    }
    static const Json kAnything = true;
    const Json* additional = schema.additional_properties;
    if (additional == nullptr) return &kAnything;
    return additional->is_boolean() && !additional->get<bool>() ? nullptr : additional;
  }

  std::string shown_key(const std::string& key, bool outermost) const {
    return "`" + (outermost && key == options_.alias_of ? options_.alias : key) + "`";
  }

  // What messages call the value of a map's entry.
  std::string name_of(const Entry& entry, const Rule& map, const std::string& name, bool outermost) const {
    const bool given = map.properties != nullptr && map.properties->contains(entry.key);
    return options_.sensitive && !given ? "a value of " + name : shown_key(entry.key, outermost);
  }

  std::optional<Json> object(const Node& node, const Rule& schema, const std::string& name, const SourceSpan& where,
                             bool outermost) {
    Json::object_t result;
    bool good = true;
    std::set<std::string> failed;
    const Rule* const key_rule = schema.property_names != nullptr ? &rules_.of(*schema.property_names) : nullptr;
    for (const Entry& entry : node.entries) {
      if (outermost && options_.later.contains(entry.key)) continue;
      const Json* part = schema_for(schema, entry.key);
      if (part == nullptr) {
        unknown_key(entry, schema, name);
        good = false;
        continue;
      }
      if (key_rule != nullptr) good = key_form(entry, *key_rule, name, schema) && good;
      std::optional<Json> typed = value(entry.value, *part, name_of(entry, schema, name, outermost), entry.key_span);
      if (typed) {
        result.insert_or_assign(entry.key, std::move(*typed));
      } else {
        failed.insert(entry.key);
        good = false;
      }
    }
    if (schema.required != nullptr) {
      for (const Json& key : *schema.required) {
        const std::string& wanted = key.get_ref<const std::string&>();
        if (result.contains(wanted) || failed.contains(wanted) || (outermost && options_.later.contains(wanted)))
          continue;
        const Json* part = schema_for(schema, wanted);
        report(Code::kMissingKey, shown_key(wanted, outermost) + " is missing" + in(name), where,
               "needs " + shown_key(wanted, outermost), part != nullptr ? hint_for_missing(wanted, *part) : "");
        good = false;
      }
    }
    if (schema.min_properties != nullptr && node.entries.size() < schema.min_properties->get<std::size_t>()) {
      report(Code::kBadValue, name + " must not be empty", where, "expected at least one key");
      good = false;
    }
    good = exclusive(node, schema, outermost) && good;
    if (!good) return std::nullopt;
    for (const auto& [key, value] : schema.defaults) {
      if (!outermost || !options_.later.contains(*key)) result.emplace(*key, *value);
    }
    return Json(std::move(result));
  }

  // A name in what may be secret, such as a header with its value in it, is not told: its line is, where it may be.
  bool key_form(const Entry& entry, const Rule& form, const std::string& name, const Rule& map) {
    const std::string& pattern = text_of(form.pattern);
    if (pattern.empty() || matches(entry.key, pattern)) return true;
    const bool hidden = options_.sensitive || map.schema->contains("x-secret-capable");
    report(Code::kBadValue, (hidden ? "this" : "`" + entry.key + "`") + " cannot be a name in " + name, entry.key_span,
           expected_form(form, entry.key));
    return false;
  }

  // For a word of another tool.
  static const std::string& hint_for(const Rule& schema, const std::string& word) {
    if (schema.elsewhere == nullptr || !schema.elsewhere->contains(word)) return text_of(nullptr);
    return text_of(&(*schema.elsewhere)[word]);
  }

  void unknown_key(const Entry& entry, const Rule& schema, const std::string& name) {
    std::vector<std::string> known;
    if (schema.properties != nullptr) {
      for (const auto& [key, part] : schema.properties->items()) known.push_back(key);
    }
    if (const std::string& other = hint_for(schema, entry.key); !other.empty()) {
      return report(Code::kUnknownKey, "unknown key `" + entry.key + "`" + in(name), entry.key_span, "not known here",
                    other);
    }
    const std::string near = nearest(entry.key, known);
    std::string hint;
    if (near.empty() && !known.empty() && known.size() <= 24) {
      hint = "known here: ";
      for (std::size_t i = 0; i < known.size(); ++i) hint += (i == 0 ? "" : ", ") + known[i];
    }
    report(Code::kUnknownKey, "unknown key" + (options_.sensitive ? "" : " `" + entry.key + "`") + in(name),
           entry.key_span, near.empty() ? "not known here" : "did you mean `" + near + "`?", std::move(hint));
  }

  // x-exclusive: of the keys of each list at most one may be given.
  bool exclusive(const Node& node, const Rule& schema, bool outermost) {
    bool good = true;
    if (schema.exclusive == nullptr) return good;
    for (const Json& keys : *schema.exclusive) {
      const Entry* first = nullptr;
      for (const Entry& entry : node.entries) {
        if (std::find(keys.begin(), keys.end(), Json(entry.key)) == keys.end()) continue;
        if (first == nullptr) {
          first = &entry;
          continue;
        }
        out_->add(Diagnostic(Code::kExclusiveKeys, shown_key(first->key, outermost) + " and " +
                                                       shown_key(entry.key, outermost) + " exclude each other")
                      .at(entry.key_span, "only one of them may be given")
                      .with_related(first->key_span, "the other one"));
        good = false;
      }
    }
    return good;
  }

  // What holds beyond the type: enum, const, range and conditions between keys.
  bool allowed(const Json& value, const Node& node, const Rule& schema, const std::string& name,
               const SourceSpan& where) {
    if (schema.constant != nullptr && value != *schema.constant) {
      report(Code::kBadValue, name + " cannot have this value", node.span, "expected " + shown(*schema.constant));
      return false;
    }
    if (schema.values != nullptr) {
      const Json& values = *schema.values;
      if (std::find(values.begin(), values.end(), value) == values.end()) {
        std::vector<std::string> texts;
        for (const Json& one : values) texts.push_back(one.is_string() ? one.get<std::string>() : canonical(one));
        const std::string word = value.is_string() ? value.get<std::string>() : "";
        const std::string& other = hint_for(schema, word);
        const std::string near = other.empty() ? nearest(word, texts) : "";
        report(Code::kBadValue, name + " cannot have this value", node.span,
               near.empty() ? "expected " + list_of(values) : "did you mean `" + near + "`?",
               near.empty() ? other : "it takes " + list_of(values));
        return false;
      }
    }
    if (value.is_number()) {
      const bool low = schema.minimum != nullptr && value < *schema.minimum;
      const bool high = schema.maximum != nullptr && value > *schema.maximum;
      if (low || high) {
        const std::string least = schema.minimum != nullptr ? canonical(*schema.minimum) : "";
        const std::string most = schema.maximum != nullptr ? canonical(*schema.maximum) : "";
        report(Code::kBadValue, name + (low ? " is too small" : " is too large"), node.span,
               "expected " + (least.empty()  ? "at most " + most
                              : most.empty() ? "at least " + least
                                             : least + " to " + most));
        return false;
      }
    }
    return !value.is_object() || check_conditions({value, node, name, where}, schema.conditions, rules_.root(), *out_);
  }

  // The branch that the node's shape asks for; messages speak of that branch alone.
  std::optional<Json> choose(const Node& node, const Json& branches, const std::string& name, const SourceSpan& where) {
    Diagnostics* const outer = out_;
    std::optional<Diagnostics> best;
    bool best_fits = false;
    bool best_constant = false;
    std::string constants;
    for (const Json& given : branches) {
      const Rule& branch = rules_.of(given);
      Diagnostics attempt;
      out_ = &attempt;
      std::optional<Json> result = value(node, given, name, where);
      out_ = outer;
      if (result) return result;
      const bool fits = node.is_map()        ? branch.types.map
                        : node.is_sequence() ? branch.types.list
                                             : !branch.types.map && !branch.types.list;
      const bool constant = branch.constant != nullptr;
      if (constant) append_item(constants, shown(*branch.constant), " or ");
      const bool nearer = attempt.error_count() < (best ? best->error_count() : 0) || (best_constant && !constant);
      if (!best || (fits && !best_fits) || (fits == best_fits && nearer)) {
        best = std::move(attempt);
        best_fits = fits;
        best_constant = constant;
      }
    }
    if (!best_fits || (node.is_scalar() && best->items()[0].code == Code::kWrongType)) {
      std::set<std::string> types;
      for (const Json& branch : branches) types.merge(types_of(rules_.resolve(branch)));
      return wrong(node, types, name, where);
    }
    if (!constants.empty() && !best_constant && best->items().size() == 1 && best->items()[0].hint.empty()) {
      out_->add(Diagnostic(best->items()[0]).with_hint("or write " + constants));
    } else {
      out_->extend(std::move(*best));
    }
    return std::nullopt;
  }

  const ValidateOptions& options_;
  Rules& rules_;
  Diagnostics* out_;
};

// `{type: string}`, by far the most common schema there is.
bool is_any_text(const Json& schema) {
  return schema.is_object() && schema.size() == 1 && schema.begin().key() == "type" && schema.front() == "string";
}

}  // namespace

std::optional<Json> validate(const Node& node, const Json& schema, std::string_view name, const SourceSpan& where,
                             const ValidateOptions& options, Diagnostics& diagnostics) {
  const bool is_text = node.is_scalar() && !is_null(node) && node.text.find('\0') == std::string::npos;
  if (is_text && options.types == nullptr && is_any_text(schema)) return Json(node.text);
  Rules own(options.root != nullptr ? *options.root : schema);
  Rules& rules = options.rules != nullptr ? *options.rules : own;
  return Validator(options, rules, diagnostics).value(node, schema, std::string(name), where, true);
}

}  // namespace plumb::config
