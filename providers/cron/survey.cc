// Jobs that have a name, and variables for them: in tables that hold nothing else.
#include "providers/sdk/survey.h"

#include <array>

#include "providers/cron/cron.h"
#include "providers/sdk/text_lines.h"

namespace plumb::providers::cron {
namespace {

constexpr std::array<const char*, 5> kFields = {"minute", "hour", "day", "month", "weekday"};
constexpr std::array<std::string_view, 6> kMarks = {
    "plumb:", "Ansible:", "Puppet Name:", "Chef Name:", "pyinfra-name=", "SALT_CRON_IDENTIFIER:"};

// "# plumb: backup"
std::string name_in(std::string_view line) {
  if (!line.starts_with('#')) return {};
  line.remove_prefix(1);
  while (line.starts_with(' ')) line.remove_prefix(1);
  for (const std::string_view mark : kMarks) {
    if (!line.starts_with(mark)) continue;
    line.remove_prefix(mark.size());
    while (line.starts_with(' ')) line.remove_prefix(1);
    while (line.ends_with(' ')) line.remove_suffix(1);
    return std::string(line);
  }
  return {};
}

std::string_view take_word(std::string_view& line) {
  const std::size_t end = std::min(line.find_first_of(" \t"), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(end);
  while (!line.empty() && (line.front() == ' ' || line.front() == '\t')) line.remove_prefix(1);
  return word;
}

bool is_variable(std::string_view line) {
  const std::size_t equals = line.find('=');
  if (equals == std::string_view::npos || equals == 0) return false;
  std::string_view name = line.substr(0, equals);
  while (name.ends_with(' ')) name.remove_suffix(1);
  for (const char c : name) {
    if (!(c == '_' || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))) return false;
  }
  return true;
}

FoundThing variable_in(std::string_view line) {
  const std::size_t equals = line.find('=');
  std::string_view name = line.substr(0, equals);
  std::string_view value = line.substr(equals + 1);
  while (name.ends_with(' ')) name.remove_suffix(1);
  while (value.starts_with(' ')) value.remove_prefix(1);
  const bool quoted =
      value.size() > 1 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
  if (quoted) value = value.substr(1, value.size() - 2);
  Survey variables;
  return variables.add_variable(std::string(name), std::string(value));
}

// Nothing of a line that is none.
std::optional<FoundThing> job_in(const std::string& name, std::string_view line, bool shared) {
  FoundThing job{name, Json::object()};
  if (line.starts_with('#')) {
    job.attributes["disabled"] = true;
    line.remove_prefix(1);
    while (line.starts_with(' ')) line.remove_prefix(1);
  }
  if (line.starts_with('@')) {
    job.attributes["special"] = std::string(take_word(line).substr(1));
  } else {
    for (const char* field : kFields) {
      const std::string word(take_word(line));
      if (word != "*") job.attributes[field] = word;
    }
  }
  if (shared) job.attributes["user"] = std::string(take_word(line));
  if (line.empty()) return std::nullopt;
  job.attributes["job"] = std::string(line);
  return job;
}

// `table`: the attribute that says where they are, and its value.
void add_table(const std::string& path, const std::string& text, bool shared, const std::string& table, Survey& found) {
  std::vector<FoundThing> things;
  std::string name;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = take_line(rest);
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    std::optional<FoundThing> thing;
    if (!name.empty()) {
      thing = job_in(name, line, shared);
      name.clear();
    } else if (line.starts_with('#')) {
      name = name_in(line);
      continue;
    } else if (is_variable(line)) {
      thing = variable_in(line);
    }
    if (!thing) {
      // A shared table is taken as a file.
      if (!shared) found.leave_out(path, "a job in it has no name");
      return;
    }
    if (shared) {
      thing->attributes["file"] = table;
    } else if (table != "root") {
      thing->attributes["user"] = table;
    }
    things.push_back(std::move(*thing));
  }
  if (things.empty()) return;
  for (FoundThing& thing : things) {
    thing.covers.push_back(path);
    found.things.push_back(std::move(thing));
  }
}

}  // namespace

void survey(const SurveyedHost& host, Survey& found) {
  for (const char* folder : {"/var/spool/cron/crontabs", "/var/spool/cron/tabs"}) {
    for (const std::string& user : surveyed_names(host, folder, found)) {
      const std::string path = folder + ("/" + user);
      if (const auto text = surveyed_text(host, path, found)) add_table(path, *text, false, user, found);
    }
  }
  for (const std::string& file : surveyed_names(host, "/etc/cron.d", found)) {
    const std::string path = "/etc/cron.d/" + file;
    if (is_packaged(host, path) || file.find('.') != std::string::npos) continue;
    if (const auto text = surveyed_text(host, path, found)) add_table(path, *text, true, file, found);
  }
}

}  // namespace plumb::providers::cron
