#include "testdata/meet/interference.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

namespace plumb::meet {
namespace {

namespace fs = std::filesystem;

// Folders of programs, and what the kernel or the executor has to itself.
bool is_left_alone(const std::string& path) {
  constexpr std::array kOthers = {"/usr/",  "/bin/", "/sbin/", "/lib",          "/dev/",
                                  "/proc/", "/sys/", "/run/",  "/var/lib/plumb"};
  for (const char* other : kOthers) {
    if (path.starts_with(other)) return true;
  }
  // Other accounts than those that are asked for would be another case.
  return path == "/" || path.starts_with("/etc/passwd") || path.starts_with("/etc/group") ||
         path.starts_with("/etc/shadow") || path.starts_with("/etc/gshadow");
}

void append(const fs::path& path) {
  std::ofstream(path, std::ios::binary | std::ios::app) << "somebody's\n";
}

std::string change(const fs::path& path, const std::string& name, Random& random) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) {
    struct stat folder {};
    if (::lstat(path.parent_path().c_str(), &folder) != 0 || !S_ISDIR(folder.st_mode)) return "";
    if (random.one_in(3)) return ::mkdir(path.c_str(), 0755) == 0 ? "made the folder " + name : "";
    append(path);
    return "made the file " + name;
  }
  const std::size_t how = random.below(4);
  if (how == 0 && !S_ISDIR(info.st_mode)) return ::unlink(path.c_str()) == 0 ? "removed " + name : "";
  if (how == 1 && !S_ISLNK(info.st_mode))
    return ::chmod(path.c_str(), (info.st_mode & 07777) ^ 0011) == 0 ? "changed the mode of " + name : "";
  if (how == 2) return ::lchown(path.c_str(), 4321, 4321) == 0 ? "gave " + name + " away" : "";
  if (S_ISREG(info.st_mode)) {
    append(path);
    return "added a line to " + name;
  }
  if (!S_ISDIR(info.st_mode)) return "";
  append(path / "somebodys");
  return "put a file into " + name;
}

}  // namespace

std::string interfere(const Image& image, const std::set<std::string>& paths, Random& random) {
  std::vector<std::string> all;
  for (const std::string& path : paths) {
    if (!is_left_alone(path)) all.push_back(path);
  }
  for (int tries = 0; !all.empty() && tries < 8; ++tries) {
    const std::string& name = random.of(all);
    if (std::string done = change(image.folder() / name.substr(1), name, random); !done.empty()) return done;
  }
  return "";
}

}  // namespace plumb::meet
