#include "providers/selinux_mode/policy_store.h"

#include <algorithm>

#include "engine/base/trimmed.h"
#include "providers/sdk/managers.h"

namespace plumb::providers::selinux_mode {
namespace {

constexpr const char* kKernel = "/sys/fs/selinux/enforce";
constexpr std::size_t kLargest = std::size_t{4} << 20;

}  // namespace

Result<Settings> read_settings(System& system) {
  Settings settings;
  settings.running = "disabled";
  PLUMB_TRY_ASSIGN(const auto kernel, system.stat(kKernel, true));
  if (kernel && !system.is_image()) {
    PLUMB_TRY_ASSIGN(const std::string text, system.read_file(kKernel, kLargest));
    settings.running = text.starts_with('1') ? "enforcing" : "permissive";
  }
  PLUMB_TRY_ASSIGN(const auto file, system.stat(kSettings, true));
  if (!file) return settings;
  settings.there = true;
  PLUMB_TRY_ASSIGN(const std::string text, system.read_file(kSettings, kLargest));
  for (std::string_view rest = text; !rest.empty();) {
    const std::string line(trimmed(take_line(rest)));
    const std::size_t equals = line.find('=');
    if (equals == std::string::npos || line.starts_with('#')) continue;
    const std::string name(trimmed(std::string_view(line).substr(0, equals)));
    std::string value(trimmed(std::string_view(line).substr(equals + 1)));
    if (name == "SELINUX") {
      settings.mode = std::move(value);
    } else if (name == "SELINUXTYPE") {
      settings.policy = std::move(value);
    }
  }
  return settings;
}

Result<std::vector<std::string>> stored_lines(const Settings& settings, const std::string& name, System& system) {
  std::vector<std::string> lines;
  const std::string folder = "/var/lib/selinux/" + settings.policy + "/active/";
  PLUMB_TRY_ASSIGN(const auto there, system.stat(folder + name, true));
  if (settings.policy.empty() || !there) return lines;
  PLUMB_TRY_ASSIGN(const std::string text, system.read_file(folder + name, kLargest));
  for (std::string_view rest = text; !rest.empty();) {
    std::string line(trimmed(take_line(rest)));
    if (!line.empty() && !line.starts_with('#')) lines.push_back(std::move(line));
  }
  return lines;
}

Diagnostic not_there(const std::string& what) {
  return Diagnostic(Code::kRefusedByState, "SELinux is not there on this host, and so " + what)
      .with_hint("`when: facts.selinux != \"disabled\"` leaves it out there");
}

}  // namespace plumb::providers::selinux_mode
