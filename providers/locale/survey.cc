// Locales that are listed, and the host's own.
#include "providers/sdk/survey.h"

#include <set>

#include "providers/locale/locale.h"
#include "providers/sdk/text_lines.h"

namespace plumb::providers::locale {
namespace {

std::string own_locale(const SurveyedHost& host, Survey& found) {
  for (const char* path : {"/etc/default/locale", "/etc/locale.conf"}) {
    const std::optional<std::string> text = surveyed_text(host, path, found);
    if (!text) continue;
    for (std::string line : entry_lines(*text)) {
      if (!line.starts_with("LANG=")) continue;
      line.erase(0, 5);
      if (line.size() > 1 && line.front() == '"' && line.back() == '"') line = line.substr(1, line.size() - 2);
      return line;
    }
  }
  return {};
}

}  // namespace

void survey(const SurveyedHost& host, Survey& found) {
  const std::string own = own_locale(host, found);
  std::set<std::string> names;
  const std::string list = surveyed_text(host, "/etc/locale.gen", found).value_or("");
  for (const std::string& line : entry_lines(list)) names.insert(words_of(line).front());
  if (!own.empty()) names.insert(own);
  for (const std::string& name : names) found.add(name, name == own ? Json{{"default", true}} : Json::object());
}

}  // namespace plumb::providers::locale
