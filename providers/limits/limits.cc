#include "providers/limits/limits.h"

#include "providers/sdk/text_lines.h"

namespace plumb::providers::limits {

EntryEdit LimitsProvider::entry(const Desired& desired) const {
  const std::string limit = desired.text("limit");
  const std::string value = desired.text("value");
  std::vector<std::string> words = words_of(limit);
  EntryEdit entry;
  entry.match = "^\\s*" + words_pattern(words) + "\\s";
  entry.text = limit + " " + value;
  words.push_back(value);
  entry.same = "^\\s*" + words_pattern(words) + "\\s*(#.*)?$";
  // The file that distributions bring ends with such a line.
  entry.insert_before = "(?i)^# *End of file";
  return entry;
}

void add_to(Registry& registry) {
  Kind kind = edit_kind<LimitsProvider>("limits");
  kind.adoption = {survey, "system"};
  registry.add(std::move(kind));
}

}  // namespace plumb::providers::limits
