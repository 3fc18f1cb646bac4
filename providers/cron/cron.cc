#include "providers/cron/cron.h"

#include <algorithm>
#include <array>

#include "engine/base/joined.h"
#include "providers/sdk/ownership.h"

namespace plumb::providers::cron {
namespace {

// Where users' crontabs lie: Debian and Alpine, SUSE, others.
constexpr std::array kSpools = {"/var/spool/cron/crontabs", "/var/spool/cron/tabs", "/var/spool/cron"};

constexpr std::array kTimes = {"minute", "hour", "day", "month", "weekday"};

bool is_shared(const Desired& desired) {
  return desired.has("file");
}

std::string user_of(const Desired& desired) {
  return desired.text("user", "root");
}

// The job as a crontab has it: when, as whom in a shared file, and what.
std::vector<std::string> fields_of(const Desired& desired) {
  std::vector<std::string> fields;
  if (const std::string special = desired.text("special"); !special.empty()) {
    fields.push_back("@" + special);
  } else {
    for (const char* time : kTimes) fields.push_back(desired.text(time, "*"));
  }
  if (is_shared(desired)) fields.push_back(user_of(desired));
  return fields;
}

// A variable is told by its name. A job is told by the line above it: other tools write such lines too.
EntryEdit variable(const Desired& desired) {
  const std::string name = desired.text("name");
  const std::string value = desired.text("value");
  EntryEdit entry;
  entry.text = name + "=" + value;
  entry.match = "^\\s*" + quoted_pattern(name) + "\\s*=";
  const std::string pattern = quoted_pattern(value);
  entry.same = entry.match + "\\s*(" + pattern + "|\"" + pattern + "\"|'" + pattern + "')\\s*$";
  // It counts for the jobs below it.
  entry.at_beginning = true;
  return entry;
}

// Where cron ends the command, and begins what it is given to read.
bool has_input(std::string_view job) {
  for (std::size_t at = job.find('%'); at != std::string_view::npos; at = job.find('%', at + 1)) {
    if (at == 0 || job[at - 1] != '\\') return true;
  }
  return false;
}

}  // namespace

// Nearly always it is part of a format, and the job does something else.
Change CronProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change = EntryProvider::diff(desired, observed);
  if (change.empty() || wants_absent(desired) || !has_input(desired.text("job"))) return change;
  append_item(change.note, "cron ends the command at the first %, and gives it the rest to read; a percent sign is \\%",
              "; ");
  return change;
}

EntryEdit CronProvider::entry(const Desired& desired) const {
  if (desired.has("value") || desired.flag("env", false)) return variable(desired);
  const std::string name = desired.text("name");
  const std::string job = desired.text("job");
  const bool disabled = desired.flag("disabled", false);
  const std::vector<std::string> fields = fields_of(desired);
  EntryEdit entry;
  entry.text = disabled ? "#" : "";
  for (const std::string& field : fields) entry.text += field + " ";
  entry.text += job;
  entry.match = "^#?\\s*(@[a-z]+|[0-9*]\\S*(\\s+\\S+){4})\\s+\\S";
  entry.same =
      std::string(disabled ? "^#" : "^") + "\\s*" + words_pattern(fields) + "\\s+" + quoted_pattern(job) + "\\s*$";
  // Salt has a remark of its own in front.
  const std::string any_mark =
      "^#\\s*(plumb:|Ansible:|Puppet Name:|Chef Name:|pyinfra-name=|(.*\\s)?SALT_CRON_IDENTIFIER:)\\s*";
  entry.mark = "# plumb: " + name;
  entry.marks = any_mark + quoted_pattern(name) + "\\s*$";
  entry.any_marks = any_mark;
  return entry;
}

std::string CronProvider::path(const Desired& desired) const {
  if (is_shared(desired)) return "/etc/cron.d/" + desired.text("file");
  return kSpools.front() + ("/" + user_of(desired));
}

std::string CronProvider::path_on(const Desired& desired, System& system) const {
  if (is_shared(desired)) return path(desired);
  for (const char* spool : kSpools) {
    const auto info = system.stat(spool, true);
    if (info && *info && (*info)->type == FileType::kDirectory) return spool + ("/" + user_of(desired));
  }
  return path(desired);
}

std::vector<std::string> CronProvider::own_paths(const Desired& desired, const Json&) const {
  if (is_shared(desired)) return {path(desired)};
  std::vector<std::string> paths;
  for (const char* spool : kSpools) paths.push_back(spool + ("/" + user_of(desired)));
  return paths;
}

void CronProvider::note_needs(const Desired& desired, const std::string& path, System& system,
                              Observed& observed) const {
  if (is_shared(desired)) note_writers(path, "cron", system, observed);
  const std::string user = user_of(desired);
  if (!system.user_by_name(user)) observed.missing.push_back({{"", "user", user}, "user"});
}

// A crontab has the group of its folder, as the program that edits it gives it.
Result<> CronProvider::look_around(const Desired& desired, const std::string& place, System& system,
                                   Observed& observed) const {
  PLUMB_TRY(note_missing_parent(place, system, observed));
  if (is_shared(desired)) return {};
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> folder, system.stat(parent_of(place), true));
  if (folder) observed.attributes["new_group"] = std::to_string(folder->gid);
  return {};
}

Ownership CronProvider::of_new(const Desired& desired, const Observed& observed) const {
  if (is_shared(desired)) return {"root", "root", "0644"};
  Ownership made{user_of(desired), std::nullopt, "0600"};
  if (observed.has("new_group")) made.group = observed.text("new_group");
  return made;
}

std::vector<Address> CronProvider::infers(const Desired& desired) const {
  std::vector<Address> first = EntryProvider::infers(desired);
  if (wants_absent(desired)) return first;
  first.push_back({"", "user", user_of(desired)});
  return first;
}

std::string CronProvider::remedy(const Desired&, const Missing& missing) const {
  return missing.what.kind == "directory" ? "a `package` before it brings cron, with its folder" : "";
}

void add_to(Registry& registry) {
  Kind kind = edit_kind<CronProvider>("cron");
  kind.adoption = {survey, "schedules"};
  registry.add(std::move(kind));
}

}  // namespace plumb::providers::cron
