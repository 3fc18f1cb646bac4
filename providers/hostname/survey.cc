// The name that the host has.
#include "providers/sdk/survey.h"

#include "providers/hostname/hostname.h"

namespace plumb::providers::hostname {

void survey(const SurveyedHost& host, Survey& found) {
  const std::optional<std::string> text = surveyed_text(host, "/etc/hostname", found);
  if (!text) return;
  const std::vector<std::string> lines = entry_lines(*text);
  if (!lines.empty() && lines.front() != "localhost") found.add(lines.front());
}

}  // namespace plumb::providers::hostname
