#include "engine/exec/tree_walk.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "engine/base/host_text.h"
#include "engine/exec/system/disk.h"

namespace plumb::exec {
namespace {

struct Level {
  std::string name;
  struct stat info;
  std::vector<std::string> names;
  std::size_t next = 0;
};

Result<std::vector<std::string>> names_in(int folder, const std::string& path) {
  UniqueFd fd(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(fd ? ::fdopendir(fd.get()) : nullptr, ::closedir);
  if (!entries) return os_error("read the folder", path);
  fd.release();
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const dirent* entry = ::readdir(entries.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return os_error("read the folder", path);
  std::sort(names.begin(), names.end());
  return names;
}

Error moved(const std::string& path) {
  return fail(Code::kOperation, path + " was moved or replaced while it was looked through").hint("apply again");
}

}  // namespace

Result<> walk_tree(UniqueFd folder, const std::string& path, const TreeVisit& visit) {
  std::vector<Level> levels(1);
  if (::fstat(folder.get(), &levels[0].info) != 0) return os_error("read the folder", path);
  PLUMB_TRY_ASSIGN(levels[0].names, names_in(folder.get(), path));
  const std::uint64_t mount = mount_of(folder.get(), "");
  std::string at = path == "/" ? "" : path;
  while (true) {
    Level& level = levels.back();
    if (level.next == level.names.size()) {
      if (levels.size() == 1) return {};
      const Level left = std::move(level);
      levels.pop_back();
      UniqueFd above(::openat(folder.get(), "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
      struct stat info {};
      if (!above || ::fstat(above.get(), &info) != 0) return os_error("read the folder above", at);
      if (EntryId(info) != EntryId(levels.back().info)) return moved(at);
      folder = std::move(above);
      if (visit.leave) PLUMB_TRY(visit.leave({folder.get(), left.name, at, left.info, false}));
      at.resize(at.rfind('/'));
      continue;
    }
    const std::string name = level.names[level.next++];
    const std::size_t length = at.size();
    at += '/' + text_of_bytes(name);
    struct stat info {};
    const bool there = ::fstatat(folder.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
    if (!there && errno != ENOENT) return os_error("read", at);
    bool enters = false;
    if (there) {
      const bool mounted = mount_of(folder.get(), name.c_str()) != mount;
      PLUMB_TRY_ASSIGN(enters, visit.enter({folder.get(), name, at, info, mounted}));
    }
    if (!enters || !S_ISDIR(info.st_mode)) {
      at.resize(length);
      continue;
    }
    UniqueFd inner(::openat(folder.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat opened {};
    if (!inner || ::fstat(inner.get(), &opened) != 0) return os_error("read the folder", at);
    if (EntryId(opened) != EntryId(info)) return moved(at);
    Level below{name, info, {}};
    PLUMB_TRY_ASSIGN(below.names, names_in(inner.get(), at));
    levels.push_back(std::move(below));
    folder = std::move(inner);
  }
}

}  // namespace plumb::exec
