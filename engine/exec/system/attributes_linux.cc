#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "engine/base/host_text.h"
#include "engine/base/in_order.h"
#include "engine/exec/root_files.h"
#include "engine/exec/system/attributes.h"

namespace plumb::exec {
namespace {

constexpr const char* kAccess = "system.posix_acl_access";
constexpr const char* kInherited = "system.posix_acl_default";

// As the kernel lays an access list out: a version, and then entries.
struct AclEntry {
  std::uint16_t tag;
  std::uint16_t permissions;
  std::uint32_t id;
};
constexpr std::size_t kAclHeader = 4;
constexpr std::uint32_t kAclVersion = 2;
constexpr std::uint32_t kNobody = ~std::uint32_t{0};
constexpr std::uint16_t kOwner = 0x01;
constexpr std::uint16_t kUser = 0x02;
constexpr std::uint16_t kOwnGroup = 0x04;
constexpr std::uint16_t kGroup = 0x08;
constexpr std::uint16_t kMask = 0x10;
constexpr std::uint16_t kOther = 0x20;

std::vector<AclEntry> read_list(const std::string& path, const char* attribute) {
  std::array<char, 65536> bytes{};
  const ssize_t size = ::getxattr(path.c_str(), attribute, bytes.data(), bytes.size());
  std::vector<AclEntry> entries;
  for (std::size_t at = kAclHeader; size > 0 && at + sizeof(AclEntry) <= static_cast<std::size_t>(size);
       at += sizeof(AclEntry)) {
    std::memcpy(&entries.emplace_back(), bytes.data() + at, sizeof(AclEntry));
  }
  return entries;
}

unsigned mask_of(const std::vector<AclEntry>& list) {
  for (const AclEntry& entry : list) {
    if (entry.tag == kMask) return entry.permissions;
  }
  return 07;
}

void add_named(const std::string& path, const char* attribute, bool inherited, RightsBeyondMode& rights) {
  const std::vector<AclEntry> list = read_list(path, attribute);
  for (const AclEntry& entry : list) {
    if (entry.tag != kUser && entry.tag != kGroup) continue;
    rights.entries.push_back({inherited, entry.tag == kGroup, entry.id, entry.permissions & mask_of(list)});
  }
}

constexpr const char* kLabel = "security.selinux";
constexpr const char* kCapability = "security.capability";

// The names under which rights stand, in the place of a list of those that are there. `names` has room for them.
ssize_t list_rights(char* names) {
  char* end = names;
  for (const char* name : {kAccess, kInherited, kCapability, kLabel}) end = ::stpcpy(end, name) + 1;
  return end - names;
}

std::string read_line(const char* path) {
  const UniqueFd fd(::open(path, O_RDONLY | O_CLOEXEC));
  std::string text = fd ? read_all(fd.get(), 4096, path).value_or("") : std::string();
  return text.substr(0, text.find_first_of(std::string_view("\n\0", 2)));
}

std::string label_of(const std::string& path) {
  std::array<char, 4096> label{};
  return ::getxattr(path.c_str(), kLabel, label.data(), label.size() - 1) > 0 ? label.data() : std::string();
}

std::string attribute_of(const std::string& path, const std::string& name) {
  std::string value(65536, '\0');
  const ssize_t size = ::getxattr(path.c_str(), name.c_str(), value.data(), value.size());
  value.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
  return value;
}

// As the kernel takes a name in a question about labels.
std::string encoded_name(std::string_view name) {
  constexpr std::string_view kPlain = "-._~", kHex = "0123456789ABCDEF";
  std::string text;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || kPlain.find(c) != std::string_view::npos) {
      text += c;
    } else if (c == ' ') {
      text += '+';
    } else {
      text.append({'%', kHex[byte >> 4U], kHex[byte & 15U]});
    }
  }
  return text;
}

// The file systems that have no place for owners and modes, and make them up.
std::string modeless(decltype(statfs::f_type) type) {
  switch (static_cast<unsigned long>(type)) {
    case MSDOS_SUPER_MAGIC:
      return "vfat";
    case 0x2011bab0:
      return "exfat";
    default:
      return {};
  }
}

}  // namespace

std::string own_path_of(int file) {
  return "/proc/self/fd/" + std::to_string(file);
}

