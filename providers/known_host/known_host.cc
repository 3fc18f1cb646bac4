#include "providers/known_host/known_host.h"

namespace plumb::providers::known_host {

// A host has a key of each type, each in a line of its own; lines with `@` in front are about other things.
EntryEdit KnownHostProvider::entry(const Desired& desired) const {
  const std::string name = desired.text("name");
  const std::string key = desired.text("key");
  const std::string type = key.substr(0, key.find(' '));
  EntryEdit entry;
  entry.hashed = name;
  entry.match = "^([^@#\\s][^\\s]*,)?" + quoted_pattern(name) + "(,\\S*)?\\s+" +
                (type.empty() ? "\\S" : quoted_pattern(type) + "\\s");
  entry.text = name + " " + key;
  const std::size_t blob = key.find(' ') + 1;
  const std::vector<std::string> words = {type, key.substr(blob, key.find(' ', blob) - blob)};
  entry.same = "^([^@#\\s][^\\s]*,)?" + quoted_pattern(name) + "(,\\S*)?\\s+" + words_pattern(words) + "(\\s|$)";
  return entry;
}

void add_to(Registry& registry) {
  Kind kind = edit_kind<KnownHostProvider>("known_host");
  kind.adoption = {survey, "network"};
  registry.add(std::move(kind));
}

}  // namespace plumb::providers::known_host
