#include "engine/exec/root_files.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <deque>

#include <fcntl.h>
#include <unistd.h>

#include "engine/base/descriptors.h"
#include "providers/sdk/ownership.h"

namespace plumb::exec {
namespace {

constexpr int kMaxLinks = 40;

void put_in_front(std::deque<std::string>& parts, std::string_view path) {
  std::vector<std::string> found;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    if (slash > 0) found.emplace_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  parts.insert(parts.begin(), found.begin(), found.end());
}

std::string link_text(int folder, const char* name) {
  std::array<char, PATH_MAX> text{};
  const ssize_t length = ::readlinkat(folder, name, text.data(), text.size());
  return length < 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(length));
}

}  // namespace

Error os_error(int number, std::string_view doing, std::string_view path) {
  const Code code = number == ENOSPC || number == EDQUOT ? Code::kNoSpace : Code::kOperation;
  return fail(code, "cannot " + std::string(doing) + " " + std::string(path) + ": " + std::strerror(number));
}

Error os_error(std::string_view doing, std::string_view path) {
  return os_error(errno, doing, path);
}

Result<RootFiles> RootFiles::at(const std::string& root) {
  RootFiles files;
  std::array<char, PATH_MAX> real{};
  if (::realpath(root.c_str(), real.data()) == nullptr) return os_error("use the root", root);
  files.root_ = real.data();
  files.root_fd_.reset(::open(files.root_.c_str(), kFolderHandle | O_CLOEXEC));
  if (!files.root_fd_) return os_error("use the root", root);
  return files;
}

int RootFiles::walk(const std::string& path, bool follow_last, Walk& walk) const {
  std::deque<std::string> parts;
  put_in_front(parts, path);
  int links = 0;
  const auto here = [&] { return folder_of(walk); };
  while (!parts.empty()) {
    const std::string part = std::move(parts.front());
    parts.pop_front();
    if (part == ".") continue;
    if (part == "..") {
      if (!walk.folders.empty()) {
        walk.folders.pop_back();
        walk.names.pop_back();
      }
      continue;
    }
    const bool last = parts.empty();
    struct stat info {};
    const bool found = ::fstatat(here(), part.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
    if (!found && !(last && errno == ENOENT)) return -1;
    if (found && S_ISLNK(info.st_mode) && (!last || follow_last)) {
      if (++links > kMaxLinks) {
        errno = ELOOP;
        return -1;
      }
      const std::string target = link_text(here(), part.c_str());
      if (target.starts_with('/')) {
        walk.folders.clear();
        walk.names.clear();
      }
      put_in_front(parts, target);
      continue;
    }
    if (last) {
      walk.last = part;
      return 0;
    }
    UniqueFd next(::openat(here(), part.c_str(), kFolderHandle | O_NOFOLLOW | O_CLOEXEC));
    if (!next) return -1;
    walk.folders.push_back(std::move(next));
    walk.names.push_back(part);
  }
  return 0;
}

int RootFiles::folder_of(const Walk& walk) const {
  return walk.folders.empty() ? root_fd_.get() : walk.folders.back().get();
}

UniqueFd RootFiles::open_by_walk(const std::string& path, int flags, unsigned mode) const {
  Walk found;
  if (walk(path, (flags & O_NOFOLLOW) == 0, found) != 0) return {};
  return UniqueFd(::openat(folder_of(found), found.last.empty() ? "." : found.last.c_str(), flags | O_NOFOLLOW, mode));
}

UniqueFd RootFiles::open(const std::string& path, int flags, unsigned mode) const {
  flags |= O_CLOEXEC;
  if (is_image()) return open_in_image(path, flags, mode);
  return UniqueFd(::open(path.c_str(), flags, mode));
}

int RootFiles::stat(const std::string& path, bool follow, struct stat& info) const {
  if (is_image()) return stat_in_image(path, follow, info);
  return ::fstatat(AT_FDCWD, path.c_str(), &info, follow ? 0 : AT_SYMLINK_NOFOLLOW);
}

std::string RootFiles::read_link(const std::string& path) const {
  const Result<Place> link = place(path);
  return link ? link_text(link->folder.get(), link->name.c_str()) : std::string();
}

Result<Place> RootFiles::place(const std::string& path) const {
  PLUMB_TRY(check_path(path));
  const std::string folder = parent_of(path);
  Place place{open(folder, kFolderHandle), base_of(path)};
  if (place.name.empty()) return fail(Code::kOperation, "`" + path + "` is the root itself");
  if (!place.folder) return os_error("open the folder", folder);
  return place;
}

Result<std::string> RootFiles::resolve(const std::string& path) const {
  Walk found;
  if (walk(path, true, found) != 0) return os_error("resolve", path);
  std::string out;
  for (const std::string& name : found.names) out += "/" + name;
  if (!found.last.empty()) out += "/" + found.last;
  return out.empty() ? "/" : out;
}

Result<> check_path(const std::string& path) {
  if (!path.starts_with('/')) return fail(Code::kOperation, "`" + path + "` is not an absolute path");
  if (path.find('\0') != std::string::npos) return fail(Code::kOperation, "a path holds a NUL byte");
  if ((path + "/").find("/../") != std::string::npos) return fail(Code::kOperation, "`" + path + "` holds `..`");
  return {};
}

std::string base_of(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return std::string(path.substr(path.rfind('/') + 1));
}

std::string read_small(const RootFiles& files, const std::string& path, std::size_t limit) {
  const UniqueFd fd = files.open(path, O_RDONLY | O_NONBLOCK);
  if (!fd) return {};
  Result<std::string> bytes = read_all(fd.get(), limit, path);
  return bytes ? std::move(*bytes) : std::string();
}

Result<std::string> read_all(int fd, std::size_t limit, const std::string& path) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return os_error("read", path);
  std::string bytes;
  std::size_t filled = 0;
  while (true) {
    // Files below /proc say that they are empty, so a size is only a first guess.
    const auto guess = static_cast<std::size_t>(std::max<off_t>(info.st_size, 4096)) + 1;
    if (filled == bytes.size()) bytes.resize(std::min(std::max(guess, filled * 2), limit + 1));
    const ssize_t count = ::read(fd, bytes.data() + filled, bytes.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return os_error("read", path);
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
    if (filled > limit) {
      return fail(Code::kOperation, path + " has more than " + std::to_string(limit) + " bytes");
    }
  }
  bytes.resize(filled);
  return bytes;
}

Result<> write_all(int fd, std::string_view bytes, const std::string& path) {
  return plumb::write_all(fd, bytes) ? Result<>() : os_error("write", path);
}

}  // namespace plumb::exec
