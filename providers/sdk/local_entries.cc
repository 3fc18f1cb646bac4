#include "providers/sdk/local_entries.h"

#include <algorithm>
#include <array>

#include "engine/base/glob.h"
#include "engine/base/host_text.h"
#include "engine/base/utf8.h"

namespace plumb {
namespace {

constexpr std::size_t kLargestFile = std::size_t{256} << 10;
constexpr std::size_t kLargestPackaged = std::size_t{8} << 20;
constexpr std::size_t kMostEntries = 20000;

// What hosts, their packages' scripts and their programs make by themselves: globs of paths, with all that is below.
// Other kinds look into some of them: accounts, cron, alternatives.
constexpr std::array kMadeByHosts = {
    "/etc/.pwd.lock",
    "/etc/.updated",
    "/etc/.resolv.conf*",
    "/etc/X11/default-display-manager",
    "/etc/adjtime",
    "/etc/aliases.db",
    "/etc/alternatives",
    "/etc/apparmor.d/cache*",
    "/etc/apparmor.d/local",
    "/etc/apt/trusted.gpg*",
    "/etc/ca-certificates.conf",
    "/etc/ca-certificates.conf.dpkg-old",
    "/etc/console-setup",
    "/etc/cups",
    "/etc/debian_version",
    "/etc/default/locale",
    "/etc/dpkg/origins",
    "/etc/environment",
    "/etc/fonts/conf.d",
    "/etc/fstab",
    "/etc/group",
    "/etc/gshadow",
    "/etc/hostname",
    "/etc/hosts",
    "/etc/init.d/.depend.*",
    "/etc/initramfs-tools/conf.d/resume",
    "/etc/inputrc",
    "/etc/java-*-openjdk",
    "/etc/ld.so.cache",
    "/etc/locale.conf",
    "/etc/locale.gen",
    "/etc/localtime",
    "/etc/machine-id",
    "/etc/mailcap",
    "/etc/mtab",
    "/etc/network/run",
    "/etc/nologin",
    "/etc/nsswitch.conf",
    "/etc/os-release",
    "/etc/pam.d/common-*",
    "/etc/passwd",
    "/etc/profile",
    "/etc/python*/debian_config",
    "/etc/rc?.d",
    "/etc/resolv.conf",
    "/etc/rmt",
    "/etc/runit",
    "/etc/shadow",
    "/etc/shells",
    "/etc/ssh/ssh_host_*",
    "/etc/ssh/ssh_known_hosts",
    "/etc/ssl/certs",
    "/etc/subgid",
    "/etc/subuid",
    "/etc/systemd/system/*.requires",
    "/etc/systemd/system/*.wants",
    "/etc/systemd/user/*.wants",
    "/etc/timezone",
    "/etc/udev/hwdb.bin",
    "/etc/vconsole.conf",
    "/etc/xdg/systemd/user",
    "/etc/modules",
    "/etc/motd",
    "/etc/sensors.d",
    "/etc/lvm/archive",
    "/etc/lvm/backup",
    "/etc/lvm/cache",
    "/etc/mdadm/mdadm.conf",
    "/etc/issue",
    "/etc/issue.net",
    "/etc/apache2/mods-enabled",
    "/etc/credstore*",
    "/etc/binfmt.d",
    "/etc/kernel",
    "/etc/sgml",
    "/etc/xml",
    "/etc/emacs",
    "/etc/texmf",
    "/etc/cni",
    "/etc/ipsec.d",
    "/etc/alsa/state-daemon.conf",
    "/etc/apk/world",
    "/etc/authselect",
    "/etc/ca-certificates/extracted",
    "/etc/crypto-policies/back-ends",
    "/etc/crypto-policies/state",
    "/etc/dnf/modules.d",
    "/etc/grub2*.cfg",
    "/etc/lvm/devices",
    "/etc/pacman.d/gnupg",
    "/etc/pki/ca-trust/extracted",
    "/etc/pki/consumer",
    "/etc/pki/entitlement",
    "/etc/pki/product*",
    "/etc/pki/tls/certs/ca-bundle*",
    "/etc/rc.d/rc?.d",
    "/etc/runlevels",
    "/etc/selinux/targeted",
    "/etc/sysconfig/anaconda",
    "/etc/sysconfig/kernel",
    "/etc/tuned/active_profile",
    "/etc/tuned/profile_mode",
};
// Copies that editors and package managers leave.
constexpr std::array kCopies = {"*~",       "*-",       "*.dpkg-*",  "*.ucf-*",   "*.rpmsave",
                                "*.rpmnew", "*.pacnew", "*.pacsave", "*.apk-new", "*.plumb-*",
                                ".#*",      "*.swp",    "*.orig",    "*.pyc",     "*.placeholder"};

constexpr std::array kRoots = {"/etc", "/usr/local/bin", "/usr/local/sbin"};

bool is_made_by_hosts(const std::string& path) {
  return std::any_of(kMadeByHosts.begin(), kMadeByHosts.end(), [&](const char* one) { return glob_match(one, path); });
}

bool is_copy(const std::string& path) {
  const std::string name = path.substr(path.rfind('/') + 1);
  return std::any_of(kCopies.begin(), kCopies.end(), [&](const char* one) { return glob_match(one, name); });
}

// Such a line stands in what Python's installers write.
bool is_made_by_pip(const std::string& path, const std::string& bytes) {
  return path.starts_with("/usr/local/") && bytes.starts_with("#!") && bytes.find("sys.exit(") != std::string::npos &&
         bytes.find("sys.argv[0]") != std::string::npos;
}

class LocalEntries {
 public:
  LocalEntries(const SurveyedHost& host, Survey& survey) : host_(host), survey_(survey) {}

