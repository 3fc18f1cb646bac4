#include "engine/import/literal.h"

#include <algorithm>

#include "engine/import/expression.h"
#include "engine/import/jinja.h"
#include "engine/import/names.h"
#include "engine/import/translate_text.h"

namespace plumb::imports {

using lang::Entry;
using lang::Node;

bool holds_jinja_within(const Node& node) {
  if (node.is_scalar()) return holds_jinja(node.text);
  return std::any_of(node.items.begin(), node.items.end(), holds_jinja_within) ||
         std::any_of(node.entries.begin(), node.entries.end(),
                     [](const Entry& one) { return holds_jinja_within(one.value); });
}

Written literal_of(const Node& node) {
  if (node.is_sequence()) {
    std::vector<Written> items;
    for (const Node& one : node.items) items.push_back(literal_of(one));
    return Written::of_list(std::move(items));
  }
  if (node.is_map()) {
    WrittenMap entries;
    for (const Entry& one : node.entries) entries.emplace_back(one.key, literal_of(one.value));
    return Written::of_map(std::move(entries));
  }
  switch (plain_type(node)) {
    case Type::kNull:
      return Written::of_plain("null");
    case Type::kBool:
      return Written::of_plain(is_true_word(node.text) ? "true" : "false");
    case Type::kInt:
    case Type::kFloat:
      return Written::of_plain(node.text);
    default:
      break;
  }
  return Written::of_text(escaped(node.text));
}

Written text_or_null(const lang::Node& node) {
  if (plain_type(node) != Type::kBool) return Written::of_text(escaped(node.text));
  return is_true_word(node.text) ? Written::of_text("True") : Written::of_plain("null");
}

}  // namespace plumb::imports
