#include "testdata/meet/image.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <set>
#include <sstream>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "engine/conformance/remains.h"
#include "testdata/meet/getting.h"
#include "testdata/meet/packages.h"

namespace plumb::meet {
namespace {

namespace fs = std::filesystem;

constexpr std::array kPrograms = {"/bin/sh",
                                  "/usr/bin/touch",
                                  "/usr/bin/rm",
                                  "/usr/bin/test",
                                  "/usr/bin/true",
                                  "/usr/bin/mkdir",
                                  "/usr/bin/systemctl",
                                  "/lib/systemd/systemd",
                                  "/usr/bin/update-alternatives",
                                  "/usr/bin/dpkg-divert"};
const std::set<std::string> kState = {"/var/lib/plumb", "/run/plumb"};

// The folders of programs, which cases leave alone.
const std::set<std::string>& kept() {
  static const std::set<std::string> names = {"bin", "sbin", "lib", "lib64", "usr", "dev", "proc"};
  return names;
}

void write(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string lines(const std::string& first, const std::vector<std::string>& rows) {
  std::string text = first;
  for (const std::string& row : rows) text += row + "\n";
  return text;
}

// The libraries that the system's loader names for a program.
std::set<std::string> libraries_of(const std::string& program) {
  std::set<std::string> found;
  FILE* const answer = ::popen(("ldd " + program + " 2>/dev/null").c_str(), "r");
  if (answer == nullptr) return found;
  std::array<char, 4096> line{};
  while (std::fgets(line.data(), line.size(), answer) != nullptr) {
    std::istringstream words(line.data());
    for (std::string word; words >> word;) {
      if (word.front() == '/') found.insert(word);
    }
  }
  ::pclose(answer);
  return found;
}

void take_along(const fs::path& root, const std::string& path) {
  std::error_code problem;
  const fs::path into = root / path.substr(1);
  fs::create_directories(into.parent_path(), problem);
  fs::copy_file(path, into, fs::copy_options::skip_existing, problem);
}

constexpr const char* kAccessList = "system.posix_acl_access";

// As `setfacl -m u:4242:r` does.
void give_access(const std::string& path, mode_t mode) {
  struct Part {
    std::uint16_t tag;
    std::uint16_t may;
    std::uint32_t who;
  };
  struct {
    std::uint32_t version = 2;
    std::array<Part, 5> parts{};
  } list;
  constexpr std::uint32_t kNobody = ~0U;
  const auto bits = [mode](unsigned shift) { return static_cast<std::uint16_t>((mode >> shift) & 7U); };
  const auto mask = static_cast<std::uint16_t>(bits(3) | 4U);
  list.parts = {
      {{1, bits(6), kNobody}, {2, 4, 4242}, {4, bits(3), kNobody}, {16, mask, kNobody}, {32, bits(0), kNobody}}};
  (void)!::setxattr(path.c_str(), kAccessList, &list, sizeof list, 0);
}

void make(const fs::path& root, const Entry& entry) {
  const std::string path = root.string() + entry.path;
  switch (entry.type) {
    case EntryType::kDirectory:
      ::mkdir(path.c_str(), 0700);
      break;
    case EntryType::kLink:
      if (::symlink(entry.text.c_str(), path.c_str()) != 0) return;
      break;
    case EntryType::kFifo:
      ::mkfifo(path.c_str(), 0600);
      break;
    case EntryType::kName:
      (void)!::link((root.string() + entry.text).c_str(), path.c_str());
      return;
    case EntryType::kFile: {
      const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
      if (fd < 0) return;
      (void)!::write(fd, entry.text.data(), entry.text.size());
      ::close(fd);
      break;
    }
  }
  (void)!::lchown(path.c_str(), entry.uid, entry.gid);
  if (entry.type != EntryType::kLink) ::chmod(path.c_str(), entry.mode);
  if (entry.access_list) give_access(path, entry.mode);
}

std::string content_of(const std::string& path, mode_t mode) {
  std::array<char, 4096> bytes{};
  if (S_ISLNK(mode)) {
    const ssize_t length = ::readlink(path.c_str(), bytes.data(), bytes.size());
    return " -> " + std::string(bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(length, 0)));
  }
  if (!S_ISREG(mode)) return "";
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), {}};
  return " \"" + text + "\"";
}

std::string seen(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return "?";
  std::array<char, 160> text{};
  std::snprintf(text.data(), text.size(), "%06o %u:%u inode %llu changed %lld.%09ld", info.st_mode, info.st_uid,
                info.st_gid, static_cast<unsigned long long>(info.st_ino), static_cast<long long>(info.st_mtim.tv_sec),
                info.st_mtim.tv_nsec);
  const bool lists = ::lgetxattr(path.c_str(), kAccessList, nullptr, 0) > 0;
  return text.data() + std::string(lists ? " with an access list" : "") + content_of(path, info.st_mode);
}

void add_below(const std::string& root, const std::string& path, Picture& picture) {
  std::error_code problem;
  for (const fs::directory_entry& entry : fs::directory_iterator(root + path, problem)) {
    const std::string below = path + "/" + entry.path().filename().string();
    if (path.empty() && kept().contains(entry.path().filename().string())) continue;
    if (kState.contains(below)) continue;
    picture[below] = seen(root + below);
    if (entry.is_directory(problem) && !entry.is_symlink(problem)) add_below(root, below, picture);
  }
}

}  // namespace