  std::vector<LocalEntry> all() {
    for (const char* root : kRoots) {
      const auto there = host_.system.stat(root, false);
      if (!there || !*there || (*there)->type != FileType::kDirectory) continue;
      const Result<> walked = host_.system.walk(root, [&](const std::string& path, const FileInfo& info, bool mounted) {
        return visit(path, info, mounted);
      });
      if (!walked) survey_.leave_out(root, walked.error().summary());
    }
    for (const auto& [path, unused] : host_.packaged->configuration) add_gone(path);
    return std::move(entries_);
  }

 private:
  Result<bool> visit(const std::string& path, const FileInfo& info, bool mounted) {
    if (mounted || is_made_by_hosts(path) || is_copy(path)) return false;
    if (!valid_utf8(path) || bytes_of_text(path) != path) {
      survey_.leave_out(bytes_of_text(path), "its name is no text");
      return false;
    }
    if (entries_.size() >= kMostEntries) return fail(Code::kCannotObserve, "more than can be looked at");
    switch (info.type) {
      case FileType::kDirectory: {
        const bool is_root = std::find(kRoots.begin(), kRoots.end(), path) != kRoots.end();
        if (!is_root && !is_packaged(host_, path) && !is_left_empty(path)) entries_.push_back({path, info, {}});
        return true;
      }
      case FileType::kLink:
        add_link(path, info);
        return false;
      case FileType::kFile:
        add_file(path, info);
        return false;
      case FileType::kOther:
        return false;
    }
    return false;
  }

  // As packages' scripts make them.
  bool is_left_empty(const std::string& path) {
    const Result<std::vector<std::string>> names = host_.system.list(path);
    return names && names->empty();
  }

  void add_link(const std::string& path, const FileInfo& info) {
    if (is_packaged(host_, path)) return;
    const auto whole = host_.system.stat(path, false);
    if (!whole || !*whole || (*whole)->link_target.empty()) return;
    const std::string& target = (*whole)->link_target;
    // Names that packages' programs make for what they have themselves, and masks, which say more than a link.
    if (target == "/dev/null" || target.starts_with("/etc/alternatives/")) return;
    if (path.starts_with("/etc/systemd/")) return;
    if (host_.packaged->script_words.contains(path)) return;
    entries_.push_back({path, info, {}});
    entries_.back().info.link_target = target;
  }

  void add_file(const std::string& path, const FileInfo& info) {
    if (host_.packaged->paths.contains(path) && !host_.packaged->configuration.contains(path)) return;
    const auto too_large = [&] {
      survey_.leave_out(path, "it has " + std::to_string(info.size >> 10U) + " KiB; `source` of a `file` brings it");
    };
    if (info.size > kLargestPackaged) return too_large();
    Result<std::string> bytes = host_.system.read_file(path, kLargestPackaged);
    if (!bytes) return survey_.leave_out(path, bytes.error().summary());
    if (is_as_packaged(host_, path, *bytes) || is_made_by_pip(path, *bytes)) return;
    // What a package's script wrote and nobody put anything into.
    if (host_.packaged->script_words.contains(path) && entry_lines(*bytes, "#;").empty()) return;
    if (bytes->size() > kLargestFile) return too_large();
    if (path.starts_with("/usr/local/") && !valid_utf8(*bytes))
      return survey_.leave_out(path, "a program that is no text");
    entries_.push_back({path, info, std::move(*bytes)});
  }

  void add_gone(const std::string& path) {
    if (!path.starts_with("/etc/") || is_made_by_hosts(path)) return;
    const auto there = host_.system.stat(path, false);
    if (!there || *there) return;
    entries_.push_back({path, {}, {}, true});
  }

  const SurveyedHost& host_;
  Survey& survey_;
  std::vector<LocalEntry> entries_;
};

}  // namespace

std::vector<LocalEntry> local_entries(const SurveyedHost& host, Survey& survey) {
  if (host.packaged == nullptr) return {};
  return LocalEntries(host, survey).all();
}

Json ownership_of(const FileInfo& info, std::string_view usual_mode, System& system) {
  Json out = Json::object();
  const auto user = system.user_by_id(info.uid);
  const auto group = system.group_by_id(info.gid);
  if (info.uid != 0) out["owner"] = user ? user->name : std::to_string(info.uid);
  if (info.gid != 0) out["group"] = group ? group->name : std::to_string(info.gid);
  constexpr std::uint32_t kBits = 07777;
  std::string mode = "0000";
  std::uint32_t bits = info.mode & kBits;
  for (std::size_t i = mode.size(); i > 0; --i, bits >>= 3U) mode[i - 1] = static_cast<char>('0' + (bits & 7U));
  if (mode != usual_mode) out["mode"] = mode;
  return out;
}

}  // namespace plumb
