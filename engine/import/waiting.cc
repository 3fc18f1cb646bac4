// What a role has no default for is nothing until somebody gives it: what needs it is left out until then.
#include <algorithm>
#include <optional>

#include "engine/import/cel.h"
#include "engine/import/names.h"
#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

// Whether what was found is that a value is null or empty.
bool is_about_nothing(std::string_view why) {
  static constexpr std::string_view kWords[] = {"must not be empty",         "null cannot stand inside text",
                                                "must be an absolute path",  "has no value",
                                                "must not end with a slash", "does not have the right form"};
  // Two quotes with nothing between them: the value that was found is empty.
  return why == "no such overload" || why.starts_with("`` ") ||
         std::any_of(std::begin(kWords), std::end(kWords),
                     [&](std::string_view one) { return why.find(one) != std::string_view::npos; });
}

bool in_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

// The names behind `lead` in a text, in order.
std::vector<std::string> names_behind(std::string_view text, std::string_view lead) {
  std::vector<std::string> names;
  for (std::size_t at = text.find(lead); at != std::string_view::npos; at = text.find(lead, at + 1)) {
    if (at > 0 && (in_name(text[at - 1]) || text[at - 1] == '.')) continue;
    std::size_t end = at + lead.size();
    while (end < text.size() && in_name(text[end])) ++end;
    std::string name(text.substr(at + lead.size(), end - at - lead.size()));
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

// The end of the expression that begins behind the `${` at `at`: the place of its `}`.
std::size_t end_of_expression(std::string_view text, std::size_t at) {
  int depth = 0;
  char quote = '\0';
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != '\0') {
      if (c == '\\') ++at;
      if (c == quote) quote = '\0';
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '{') {
      ++depth;
    } else if (c == '}' && depth-- == 0) {
      return at;
    }
  }
  return std::string_view::npos;
}

// `a${x}b` as one expression.
std::optional<std::string> as_expression(std::string_view text) {
  std::string out;
  std::string literal;
  const auto add = [&](const std::string& part) { out += (out.empty() ? "" : " + ") + part; };
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at, 2) == "$$" || text.substr(at, 2) == "%{") return std::nullopt;
    if (text.substr(at, 2) != "${") {
      literal += text[at++];
      continue;
    }
    const std::size_t end = end_of_expression(text, at + 2);
    if (end == std::string_view::npos) return std::nullopt;
    const std::string inner(text.substr(at + 2, end - at - 2));
    if (at == 0 && end + 1 == text.size()) return inner;
    if (!literal.empty()) add(cel_text(literal));
    literal.clear();
    add("string(" + inner + ")");
    at = end + 1;
  }
  if (!literal.empty()) add(cel_text(literal));
  return out;
}

}  // namespace

// The condition under which the value that an expression calls `name` is there; empty where it always is.
std::string Unit::given_where(const std::string& kind, const std::string& name) const {
  const auto found =
      std::find_if(symbols_.begin(), symbols_.end(), [&](const auto& one) { return safe_name(one.first) == name; });
  if (found == symbols_.end()) return "";
  const Symbol& symbol = found->second;
  const std::string own = kind + name;
  if (kind == "values.") {
    const bool handed_on = symbol.value && symbol.value->text == "${dyn(inputs." + name + ")}";
    return handed_on || symbol.waits || !symbol.meaning.present.empty() ? own + " != null" : "";
  }
  if (!symbol.is_input) return "";
  if (symbol.may_be_null || symbol.is_sensitive || !symbol.problem.empty()) return own + " != null";
  const bool empty = symbol.by_default == nullptr
                         ? symbol.default_text.empty() && symbol.input_type == Type::kText
                         : symbol.by_default->is_scalar() && plain_type(*symbol.by_default) == Type::kText &&
                               symbol.by_default->text.empty();
  return empty ? own + " != ''" : "";
}

// How the value `name` is written, where it is one text.
std::string Unit::value_text(const std::string& name) const {
  for (const auto& [own, symbol] : symbols_) {
    if (safe_name(own) == name && symbol.value && symbol.value->is_scalar()) return symbol.value->text;
  }
  return "";
}

std::vector<std::string> Unit::needed_by(std::string_view text, int depth) const {
  constexpr int kDeepest = 4;
  std::vector<std::string> conditions;
  if (depth > kDeepest) return conditions;
  for (const char* kind : {"inputs.", "values."}) {
    for (const std::string& name : names_behind(text, kind)) {
      std::string condition = given_where(kind, name);
      const std::string own = kind + name;
      const bool guarded = text.find(own + " == null") != std::string_view::npos ||
                           text.find(own + " != null") != std::string_view::npos;
      if (guarded) continue;
      std::vector<std::string> own_conditions;
      if (!condition.empty()) own_conditions.push_back(std::move(condition));
      // What a value is made of may be nothing.
      if (own_conditions.empty() && std::string_view(kind) == "values.")
        own_conditions = needed_by(value_text(name), depth + 1);
      for (std::string& one : own_conditions) {
        if (std::find(conditions.begin(), conditions.end(), one) == conditions.end())
          conditions.push_back(std::move(one));
      }
    }
  }
  return conditions;
}

bool Unit::wait_for_values(Item& item, std::string_view line, const std::string& why) {
  if (!is_about_nothing(why) || item.kind != Item::Kind::kResource) return false;
  std::vector<std::string> conditions = needed_by(line);
  const Written* loop = item.find("for_each");
  if (conditions.empty() && loop != nullptr && loop->entries.size() == 1 && why != "no such overload") {
    const std::string& element = loop->entries.front().name;
    if (line.find("${" + element + "}") != std::string_view::npos) conditions.push_back(element + " != ''");
  }
  std::erase_if(conditions, [&](const std::string& one) { return !item.opened.insert(one).second; });
  if (conditions.empty()) return false;
  std::string all;
  for (const std::string& one : conditions) all += (all.empty() ? "" : " && ") + one;
  if (Written* when = item.find("when")) {
    const bool joins = when->text.find("||") != std::string::npos || when->text.find('?') != std::string::npos;
    when->text = all + " && " + (joins ? "(" + when->text + ")" : when->text);
  } else {
    item.keys.insert(item.keys.begin() + (loop == nullptr ? 1 : 2), {"when", Written::of_text(all)});
  }
  note(item.row, "it waits for what the role has no default for: `" + all + "`");
  return true;
}

bool Unit::wait_for_values(const std::string& name, Symbol& symbol, const std::string& why) {
  if (!is_about_nothing(why) || !symbol.value || !symbol.value->is_scalar() || symbol.value->plain) return false;
  std::vector<std::string> conditions = needed_by(symbol.value->text);
  std::erase_if(conditions, [&](const std::string& one) {
    return one.starts_with("values." + safe_name(name) + " ") || !symbol.opened.insert(one).second;
  });
  const std::optional<std::string> expression = as_expression(symbol.value->text);
  if (conditions.empty() || !expression) return false;
  std::string all;
  for (const std::string& one : conditions) all += (all.empty() ? "" : " && ") + one;
  symbol.value = Written::of_text("${" + all + " ? dyn(" + *expression + ") : dyn(null)}");
  symbol.waits = true;
  return true;
}

}  // namespace plumb::imports
