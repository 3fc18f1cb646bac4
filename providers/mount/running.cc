#include "providers/mount/running.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/joined.h"

namespace plumb::providers::mount {
namespace {

// What takes each back. Those that a kernel gives by itself, such as relatime, are not looked at.
constexpr std::array<std::pair<const char*, const char*>, 8> kOpposites = {{{"ro", "rw"},
                                                                            {"nosuid", "suid"},
                                                                            {"nodev", "dev"},
                                                                            {"noexec", "exec"},
                                                                            {"noatime", "atime"},
                                                                            {"nodiratime", "diratime"},
                                                                            {"sync", "async"},
                                                                            {"dirsync", "async"}}};
// A name that is made up for what has no device.
constexpr std::array<const char*, 10> kWithoutSource = {"tmpfs",    "ramfs",   "proc",    "sysfs",   "devpts",
                                                        "devtmpfs", "cgroup2", "overlay", "debugfs", "hugetlbfs"};

}  // namespace

std::set<std::string> plain_options(const std::set<std::string>& options) {
  std::set<std::string> plain;
  for (const auto& [option, opposite] : kOpposites) {
    if (options.contains(option)) plain.insert(option);
  }
  // As mount has it: what any user may mount runs nothing.
  const bool users = options.contains("user") || options.contains("users") || options.contains("owner");
  for (const char* option : {"nosuid", "nodev", "noexec"}) {
    const bool taken_back = options.contains(std::string(option).substr(2));
    if (users && !taken_back && (!options.contains("owner") || std::string_view(option) != "noexec"))
      plain.insert(option);
  }
  return plain;
}

Result<bool> is_from(const MountedPlace& mounted, const std::vector<MountedPlace>& mounts, const std::string& source,
                     const std::string& type, const std::string& options, System& system) {
  if (is_bind(options)) {
    const std::string place = system.resolve(source).value_or(source);
    std::vector<MountedPlace> before = mounts;  // what a bind of a folder on itself hides does not count
    std::erase_if(before, [&](const MountedPlace& one) { return one.point == mounted.point; });
    const std::optional<MountedPlace> bound = bound_place(before, place);
    return bound && bound->root == mounted.root && bound->source == mounted.source && bound->type == mounted.type;
  }
  if (!type.empty() && type != "auto" && type != mounted.type &&
      !(type.starts_with("nfs") && mounted.type.starts_with("nfs")) && !mounted.type.starts_with("fuse"))
    return false;
  if (std::find(kWithoutSource.begin(), kWithoutSource.end(), type) != kWithoutSource.end()) return true;
  PLUMB_TRY_ASSIGN(const std::string wanted, device_of(source, system));
  PLUMB_TRY_ASSIGN(const std::string there, device_of(mounted.source, system));
  const auto plain = [](std::string text) {
    while (text.size() > 1 && text.ends_with('/')) text.pop_back();
    return text;
  };
  // An image in a file is a device of its own, which tells nothing of the file.
  if (there.starts_with("/dev/loop") && !wanted.starts_with("/dev/")) return true;
  return plain(wanted) == plain(there);
}

std::string remount_options(const std::set<std::string>& asked, const std::set<std::string>& there) {
  std::string text;
  const auto add = [&](const std::string& option) { append_item(text, option, ","); };
  const std::set<std::string> wanted = plain_options(asked);
  for (const auto& [option, opposite] : kOpposites) {
    if (there.contains(option) && !wanted.contains(option) && !asked.contains(opposite)) add(opposite);
  }
  for (const std::string& option : asked) add(option);
  return text;
}

}  // namespace plumb::providers::mount
