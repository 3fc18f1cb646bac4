#include "engine/config/type_hint.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "engine/base/joined.h"
#include "engine/base/trimmed.h"
#include "engine/config/formats.h"
#include "engine/config/untyped.h"
#include "engine/config/words.h"

namespace plumb::config {
namespace {

using lang::Node;

// As it may stand between brackets.
std::string item_text(const Node& node, bool sensitive) {
  constexpr std::size_t kLongest = 60;
  const bool quoted = !node.is_plain() || node.text.find_first_of(",[]{}*#\"") != std::string::npos;
  const bool shown =
      !sensitive && node.text.size() <= kLongest && node.text.find_first_of("\"\\\n") == std::string::npos;
  const std::string text = shown ? node.text : "…";
  return quoted ? "\"" + text + "\"" : text;
}

// Of words with commas between, as other tools take them for a list; else nothing.
std::string items_text(const Node& node, bool sensitive) {
  constexpr std::size_t kLongest = 100;
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./@";
  if (sensitive || node.text.size() > kLongest || node.text.find(',') == std::string::npos) return {};
  std::string items;
  for (std::string_view rest = node.text; !rest.empty();) {
    const std::string_view item = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(item.size() + 1, rest.size()));
    const std::string_view word = trimmed(item);
    if (word.empty() || word.find_first_not_of(kPlain) != std::string_view::npos) return {};
    items.append(items.empty() ? "" : ", ").append(word);
  }
  return items;
}

std::string on_a_line(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_structured()) return value.dump();
  std::string text;
  for (const auto& [key, part] : value.items())
    append_item(text, (value.is_object() ? key + ": " : "") + on_a_line(part));
  return value.is_object() ? "{" + text + "}" : "[" + text + "]";
}

// A map that could stand there, as one writes it on a line.
std::string like(const Json* examples) {
  constexpr std::size_t kLongest = 100;
  if (examples == nullptr || examples->empty() || !examples->front().is_object()) return {};
  std::string text;
  for (const auto& [key, value] : examples->front().items())
    text += (text.empty() ? "{" : ", ") + key + ": " + on_a_line(value);
  return text.empty() || text.size() > kLongest ? std::string() : "such as " + text + "}";
}

}  // namespace

std::string hint_for_type(const Node& node, const std::set<std::string>& types, const Rule* schema, bool sensitive) {
  std::string hint;
  const auto one_of = [&](std::initializer_list<std::string_view> words) {
    return node.is_scalar() && std::find(words.begin(), words.end(), node.text) != words.end();
  };
  if (types.contains("boolean") && node.is_scalar()) {
    if (one_of({"yes", "on", "y", "Yes", "YES", "On", "ON", "Y"})) hint = "write true";
    if (one_of({"no", "off", "n", "No", "NO", "Off", "OFF", "N"})) hint = "write false";
  }
  const bool number = types.contains("integer") || types.contains("number");
  if (number && is_without_bounds(node)) hint = "no number here is infinite or none: give the largest that is meant";
  if (node.is_scalar() && !node.is_plain()) {
    if ((number && parse_number(node.text)) || (types.contains("boolean") && one_of({"true", "false"}))) {
      hint = "remove the quotes";
    }
  } else if (number && is_too_large(node)) {
    hint = "whole numbers go to 9007199254740991 here";
  } else if (number && node.is_scalar() && !node.text.empty() && node.text[0] >= '0' && node.text[0] <= '9') {
    hint = types.contains("number") ? "write plain decimal digits, without `_` or leading zeros"
                                    : "write decimal digits only, without `.`, `_` or leading zeros";
  }
  if (hint.empty() && types.contains("array") && node.is_scalar()) {
    const std::string items = items_text(node, sensitive);
    hint = items.empty() ? "write a list with one item: [" + item_text(node, sensitive) + "]"
                         : "write a list: [" + items + "]";
  }
  if (hint.empty() && types.contains("array") && node.is_map()) hint = "write a list: each item begins with `- `";
  if (hint.empty() && types.contains("object")) hint = like(schema == nullptr ? nullptr : schema->examples);
  if (hint.empty() && schema != nullptr && !node.is_scalar() && !text_of(schema->expected).empty())
    hint = "expected " + text_of(schema->expected);
  return hint;
}

}  // namespace plumb::config
