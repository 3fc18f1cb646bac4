#include "providers/known_host/known_host.h"

namespace plumb::providers::known_host {

// A host has a key of each type, each in a line of its own. Behind a mark of `@` each key is one of its own: a name may
// have several authorities, as while one takes the place of another.
EntryEdit KnownHostProvider::entry(const Desired& desired) const {
  const std::string name = desired.text("name");
  const std::string key = desired.text("key");
  const std::string type = key.substr(0, key.find(' '));
  const std::string mark = desired.has("marker") ? "@" + desired.text("marker") + " " : "";
  const std::string names =
      mark.empty() ? "^([^@#\\s][^\\s]*,)?" : "^" + quoted_pattern(mark.substr(0, mark.size() - 1)) + "\\s+(\\S*,)?";
  const std::string of_name = names + quoted_pattern(name) + "(,\\S*)?\\s+";
  const std::size_t blob = key.find(' ') + 1;
  EntryEdit entry;
  entry.text = mark + name + " " + key;
  entry.same = of_name + words_pattern({type, key.substr(blob, key.find(' ', blob) - blob)}) + "(\\s|$)";
  if (mark.empty()) {
    entry.hashed = name;
    entry.match = of_name + (type.empty() ? "\\S" : quoted_pattern(type) + "\\s");
  } else {
    entry.match = type.empty() ? of_name + "\\S" : entry.same;
  }
  return entry;
}

void add_to(Registry& registry) {
  Kind kind = edit_kind<KnownHostProvider>("known_host");
  kind.adoption = {survey, "network"};
  registry.add(std::move(kind));
}

}  // namespace plumb::providers::known_host
