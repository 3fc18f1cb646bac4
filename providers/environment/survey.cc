// Variables of all sessions.
#include "providers/sdk/survey.h"

#include "providers/environment/environment.h"

namespace plumb::providers::environment {

void survey(const SurveyedHost& host, Survey& found) {
  const std::optional<std::string> text = surveyed_text(host, "/etc/environment", found);
  if (!text) return;
  for (const std::string& line : entry_lines(*text)) {
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos || equals == 0) continue;
    std::string value = line.substr(equals + 1);
    const bool quoted =
        value.size() > 1 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
    if (quoted) value = value.substr(1, value.size() - 2);
    found.add_variable(line.substr(0, equals), value);
  }
}

}  // namespace plumb::providers::environment
