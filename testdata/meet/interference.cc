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
  const std::size_t how = random.below(5);
  if (how == 0 && !S_ISDIR(info.st_mode)) return ::unlink(path.c_str()) == 0 ? "removed " + name : "";
  if (how == 4 && !S_ISDIR(info.st_mode)) {
    const char* const target = random.one_in(2) ? "/dev/null" : "/srv/elsewhere";
    const bool done = ::unlink(path.c_str()) == 0 && ::symlink(target, path.c_str()) == 0;
    return done ? "put a link to " + std::string(target) + " in the place of " + name : "";
  }
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

std::vector<std::string> lines_of(const fs::path& file) {
  std::vector<std::string> lines;
  std::ifstream in(file, std::ios::binary);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

void write_lines(const fs::path& file, const std::vector<std::string>& lines) {
  std::ofstream out(file, std::ios::binary | std::ios::trunc);
  for (const std::string& line : lines) out << line << "\n";
}

// An account or a group that the plan is about goes, or is another by then.
std::string change_account(const fs::path& etc, const std::string& plan, Random& random) {
  const std::string file = random.one_in(2) ? "passwd" : "group";
  std::vector<std::string> lines = lines_of(etc / file);
  std::erase_if(lines, [](const std::string& line) { return line.empty(); });
  std::vector<std::size_t> named;
  const std::string kind = file == "passwd" ? "user:" : "group:";
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string address = kind + lines[i].substr(0, lines[i].find(':')) + '"';
    if (plan.find(address) != std::string::npos) named.push_back(i);
  }
  if (named.empty()) return "";
  const std::size_t place = random.of(named);
  const std::string name = lines[place].substr(0, lines[place].find(':'));
  if (random.one_in(2)) {
    for (const char* whole : {file.c_str(), file == "passwd" ? "shadow" : "gshadow"}) {
      if (!fs::exists(etc / whole)) continue;
      std::vector<std::string> all = lines_of(etc / whole);
      std::erase_if(all, [&](const std::string& line) { return line.starts_with(name + ":"); });
      write_lines(etc / whole, all);
    }
    return "took the row of " + name + " out of /etc/" + file;
  }
  // In front of the last field: a shell, or members.
  std::string& line = lines[place];
  line.resize(line.rfind(':') + 1);
  line += file == "passwd" ? "/bin/false" : "nobody";
  write_lines(etc / file, lines);
  return "changed the row of " + name + " in /etc/" + file;
}

}  // namespace

std::string interfere(const Image& image, const std::string& plan, const std::set<std::string>& paths, Random& random) {
  if (random.one_in(5)) {
    if (std::string done = change_account(image.folder() / "etc", plan, random); !done.empty()) return done;
  }
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
