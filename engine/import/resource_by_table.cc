// Resources of modules for which a row of the table says all.
#include <algorithm>

#include "engine/import/resource.h"

namespace plumb::imports {
namespace {

using lang::Node;

}  // namespace

void Builder::by_table(const ModuleRow& table, Item& item, Unit::Turn& turn) {
  LocalNames& local = *turn.names;
  const std::string kind(table.kind);
  // The identity.
  std::vector<std::string> own;
  for (std::size_t at = 0; at <= table.identity.size() && !table.identity.empty();) {
    const std::size_t end = std::min(table.identity.find('|', at), table.identity.size());
    own.emplace_back(table.identity.substr(at, end - at));
    at = end + 1;
  }
  for (const std::string& name : own) {
    const Node* node = task_.argument({name});
    used_.insert(name);
    if (node == nullptr) continue;
    Written identity = node->is_sequence() ? write(*node, Form::kList, local) : write(*node, Form::kText, local);
    identify(item, kind, std::move(identity), turn);
    break;
  }
  for (std::size_t at = 0; at < table.attributes.size();) {
    const std::size_t end = std::min(table.attributes.find(' ', at), table.attributes.size());
    std::string_view word = table.attributes.substr(at, end - at);
    at = end + 1;
    if (word.empty()) continue;
    if (word.front() == '-') {
      used_.insert(std::string(word.substr(1)));
      continue;
    }
    if (word.front() == '?') {
      const std::string name(word.substr(1));
      const Node* given = task_.argument({name});
      used_.insert(name);
      // What is said to be off, or left out, asks for nothing.
      const bool asks = given != nullptr &&
                        !(given->is_plain() && plain_type(*given) == Type::kBool && !is_true_word(given->text)) &&
                        !(given->is_scalar() && given->text.find("omit") != std::string::npos);
      if (asks) no_word(name, "has no word here");
      continue;
    }
    std::string_view values;
    if (const std::size_t brace = word.find('{'); brace != std::string_view::npos) {
      values = word.substr(brace + 1, word.size() - brace - 2);
      word = word.substr(0, brace);
    }
    const std::size_t equals = word.find('=');
    const std::size_t colon = word.rfind(':');
    const std::string attribute(word.substr(0, equals));
    std::string_view names = word.substr(equals + 1, colon - equals - 1);
    const char letter = word[colon + 1];
    const Form form = letter == 'b'   ? Form::kBool
                      : letter == 'i' ? Form::kInt
                      : letter == 'm' ? Form::kMode
                      : letter == 'l' ? Form::kList
                      : letter == 'p' ? Form::kPattern
                                      : Form::kText;
    for (std::size_t from = 0; from <= names.size();) {
      const std::size_t to = std::min(names.find('|', from), names.size());
      const std::string_view name = names.substr(from, to - from);
      from = to + 1;
      const Node* node = task_.argument({name});
      used_.insert(std::string(name));
      if (node == nullptr) continue;
      if (!values.empty()) {
        item.put(attribute, mapped(*node, values, local));
      } else {
        if (std::optional<Written> value = take({name}, form, local)) item.put(attribute, std::move(*value));
      }
    }
  }
}

}  // namespace plumb::imports
