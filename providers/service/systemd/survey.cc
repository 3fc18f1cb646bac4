// Units whose state somebody chose: those of his own, those that he masked, and those that are not enabled or disabled
// as their presets have it.
#include "providers/sdk/survey.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "providers/sdk/text_lines.h"
#include "providers/service/systemd/units.h"

namespace plumb::providers::service::systemd {
namespace {

constexpr std::array<std::string_view, 4> kChosen = {".service", ".timer", ".socket", ".path"};
constexpr const char* kOwn = "/etc/systemd/system";

bool can_be_chosen(std::string_view unit) {
  return std::any_of(kChosen.begin(), kChosen.end(), [&](std::string_view ending) { return unit.ends_with(ending); });
}

// As the configuration would call it.
std::string short_name(const std::string& unit) {
  constexpr std::string_view kService = ".service";
  return unit.ends_with(kService) ? unit.substr(0, unit.size() - kService.size()) : unit;
}

struct Listed {
  std::string state;
  std::string preset;
};

// "cron.service enabled enabled"; systemd of Debian 11 has the same columns.
std::map<std::string, Listed> unit_files(const SurveyedHost& host) {
  std::map<std::string, Listed> all;
  const std::string text =
      asked_of_host(host, {"systemctl", "list-unit-files", "--no-legend", "--no-pager", "--plain", "--full"})
          .value_or("");
  for (std::string_view rest = text; !rest.empty();) {
    const std::vector<std::string> words = words_of(take_line(rest));
    if (words.size() >= 3) all[words[0]] = {words[1], words[2]};
  }
  return all;
}

// Those that run, wait, or have failed: "cron.service loaded active running".
std::map<std::string, std::string> loaded_units(const SurveyedHost& host) {
  std::map<std::string, std::string> all;
  const std::string text =
      asked_of_host(host, {"systemctl", "list-units", "--all", "--no-legend", "--no-pager", "--plain", "--full"})
          .value_or("");
  for (std::string_view rest = text; !rest.empty();) {
    const std::vector<std::string> words = words_of(take_line(rest));
    if (words.size() >= 4) all[words[0]] = words[2];
  }
  return all;
}

}  // namespace

void survey(const SurveyedHost& host, Survey& found) {
  const std::map<std::string, Listed> files = unit_files(host);
  const std::map<std::string, std::string> loaded = loaded_units(host);
  std::set<std::string> own;
  std::set<std::string> masked;
  for (const std::string& name : surveyed_names(host, kOwn, found)) {
    const std::string path = std::string(kOwn) + "/" + name;
    const auto info = host.system.stat(path, false);
    if (!can_be_chosen(name) || !info || !*info || is_packaged(host, path)) continue;
    if ((*info)->type == FileType::kLink && (*info)->link_target == "/dev/null") masked.insert(name);
    if ((*info)->type == FileType::kFile) own.insert(name);
  }
  for (const std::string& unit : masked) found.add(short_name(unit), {{"masked", true}});
  const auto describe = [&](const std::string& unit, bool state) {
    Json attributes = Json::object();
    const auto file = files.find(unit);
    if (file != files.end() && (file->second.state == "enabled" || file->second.state == "disabled"))
      attributes["enabled"] = file->second.state == "enabled";
    const auto runs = loaded.find(unit);
    if (state && runs != loaded.end() && runs->second == "active") attributes["state"] = "running";
    return attributes;
  };
  for (const std::string& unit : own) {
    if (!is_template(unit)) {
      if (Json attributes = describe(unit, true); !attributes.empty())
        found.add(short_name(unit), std::move(attributes));
      continue;
    }
    for (const auto& [instance, runs] : loaded) {
      if (template_of(instance) == unit && runs == "active") found.add(short_name(instance), {{"state", "running"}});
    }
  }
  for (const auto& [unit, listed] : files) {
    if (!can_be_chosen(unit) || is_template(unit) || own.contains(unit) || masked.contains(unit)) continue;
    const bool chosen = (listed.state == "enabled" && listed.preset == "disabled") ||
                        (listed.state == "disabled" && listed.preset == "enabled");
    if (chosen) found.add(short_name(unit), describe(unit, false));
  }
}

}  // namespace plumb::providers::service::systemd
