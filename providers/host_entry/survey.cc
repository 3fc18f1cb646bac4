// Names of hosts in /etc/hosts, but for those that every host has.
#include "providers/sdk/survey.h"

#include <algorithm>
#include <set>

#include "providers/host_entry/host_entry.h"
#include "providers/sdk/text_lines.h"

namespace plumb::providers::host_entry {
namespace {

bool is_of_every_host(const std::string& address) {
  return address.starts_with("127.") || address == "::1" || address.starts_with("ff0") || address.starts_with("fe00:");
}

}  // namespace

void survey(const SurveyedHost& host, Survey& found) {
  const std::optional<std::string> text = surveyed_text(host, "/etc/hosts", found);
  if (!text) return;
  std::set<std::string> names;
  for (const std::string& line : entry_lines(*text)) {
    const std::vector<std::string> words = words_of(line.substr(0, line.find('#')));
    if (words.size() < 2 || is_of_every_host(words[0])) continue;
    if (!names.insert(words[1]).second) {
      found.leave_out("/etc/hosts: " + words[1], "it is the first name of two lines");
      continue;
    }
    Json attributes = {{"address", words[0]}};
    if (words.size() > 2) attributes["aliases"] = std::vector<std::string>(words.begin() + 2, words.end());
    found.add(words[1], std::move(attributes));
  }
}

}  // namespace plumb::providers::host_entry
