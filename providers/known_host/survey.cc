// Keys by which all users of the host know others.
#include "providers/sdk/survey.h"

#include <set>

#include "providers/known_host/known_host.h"
#include "providers/sdk/text_lines.h"

namespace plumb::providers::known_host {

void survey(const SurveyedHost& host, Survey& found) {
  const std::string path = "/etc/ssh/ssh_known_hosts";
  const std::optional<std::string> text = surveyed_text(host, path, found);
  if (!text || is_as_packaged(host, path, *text)) return;
  std::set<std::string> names;
  Survey lines;
  for (const std::string& line : entry_lines(*text)) {
    const std::vector<std::string> words = words_of(line);
    // What is marked, hidden, a pattern or several names stays a line of the file.
    const bool plain = words.size() >= 3 && words[0].find_first_of("@|,*?!") == std::string::npos;
    if (!plain || !names.insert(words[0]).second) return;
    std::string key = words[1];
    for (std::size_t i = 2; i < words.size(); ++i) key += " " + words[i];
    lines.add(words[0], {{"key", key}});
  }
  for (FoundThing& thing : lines.things) {
    thing.covers.push_back(path);
    found.things.push_back(std::move(thing));
  }
}

}  // namespace plumb::providers::known_host
