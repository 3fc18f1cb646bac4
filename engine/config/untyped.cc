#include "engine/config/untyped.h"

#include "engine/config/formats.h"

namespace plumb::config {

using lang::Entry;
using lang::Node;

bool is_null(const Node& node) {
  constexpr std::size_t kLongest = 4;
  return node.is_null() || (node.is_plain() && node.text.size() <= kLongest &&
                            (node.text == "null" || node.text == "~" || node.text == "Null" || node.text == "NULL"));
}

Json untyped(const Node& node) {
  if (node.is_sequence()) {
    Json list = Json::array();
    for (const Node& item : node.items) list.push_back(untyped(item));
    return list;
  }
  if (node.is_map()) {
    Json map = Json::object();
    for (const Entry& entry : node.entries) map[entry.key] = untyped(entry.value);
    return map;
  }
  if (is_null(node)) return nullptr;
  if (node.is_plain()) {
    if (node.text == "true" || node.text == "false") return node.text == "true";
    if (const auto integer = parse_integer(node.text)) return *integer;
    if (const auto number = parse_number(node.text)) return *number;
  }
  return node.text;
}

bool check_exact(const Node& node, Diagnostics& diagnostics) {
  bool exact = true;
  for (const Node& item : node.items) exact = check_exact(item, diagnostics) && exact;
  for (const Entry& entry : node.entries) exact = check_exact(entry.value, diagnostics) && exact;
  if (!node.is_plain() || node.text.find('.') != std::string::npos || parse_integer(node.text)) return exact;
  if (!parse_number(node.text)) return exact;
  diagnostics.add(Diagnostic(Code::kBadValue, "a whole number that is too large to be exact")
                      .at(node.span, "numbers go to 9007199254740991 here")
                      .with_hint("in quotes it is a text"));
  return false;
}

}  // namespace plumb::config