RightsBeyondMode rights_beyond_mode(const std::string& own_path) {
  RightsBeyondMode rights;
  // Most have few or none, and the kernel makes room for as many as are asked for.
  std::vector<char> names(256);
  ssize_t length = ::listxattr(own_path.c_str(), names.data(), names.size());
  if (length < 0 && errno == ERANGE) {
    names.resize(65536);
    length = ::listxattr(own_path.c_str(), names.data(), names.size());
  }
  // Whoever owns a file may give it more names than the kernel lists. They hide nothing of what gives rights.
  if (length < 0 && (errno == E2BIG || errno == ERANGE)) {
    rights.is_cut = true;
    length = list_rights(names.data());
  }
  std::size_t room = std::size_t{1} << 20;
  for (ssize_t at = 0; at < length;) {
    const std::string_view name = names.data() + at;
    at += static_cast<ssize_t>(name.size()) + 1;
    if (name == kAccess) add_named(own_path, kAccess, false, rights);
    if (name == kInherited) add_named(own_path, kInherited, true, rights);
    if (name == kCapability) rights.capabilities = ::getxattr(own_path.c_str(), kCapability, nullptr, 0) > 0;
    if (name == kLabel) rights.label = label_of(own_path);
    if (!name.starts_with("user.") && !name.starts_with("trusted.")) continue;
    // Whoever owns a file may give it as many as its file system takes.
    std::string value = attribute_of(own_path, std::string(name));
    if (value.size() > room) {
      rights.is_cut = true;
      continue;
    }
    room -= value.size();
    rights.extended[std::string(name)] = std::move(value);
  }
  return rights;
}

int set_access_lists(const std::string& own_path, std::vector<AccessEntry> entries, mode_t mode) {
  if (own_path.empty()) {
    errno = ENOTSUP;
    return -1;
  }
  const auto bits = [mode](unsigned shift) { return static_cast<std::uint16_t>(mode >> shift & 07U); };
  // The kernel takes those of users and those of groups in order.
  put_in_order(entries, [](const AccessEntry& one, const AccessEntry& other) { return one.id < other.id; });
  for (const bool inherited : {false, true}) {
    std::vector<AclEntry> list = {{kOwner, bits(6), kNobody}};
    unsigned most = bits(3);
    const auto add = [&](bool group) {
      for (const AccessEntry& entry : entries) {
        if (entry.inherited != inherited || entry.group != group) continue;
        most |= entry.permissions;
        list.push_back({group ? kGroup : kUser, static_cast<std::uint16_t>(entry.permissions), entry.id});
      }
    };
    add(false);
    list.push_back({kOwnGroup, bits(3), kNobody});
    add(true);
    if (list.size() == 2) continue;
    list.push_back({kMask, static_cast<std::uint16_t>(most), kNobody});
    list.push_back({kOther, bits(0), kNobody});
    std::string bytes(kAclHeader + list.size() * sizeof(AclEntry), '\0');
    std::memcpy(bytes.data(), &kAclVersion, sizeof kAclVersion);
    std::memcpy(bytes.data() + kAclHeader, list.data(), list.size() * sizeof(AclEntry));
    if (::setxattr(own_path.c_str(), inherited ? kInherited : kAccess, bytes.data(), bytes.size(), 0) != 0) return -1;
  }
  return 0;
}

int clear_access_lists(const std::string& own_path) {
  if (own_path.empty()) return 0;
  const auto gone = [&](const char* attribute) {
    return ::removexattr(own_path.c_str(), attribute) == 0 || errno == ENODATA || errno == EOPNOTSUPP;
  };
  struct stat info {};
  if (::stat(own_path.c_str(), &info) != 0) return -1;
  const mode_t mode = mode_without_list(own_path, info.st_mode & 07777);
  if (!gone(kInherited) || !gone(kAccess)) return -1;
  return mode == (info.st_mode & 07777) ? 0 : ::chmod(own_path.c_str(), mode);
}

mode_t mode_without_list(const std::string& own_path, mode_t mode) {
  const std::vector<AclEntry> list = read_list(own_path, kAccess);
  const auto group = std::find_if(list.begin(), list.end(), [](const AclEntry& one) { return one.tag == kOwnGroup; });
  if (group == list.end()) return mode;
  return (mode & ~mode_t{070}) | ((group->permissions & mask_of(list)) << 3U);
}

