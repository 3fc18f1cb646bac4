#include "providers/host_entry/host_entry.h"

#include "engine/base/joined.h"

namespace plumb::providers::host_entry {

// A name may have an address of each of the two families, each in a line of its own.
EntryEdit HostEntryProvider::entry(const Desired& desired) const {
  const std::string name = desired.text("name");
  const std::string address = desired.text("address");
  EntryEdit entry;
  const bool sixth = address.find(':') != std::string::npos;
  const std::string family = address.empty() ? "[0-9A-Fa-f:.]\\S*" : sixth ? "[0-9A-Fa-f]*:\\S*" : "[0-9.]+";
  entry.match = "^\\s*" + family + "\\s+" + quoted_pattern(name) + "(\\s|#|$)";
  std::vector<std::string> words = {address, name};
  for (std::string& alias : texts_in(desired.attribute("aliases"))) words.push_back(std::move(alias));
  entry.same = "^\\s*" + words_pattern(words) + "\\s*(#.*)?$";
  for (const std::string& word : words) append_item(entry.text, word, " ");
  if (wants_absent(desired)) return entry;
  // Of several lines that give the name an address the first one counts.
  entry.insert_before = "^\\s*" + family + "\\s+([^#\\s]\\S*\\s+)*" + quoted_pattern(name) + "(\\s|#|$)";
  entry.first = true;
  return entry;
}

void add_to(Registry& registry) {
  Kind kind = edit_kind<HostEntryProvider>("host_entry");
  kind.adoption = {survey, "network"};
  registry.add(std::move(kind));
}

}  // namespace plumb::providers::host_entry
