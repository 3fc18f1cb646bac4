// Names of units, the folders where they lie, and why some cannot be had.
#include <algorithm>

#include "providers/sdk/is_there.h"
#include "providers/service/systemd/units.h"

namespace plumb::providers::service::systemd {
namespace {

constexpr std::array<std::string_view, 10> kSuffixes = {".service", ".socket", ".timer", ".mount", ".automount",
                                                        ".path",    ".target", ".slice", ".scope", ".swap"};

}  // namespace

const Place& host_place() {
  static const Place place = {
      {"/etc/systemd/system", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"}};
  return place;
}

Place place_of(const Account& owner) {
  Place place = {{}, owner.home.empty() ? nullptr : &owner};
  if (!owner.home.empty()) {
    place.folders.push_back(owner.home + "/.config/systemd/user");
    place.folders.emplace_back("/etc/systemd/user");
    place.folders.push_back(owner.home + "/.local/share/systemd/user");
  } else {
    place.folders.emplace_back("/etc/systemd/user");
  }
  for (const char* folder : {"/usr/local/lib/systemd/user", "/usr/share/systemd/user", "/usr/lib/systemd/user"})
    place.folders.emplace_back(folder);
  return place;
}

std::string runtime_folder(const Account& owner) {
  return "/run/user/" + std::to_string(owner.uid);
}

bool has_manager(const Account& owner, System& system) {
  return shows(runtime_folder(owner) + "/systemd/private", system);
}

std::string full_name(std::string_view name) {
  const bool full = std::any_of(kSuffixes.begin(), kSuffixes.end(), [&](std::string_view suffix) {
    return name.size() > suffix.size() && name.ends_with(suffix);
  });
  return std::string(name) + (full ? "" : ".service");
}

bool is_template(std::string_view unit) {
  const std::size_t dot = unit.rfind('.');
  return dot != std::string_view::npos && dot > 0 && unit[dot - 1] == '@';
}

std::vector<std::string> names_in_files(const std::string& unit) {
  std::vector<std::string> names = {unit};
  if (std::string pattern = template_of(unit); !pattern.empty()) names.push_back(std::move(pattern));
  // "a-b.service" is also shaped by what lies in "a-.service.d" and "service.d".
  const std::size_t dot = std::min(unit.rfind('.'), unit.size());
  const std::string suffix = unit.substr(dot);
  for (std::size_t dash = unit.find('-'); dash < dot; dash = unit.find('-', dash + 1)) {
    if (dash + 1 < dot) names.push_back(unit.substr(0, dash + 1) + suffix);
  }
  if (!suffix.empty()) names.push_back(suffix.substr(1));
  return names;
}

std::string template_of(std::string_view unit) {
  const std::size_t at = unit.find('@');
  const std::size_t dot = unit.rfind('.');
  if (at == std::string_view::npos || dot == std::string_view::npos) return {};
  return std::string(unit.substr(0, at + 1)) + std::string(unit.substr(dot));
}

Refusal no_install_section() {
  return {"because it has no [Install] section",
          "leave out `enabled`, or enable what starts it, such as its socket or timer"};
}

Refusal nobody_along() {
  return {"because none of the units that its `Also` names is there", "declare before it what brings one of them"};
}

Refusal one_shot() {
  return {"ends by itself once its work is done, so it cannot be kept running",
          "manage the timer that starts it, or run it with a `command` and `run_on`"};
}

Refusal made_of_another_file() {
  return {"because a generator makes it of another file",
          "say there whether it starts with the host, and leave out `enabled`"};
}

}  // namespace plumb::providers::service::systemd
