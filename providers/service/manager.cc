#include "providers/service/manager.h"

#include <algorithm>
#include <array>

namespace plumb::providers::service {
namespace {

constexpr std::array<std::string_view, 10> kSuffixes = {".service", ".socket", ".timer", ".mount", ".automount",
                                                        ".path",    ".target", ".slice", ".scope", ".swap"};

}  // namespace

Result<std::unique_ptr<Manager>> find_manager(System& system) {
  PLUMB_TRY_ASSIGN(const auto booted, system.stat("/run/systemd/system", true));
  if (!system.is_image() && booted && !system.find_program("systemctl").empty()) return running_systemd();
  PLUMB_TRY_ASSIGN(const auto units, system.stat("/etc/systemd/system", true));
  if (units) {
    return offline_systemd(system.is_image() ? "services of an image are not running"
                                             : "systemd is not the init system that runs here");
  }
  for (const auto& [program, what] : {std::pair{"rc-service", "OpenRC"}, std::pair{"launchctl", "launchd"},
                                      std::pair{"sv", "runit"}, std::pair{"initctl", "Upstart"}}) {
    if (!system.find_program(program).empty()) {
      return fail(Code::kNoBackEnd, "services are managed through systemd, and this host has " + std::string(what));
    }
  }
  return fail(Code::kNoBackEnd, "no service manager was found; services are managed through systemd");
}

std::string unit_name(std::string_view name) {
  const bool full = std::any_of(kSuffixes.begin(), kSuffixes.end(), [&](std::string_view suffix) {
    return name.size() > suffix.size() && name.ends_with(suffix);
  });
  return std::string(name) + (full ? "" : ".service");
}

bool is_template(std::string_view unit) {
  const std::size_t dot = unit.rfind('.');
  return dot != std::string_view::npos && dot > 0 && unit[dot - 1] == '@';
}

}  // namespace plumb::providers::service
