// Rules of sudo that have a file of their own.
#include "providers/sdk/survey.h"

#include <array>

#include "engine/base/trimmed.h"
#include "providers/sdk/text_lines.h"
#include "providers/sudoers/sudoers.h"

namespace plumb::providers::sudoers {
namespace {

// "deploy ALL=(root) NOPASSWD: /usr/bin/a, /usr/bin/b", as the kind writes it; nothing of one that says more.
std::optional<Json> rule_in(std::string_view line) {
  Json rule = Json::object();
  std::size_t blank = line.find_first_of(" \t");
  while (blank != std::string_view::npos && blank > 0 && line[blank - 1] == '\\')
    blank = line.find_first_of(" \t", blank + 1);
  const std::size_t equals = line.find('=');
  if (blank == std::string_view::npos || equals == std::string_view::npos || equals < blank) return std::nullopt;
  const std::string written(line.substr(0, blank));
  std::string who;
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (written[i] == '\\' && i + 1 < written.size()) ++i;
    who += written[i];
  }
  // Others have other ways to write a name.
  if (word_of(who) != written) return std::nullopt;
  if (who.starts_with('%')) {
    rule["group"] = who.substr(1);
  } else {
    rule["user"] = who;
  }
  const std::string host(trimmed(line.substr(blank, equals - blank)));
  if (host != "ALL") rule["host"] = host;
  std::string rest(trimmed(line.substr(equals + 1)));
  if (!rest.starts_with('(')) return std::nullopt;
  const std::size_t close = rest.find(')');
  if (close == std::string::npos) return std::nullopt;
  if (const std::string as = rest.substr(1, close - 1); as != "ALL") rule["run_as"] = as;
  rest = std::string(trimmed(std::string_view(rest).substr(close + 1)));
  struct Tag {
    std::string_view text;
    const char* attribute;
  };
  constexpr std::array<Tag, 3> kTags = {{{"NOPASSWD:", "nopassword"}, {"SETENV:", "setenv"}, {"NOEXEC:", "noexec"}}};
  for (const auto& [text, attribute] : kTags) {
    if (!rest.starts_with(text)) continue;
    rule[attribute] = true;
    rest = std::string(trimmed(std::string_view(rest).substr(text.size())));
  }
  if (rest.empty() || rest.find(':') != std::string::npos) return std::nullopt;
  Json commands = Json::array();
  for (std::size_t at = 0; at <= rest.size();) {
    std::size_t comma = rest.find(", ", at);
    if (comma == std::string::npos) comma = rest.size();
    commands.push_back(rest.substr(at, comma - at));
    at = comma + 2;
  }
  rule["commands"] = commands.size() == 1 ? commands.front() : commands;
  return rule;
}

}  // namespace

void survey(const SurveyedHost& host, Survey& found) {
  const std::string folder = "/etc/sudoers.d/";
  for (const std::string& file : surveyed_names(host, folder, found)) {
    if (is_packaged(host, folder + file) || file.find('.') != std::string::npos) continue;
    const std::optional<std::string> text = surveyed_text(host, folder + file, found);
    if (!text) continue;
    const std::vector<std::string> lines = entry_lines(*text);
    if (lines.size() != 1) continue;
    if (std::optional<Json> rule = rule_in(lines.front()))
      found.add(file, std::move(*rule)).covers.push_back(folder + file);
  }
}

}  // namespace plumb::providers::sudoers
