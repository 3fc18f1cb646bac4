#include "testdata/meet/systems.h"

#include <algorithm>

namespace plumb::meet {
namespace {

SystemWord unit(const char* file, Json attributes) {
  return {"systemd_unit", "/etc/systemd/system/" + std::string(file), "", std::move(attributes)};
}

std::vector<SystemWord> make_words() {
  const Json gone = {{"state", "absent"}};
  const Json service = {{"ExecStart", "/usr/bin/true"}};
  return {
      unit("app.service", {{"Service", service}}),
      unit("app.service", {{"Unit", {{"Description", "x"}}},
                           {"Service", {{"ExecStart", {"", "/usr/bin/true"}}, {"Type", "exec"}}},
                           {"Install", {{"WantedBy", "multi-user.target"}}},
                           {"backup", true}}),
      unit("app.service", {{"Service", {{"ExecStart", "/usr/bin/true"}, {"Type", "oneshot"}}}}),
      unit("app.service", gone),
      unit("app.service.d/x.conf", {{"Service", {{"Nice", "5"}}}}),
      unit("app.service.d/x.conf", gone),
      unit("web.service", {{"Service", service}, {"Install", {{"WantedBy", "multi-user.target"}}}}),
      unit("x.socket", {{"Socket", {{"ListenStream", "/run/x"}}}}),
      unit("x.timer", {{"Timer", {{"OnCalendar", "daily"}, {"Persistent", "true"}}}}),
      unit("x.path", {{"Path", {{"PathExists", "/srv/p"}}}}),
      unit("srv-p.mount", {{"Mount", {{"What", "/srv/q"}, {"Where", "/srv/p"}}}}),
      unit("srv-p.automount", {{"Automount", {{"Where", "/srv/p"}}}}),
      unit("x.swap", {{"Swap", {{"What", "/srv/q"}}}}),
      unit("x.slice", {{"Slice", {{"CPUQuota", "50%"}}}}),
      unit("x.scope.d/x.conf", {{"Scope", {{"RuntimeMaxSec", "1d"}}}}),
      {"mount", "", "", {{"source", "OTHER"}, {"options", {"bind", "ro"}}, {"pass", 0}, {"dump", 0}}},
      {"mount", "", "", {{"source", "UUID=ab"}, {"type", "ext4"}, {"state", "present"}, {"backup", true}}},
      {"mount", "", "", {{"source", "none"}, {"type", "tmpfs"}, {"state", "unmounted"}, {"remount_on", {"file:*"}}}},
      {"mount", "", "", {{"source", "none"}, {"type", "tmpfs"}, {"state", "ephemeral"}}},
      {"mount", "", "", gone},
      {"swap", "", "", {{"size", "1MiB"}, {"priority", 3}, {"options", "discard"}}},
      {"swap", "", "", {{"state", "present"}, {"backup", true}}},
      {"swap", "", "", {{"state", "inactive"}}},
      {"swap", "", "", {{"size", "1MiB"}, {"state", "absent"}}},
      {"sysctl", "vm.swappiness", "", {{"value", "10"}}},
      {"sysctl", "vm.swappiness", "", {{"value", "20"}, {"live", true}, {"persistent", true}, {"optional", true}}},
      {"sysctl", "kernel.panic", "file", {{"value", "5"}, {"backup", true}}},
      {"sysctl", "kernel.panic", "file", gone},
      {"kernel_module", "loop", "", {{"persistent", true}, {"params", "max_loop=9"}}},
      {"kernel_module", "loop", "", {{"blacklisted", true}, {"state", "absent"}}},
      {"kernel_module", "loop", "", {{"state", "present"}}},
      {"hostname", "web1", "", Json::object()},
      {"timezone", "Etc/UTC", "", Json::object()},
      {"timezone", "Europe/Berlin", "", Json::object()},
      {"locale", "C.UTF-8", "", {{"default", true}}},
      {"locale", "de_DE.UTF-8", "", gone},
      {"alternatives", "tool", "path", {{"link", "/opt/tool"}, {"priority", 9}}},
      {"alternatives", "tool", "path", {{"link", "/opt/tool"}, {"state", "present"}, {"followers", Json::array()}}},
      {"alternatives", "tool", "path", {{"link", "/opt/tool"}, {"state", "absent"}}},
      {"alternatives", "tool", "", {{"state", "auto"}}},
  };
}

}  // namespace

Resource SystemWord::make(const std::string& path, const std::string& other) const {
  Resource made{kind, name.empty() ? path : name, attributes};
  if (!place.empty()) made.attributes[place] = path;
  for (Json& value : made.attributes) {
    if (value == "OTHER") value = other;
  }
  return made;
}

const std::vector<SystemWord>& system_words() {
  static const std::vector<SystemWord> all = make_words();
  return all;
}

bool is_of_kernel(const Resource& resource) {
  static const std::vector<std::string> kinds = {"sysctl", "hostname", "mount", "swap", "kernel_module"};
  return std::find(kinds.begin(), kinds.end(), resource.kind) != kinds.end();
}

}  // namespace plumb::meet