void take_program(const fs::path& root, const std::string& program) {
  std::error_code problem;
  if (!fs::exists(program, problem)) return;
  take_along(root, program);
  for (const std::string& library : libraries_of(program)) take_along(root, library);
}

Image::Image(fs::path folder) : folder_(std::move(folder)) {
  ::chmod(folder_.c_str(), 0755);
  std::error_code problem;
  for (const char* part : {"bin", "sbin", "lib", "lib64"}) {
    // As this machine has it, where they are links into /usr.
    if (!fs::is_symlink(std::string("/") + part, problem)) continue;
    const fs::path target = fs::read_symlink(std::string("/") + part, problem);
    fs::create_directories(folder_ / target, problem);
    fs::create_symlink(target, folder_ / part, problem);
  }
  for (const char* program : kPrograms) take_program(folder_, program);
  install_package_manager(folder_);
  for (const char* zone : {"Etc/UTC", "Europe/Berlin"}) {
    const fs::path path = folder_ / "usr/share/zoneinfo" / zone;
    fs::create_directories(path.parent_path(), problem);
    write(path, "TZif");
  }
  install_servers(folder_);
  fs::create_directories(folder_ / "dev/shm", problem);
  fs::create_directories(folder_ / "proc", problem);
  ::chmod((folder_ / "dev/shm").c_str(), 01777);
  write(folder_ / "dev/null", "");
}

void Image::reset(const Start& start) const {
  std::error_code problem;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_)) {
    if (!kept().contains(entry.path().filename().string())) fs::remove_all(entry.path(), problem);
  }
  for (const char* path : {"etc",
                           "etc/skel",
                           "etc/systemd",
                           "etc/systemd/system",
                           "home",
                           "srv",
                           "root",
                           "tmp",
                           "var",
                           "var/lib",
                           "var/lib/dpkg",
                           "var/lib/dpkg/alternatives",
                           "var/lib/plumb",
                           "var/log",
                           "opt",
                           "run",
                           "run/plumb",
                           "etc/alternatives",
                           "etc/sysctl.d",
                           "etc/yum.repos.d",
                           "etc/modules-load.d",
                           "etc/modprobe.d",
                           "etc/cron.d",
                           "etc/sudoers.d",
                           "var/spool",
                           "var/spool/cron",
                           "var/spool/cron/crontabs"}) {
    ::mkdir((folder_ / path).c_str(), 0755);
    ::chmod((folder_ / path).c_str(), 0755);
  }
  write(folder_ / "etc/skel/.profile", "# a profile\n");
  reset_packages(folder_, start.packages);
  write(folder_ / "etc/passwd",
        lines("root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
              start.passwd));
  write(folder_ / "etc/group", lines("root:x:0:\nnogroup:x:65534:\n", start.group));
  write(folder_ / "etc/shadow", lines("root:*:19000:0:99999:7:::\nnobody:*:19000:0:99999:7:::\n", start.shadow));
  write(folder_ / "etc/gshadow", lines("root:*::\nnogroup:*::\n", start.gshadow));
  ::chmod((folder_ / "etc/shadow").c_str(), 0640);
  ::chmod((folder_ / "etc/gshadow").c_str(), 0640);
  ::chmod((folder_ / "tmp").c_str(), 01777);
  for (const Entry& entry : start.entries) make(folder_, entry);
}

Picture Image::picture() const {
  Picture picture;
  add_below(folder_.string(), "", picture);
  return picture;
}

Picture lasting(const Picture& picture) {
  Picture without;
  for (const auto& [path, seen] : picture) {
    const std::size_t begin = seen.find(" inode ");
    const std::size_t changed = seen.find(" changed ", begin);
    const std::size_t end = std::min(seen.find(' ', changed + 9), seen.size());
    std::string& kept = without[path];
    kept = begin == std::string::npos ? seen : seen.substr(0, begin) + seen.substr(end);
    // Of a file that is written the kernel takes what runs it as another.
    if (kept.starts_with("10") && kept.size() > 2) kept[2] = '0';
  }
  // Which account stands first says nothing.
  for (const char* accounts : {"/etc/passwd", "/etc/group"}) {
    const auto found = without.find(accounts);
    if (found == without.end()) continue;
    std::set<std::string> lines;
    std::istringstream text(found->second.substr(std::min(found->second.find('"'), found->second.size())));
    for (std::string line; std::getline(text, line);) lines.insert(line.starts_with('"') ? line.substr(1) : line);
    found->second.erase(std::min(found->second.find('"'), found->second.size()));
    found->second += "\n";
    for (const std::string& line : lines) found->second += line + "\n";
  }
  // Lines of no group, which a start may have, are gone with the first change; and of what stands for a password when
  // there is none nothing is kept.
  without.erase("/etc/gshadow");
  without.erase("/etc/shadow");
  return without;
}

std::string left_over(const Picture& picture) {
  for (const auto& [path, unused] : picture) {
    if (conformance::is_left_over(path)) return path;
  }
  return "";
}

std::string differences(const Picture& before, const Picture& after) {
  std::string text;
  for (const auto& [path, was] : before) {
    const auto now = after.find(path);
    if (now == after.end()) {
      text += path + ": is gone\n";
    } else if (now->second != was) {
      text += path + ": " + was + "  =>  " + now->second + "\n";
    }
  }
  for (const auto& [path, is] : after) {
    if (!before.contains(path)) text += path + ": is new, " + is + "\n";
  }
  return text;
}

}  // namespace plumb::meet
