// Limits of sessions, of files that hold nothing else.
#include "providers/sdk/survey.h"

#include "providers/limits/limits.h"
#include "providers/sdk/text_lines.h"

namespace plumb::providers::limits {
namespace {

constexpr const char* kMain = "/etc/security/limits.conf";

}  // namespace

void survey(const SurveyedHost& host, Survey& found) {
  std::vector<std::string> files = {kMain};
  for (const std::string& name : surveyed_names(host, "/etc/security/limits.d", found))
    files.push_back("/etc/security/limits.d/" + name);
  for (const std::string& path : files) {
    const std::optional<std::string> text = surveyed_text(host, path, found);
    if (!text || is_as_packaged(host, path, *text)) continue;
    Survey lines;
    bool all = true;
    for (const std::string& line : entry_lines(*text)) {
      const std::vector<std::string> words = words_of(line.substr(0, line.find('#')));
      all = all && words.size() == 4;
      if (!all) break;
      Json attributes = {{"value", words[3]}};
      if (path != kMain) attributes["path"] = path;
      lines.add(words[0] + " " + words[1] + " " + words[2], std::move(attributes));
    }
    if (!all) continue;
    for (FoundThing& thing : lines.things) {
      thing.covers.push_back(path);
      found.things.push_back(std::move(thing));
    }
  }
}

}  // namespace plumb::providers::limits
