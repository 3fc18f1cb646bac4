#include "engine/config/foreign_kinds.h"

#include "engine/config/schema.h"

namespace plumb::config {
namespace {

// A key may have its collection before it, or its function behind it.
std::string hint_for_kind(const std::string& key, const Json& words, const Registry& kinds) {
  const std::size_t first = key.find('.');
  const std::string last = key.substr(key.rfind('.') + 1);  // npos + 1 is 0
  if (first != std::string::npos) {
    for (const std::string& part : {key.substr(0, first), last}) {
      if (kinds.find(part) != nullptr) return "say `" + part + "`";
    }
  }
  for (const std::string& word : {last, key.substr(0, first)}) {
    if (words.contains(word)) return words[word].get<std::string>();
  }
  return {};
}

}  // namespace

std::string instead_of_kind(const lang::Node& resource, const Registry& kinds) {
  const Json& schema = builtin_schema("project").at("definitions").at("resource");
  const Json& words = schema.at("x-elsewhere");
  const std::string& first = resource.entries.front().key;
  if (first == "name") {
    for (auto entry = resource.entries.begin() + 1; entry != resource.entries.end(); ++entry) {
      if (schema.at("properties").contains(entry->key)) continue;
      if (const std::string found = hint_for_kind(entry->key, words, kinds); !found.empty())
        return "a resource has no name, and begins with its kind: " + found;
    }
  }
  return hint_for_kind(first, words, kinds);
}

}  // namespace plumb::config
