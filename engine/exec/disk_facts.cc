#include "engine/exec/disk_facts.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <dirent.h>
#include <fcntl.h>

#include "engine/base/host_text.h"
#include "engine/exec/accounts.h"

namespace plumb::exec {
namespace {

constexpr std::size_t kMostDisks = 256;
constexpr std::size_t kMostPartitions = 128;
constexpr std::int64_t kSector = 512;  // of the kernel's `size`, whatever the device's own is

// Sorted.
std::vector<std::string> names_in(const RootFiles& files, const std::string& folder) {
  std::vector<std::string> names;
  UniqueFd fd = files.open(folder, O_RDONLY | O_DIRECTORY);
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(fd ? ::fdopendir(fd.get()) : nullptr, ::closedir);
  if (entries == nullptr) return names;
  (void)fd.release();
  while (const dirent* entry = ::readdir(entries.get())) {
    if (entry->d_name[0] != '.') names.push_back(text_of_bytes(entry->d_name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

// One line of the kernel's, without the blanks that fill it up.
std::string line_of(const RootFiles& files, const std::string& path) {
  std::string text = read_small(files, path, 4096);
  text.resize(std::min(text.find('\n'), text.size()));
  const std::size_t end = text.find_last_not_of(' ');
  return text_of_bytes(end == std::string::npos ? std::string() : text.substr(0, end + 1));
}

std::int64_t number_of(const RootFiles& files, const std::string& path) {
  const std::string text = line_of(files, path);
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// The kernel writes a `/` of a device's name as `!` there.
std::string device_of(std::string name) {
  std::replace(name.begin(), name.end(), '!', '/');
  return "/dev/" + name;
}

bool is_left_out(const std::string& name) {
  return name.starts_with("loop") || name.starts_with("ram") || name.starts_with("zram") || name.starts_with("fd");
}

Json partitions(const RootFiles& files, const std::string& folder) {
  Json list = Json::array();
  for (const std::string& name : names_in(files, folder)) {
    const std::string own = folder + "/" + name;
    if (list.size() == kMostPartitions || line_of(files, own + "/partition").empty()) continue;
    list.push_back({{"name", name}, {"device", device_of(name)}, {"bytes", number_of(files, own + "/size") * kSector}});
  }
  return list;
}

}  // namespace

Json disks(const RootFiles& files) {
  Json list = Json::array();
  if (files.is_image()) return list;
  for (const std::string& name : names_in(files, "/sys/block")) {
    // The entries are links of the kernel's into its tree of devices.
    const std::string folder = "/sys/block/" + name;
    const std::int64_t bytes = number_of(files, folder + "/size") * kSector;
    if (is_left_out(name) || bytes == 0 || list.size() == kMostDisks) continue;
    list.push_back({{"name", name},
                    {"device", device_of(name)},
                    {"bytes", bytes},
                    {"model", line_of(files, folder + "/device/model")},
                    {"rotational", number_of(files, folder + "/queue/rotational") != 0},
                    {"removable", number_of(files, folder + "/removable") != 0},
                    {"read_only", number_of(files, folder + "/ro") != 0},
                    {"partitions", partitions(files, folder)}});
  }
  return list;
}

}  // namespace plumb::exec
