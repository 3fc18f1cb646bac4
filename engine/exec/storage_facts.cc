#include "engine/exec/storage_facts.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <sys/statvfs.h>

#include "engine/base/in_order.h"
#include "engine/base/split.h"
#include "engine/exec/accounts.h"

namespace plumb::exec {
namespace {

constexpr std::size_t kMostMounts = 256;
constexpr std::size_t kLargestTable = std::size_t{1} << 20;

// Blanks and the like stand as three octal digits in the kernel's tables.
std::string unescaped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned code = 0;
    const char* begin = text.data() + i + 1;
    if (text[i] == '\\' && i + 3 < text.size() && std::from_chars(begin, begin + 3, code, 8).ptr == begin + 3) {
      out += static_cast<char>(code);
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

bool is_of_a_server(const std::string& type) {
  return type == "nfs" || type == "nfs4" || type == "cifs" || type == "smb3" || type == "ceph" || type == "glusterfs" ||
         type == "fuse.glusterfs" || type == "fuse.sshfs";
}

// A file system that is a program of some user's answers when that likes to, whatever he called its device.
bool may_keep_waiting(const std::string& type) {
  return is_of_a_server(type) || type == "fuse" || type.starts_with("fuse.");
}

std::int64_t size_of(const std::string& path) {
  struct statvfs info {};
  if (::statvfs(path.c_str(), &info) != 0) return 0;
  return static_cast<std::int64_t>(info.f_frsize) * static_cast<std::int64_t>(info.f_blocks);
}

Json mounts_of(const std::string& table) {
  struct Mount {
    std::string path, device, type;
  };
  std::vector<Mount> found;
  for (const std::string& line : split(table, '\n')) {
    const std::vector<std::string> parts = words(line);
    if (parts.size() < 3) continue;
    Mount mount{unescaped(parts[1]), unescaped(parts[0]), parts[2]};
    // Images of programs (squashfs on /dev/loop7) come and go with every update.
    const bool device = mount.device.starts_with("/dev/") && !mount.device.starts_with("/dev/loop");
    if (!device && !is_of_a_server(mount.type) && mount.type != "zfs" && mount.type != "btrfs") continue;
    // What is mounted over it hides what was there.
    std::erase_if(found, [&](const Mount& other) { return other.path == mount.path; });
    if (found.size() < kMostMounts) found.push_back(std::move(mount));
  }
  put_in_order(found, [](const Mount& one, const Mount& other) { return one.path < other.path; });
  Json list = Json::array();
  for (const Mount& mount : found) {
    list.push_back({{"path", mount.path},
                    {"device", mount.device},
                    {"type", mount.type},
                    {"bytes", may_keep_waiting(mount.type) ? std::int64_t{0} : size_of(mount.path)}});
  }
  return list;
}

// Filename Type Size Used Priority, in KiB, below a line of headings.
std::int64_t swap_bytes(const std::string& table) {
  std::int64_t sum = 0;
  for (const std::string& line : split(table, '\n')) {
    const std::vector<std::string> parts = words(line);
    std::int64_t size = 0;
    if (parts.size() >= 4) std::from_chars(parts[2].data(), parts[2].data() + parts[2].size(), size);
    sum += size * 1024;
  }
  return sum;
}

}  // namespace

Json mounts(const RootFiles& files) {
  if (files.is_image()) return Json::array();
  return mounts_of(read_small(files, "/proc/self/mounts", kLargestTable));
}

Json swap_space(const RootFiles& files) {
  const std::int64_t bytes = files.is_image() ? 0 : swap_bytes(read_small(files, "/proc/swaps"));
  return {{"bytes", bytes}};
}

}  // namespace plumb::exec