Result<> give_attributes(const std::string& own_path, const Ownership& ownership, const std::string& path) {
  const auto give = [&](const std::string& name, const char* value, std::size_t size) -> Result<> {
    if (::setxattr(own_path.c_str(), name.c_str(), value, size, 0) == 0) return {};
    return os_error("set " + name + " of", path);
  };
  if (ownership.label && *ownership.label != label_of(own_path))
    PLUMB_TRY(give(kLabel, ownership.label->c_str(), ownership.label->size() + 1));
  for (const std::string& name : ownership.without) {
    if (::removexattr(own_path.c_str(), name.c_str()) != 0 && errno != ENODATA && errno != EOPNOTSUPP)
      return os_error("take " + name + " from", path);
  }
  for (const auto& [name, text] : ownership.extended) {
    const std::string value = bytes_of_text(text);
    PLUMB_TRY(give(name, value.data(), value.size()));
  }
  return {};
}

Limits limits_of(const HeldEntry& entry) {
  Limits limits;
  struct statx info {};
  if (::statx(entry.descriptor(), "", AT_EMPTY_PATH, STATX_BASIC_STATS, &info) == 0) {
    limits.immutable = (info.stx_attributes & (STATX_ATTR_IMMUTABLE | STATX_ATTR_APPEND)) != 0;
    limits.mount = (info.stx_attributes & STATX_ATTR_MOUNT_ROOT) != 0;
  }
  struct statfs system {};
  if (::fstatfs(entry.descriptor(), &system) == 0) {
    limits.read_only = (static_cast<unsigned long>(system.f_flags) & ST_RDONLY) != 0;
    limits.modeless = modeless(system.f_type);
  }
  return limits;
}

bool may_keep_no_modes(const HeldEntry& entry) {
  constexpr unsigned long kFuse = 0x65735546;
  struct statfs system {};
  return ::fstatfs(entry.descriptor(), &system) == 0 && static_cast<unsigned long>(system.f_type) == kFuse;
}

Result<> copy_attributes(int from, int to, const std::string& name, bool with_lists) {
  std::array<char, 65536> names{};
  ssize_t length = ::flistxattr(from, names.data(), names.size());
  // Of more than the kernel lists, what gives rights is kept; nobody can hold up a change by such a heap.
  if (length < 0 && (errno == E2BIG || errno == ERANGE)) length = list_rights(names.data());
  for (ssize_t at = 0; at < length;) {
    const std::string attribute = names.data() + at;
    at += static_cast<ssize_t>(attribute.size()) + 1;
    if (attribute == kCapability || attribute == "security.ima" || attribute == "security.evm") continue;
    if (!with_lists && (attribute == kAccess || attribute == kInherited)) continue;
    std::vector<char> value(65536);
    const ssize_t size = ::fgetxattr(from, attribute.c_str(), value.data(), value.size());
    if (size < 0) continue;
    if (::fsetxattr(to, attribute.c_str(), value.data(), static_cast<std::size_t>(size), 0) != 0 &&
        attribute == kAccess) {
      return os_error("keep the access list of", name);
    }
  }
  return {};
}

// A policy may have a label for a name, as for ~/.ssh, and the kernel looks for it only when the folder is made.
// SELinux tells what it would have given: who makes it, in what, a folder or a file, of this name.
void label_as_named(const std::string& own_path, int folder, const std::string& name, Labelled what) {
  const UniqueFd asked(::open("/sys/fs/selinux/create", O_RDWR | O_CLOEXEC));
  if (!asked) return;
  const std::string question =
      read_line("/proc/self/attr/current") + " " + label_of(own_path_of(folder)) + " " +
      read_line(what == Labelled::kFile ? "/sys/fs/selinux/class/file/index" : "/sys/fs/selinux/class/dir/index") +
      " " + encoded_name(name);
  std::array<char, 4096> answer{};
  if (::write(asked.get(), question.data(), question.size()) != static_cast<ssize_t>(question.size())) return;
  if (::read(asked.get(), answer.data(), answer.size() - 1) <= 0) return;
  const std::string label = answer.data();
  if (!label.empty() && label != label_of(own_path))
    (void)::setxattr(own_path.c_str(), kLabel, label.c_str(), label.size() + 1, 0);
}

std::int64_t changed_at(const struct stat& info) {
  return std::int64_t{info.st_ctim.tv_sec} * 1'000'000'000 + info.st_ctim.tv_nsec;
}

}  // namespace plumb::exec
