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
#include "engine/base/host_text.h"
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
  if (number == kForeignLink) {
    return fail(Code::kSymlinkRefused, "cannot " + std::string(doing) + " " + std::string(path) +
                                           ": a link of another user on the way leads to what is not theirs");
  }
  if (number == kNoFile) {
    return fail(Code::kOperation,
                "cannot " + std::string(doing) + " " + std::string(path) + ": it is neither a file nor a folder");
  }
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
  struct stat info {};
  if (!files.root_fd_ || ::fstat(files.root_fd_.get(), &info) != 0) return os_error("use the root", root);
  files.root_owner_ = info.st_uid;
  return files;
}

int RootFiles::walk(const std::string& path, bool follow_last, Links links, Walk& walk) const {
  // Links of others whose way is not at its end yet, and how many parts of the path come after it.
  struct Open {
    Foreign link;
    std::size_t behind;
  };
  std::vector<Open> open;
  std::deque<std::string> parts;
  put_in_front(parts, bytes_of_text(path));
  int followed = 0;
  while (true) {
    while (!open.empty() && parts.size() <= open.back().behind) {
      const Foreign& link = open.back().link;
      if (!belongs_to(walk, link.maker)) {
        walk.refused = link;
        errno = kForeignLink;
        return -1;
      }
      if (!walk.last.empty()) walk.must_be_of = link.maker;
      open.pop_back();
    }
    if (parts.empty()) return 0;
    const std::string part = std::move(parts.front());
    parts.pop_front();
    if (part == ".") continue;
    if (part == "..") {
      if (leave(walk) != 0) return -1;
      continue;
    }
    const bool last = parts.empty();
    struct stat info {};
    const bool found = ::fstatat(folder_of(walk), part.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
    if (!found && !(last && errno == ENOENT)) return -1;
    if (found && S_ISLNK(info.st_mode) && (!last || follow_last)) {
      if (++followed > kMaxLinks) {
        errno = ELOOP;
        return -1;
      }
      const std::string target = link_text(folder_of(walk), part.c_str());
      const bool trusted = info.st_uid == 0 || info.st_uid == ::geteuid() || links == Links::kAll;
      if (!trusted) open.push_back({{path_of(walk) + "/" + text_of_bytes(part), info.st_uid}, parts.size()});
      if (target.starts_with('/')) {
        walk.folder.reset();
        walk.levels.clear();
      }
      put_in_front(parts, target);
      continue;
    }
    if (last) {
      walk.last = part;
      continue;
    }
    if (enter(walk, part) != 0) return -1;
  }
}

int RootFiles::enter(Walk& walk, const std::string& name) const {
  UniqueFd next(::openat(folder_of(walk), name.c_str(), kFolderHandle | O_NOFOLLOW | O_CLOEXEC));
  struct stat info {};
  if (!next || ::fstat(next.get(), &info) != 0) return -1;
  walk.folder = std::move(next);
  walk.levels.push_back({EntryId(info), info.st_uid, name});
  return 0;
}

// Only one folder is open at a time, so that no path is too deep; where the one above is another by now, the walk ends.
int RootFiles::leave(Walk& walk) const {
  if (walk.levels.empty()) return 0;
  walk.levels.pop_back();
  if (walk.levels.empty()) {
    walk.folder.reset();
    return 0;
  }
  UniqueFd above(::openat(walk.folder.get(), "..", kFolderHandle | O_NOFOLLOW | O_CLOEXEC));
  struct stat info {};
  if (!above || ::fstat(above.get(), &info) != 0) return -1;
  if (EntryId(info) != walk.levels.back().id) {
    errno = ESTALE;
    return -1;
  }
  walk.folder = std::move(above);
  return 0;
}

// Whether the entry where the walk is, and the folder that it lies in, belong to this user.
bool RootFiles::belongs_to(const Walk& walk, uid_t maker) const {
  const auto owner_of = [&](std::size_t depth) { return depth == 0 ? root_owner_ : walk.levels[depth - 1].owner; };
  const std::size_t depth = walk.levels.size();
  if (walk.last.empty()) return depth > 0 && owner_of(depth) == maker && owner_of(depth - 1) == maker;
  struct stat info {};
  if (::fstatat(folder_of(walk), walk.last.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && info.st_uid != maker)
    return false;
  return owner_of(depth) == maker;
}

int RootFiles::folder_of(const Walk& walk) const {
  return walk.folder ? walk.folder.get() : root_fd_.get();
}

std::string RootFiles::path_of(const Walk& walk) {
  std::string out;
  for (const Level& level : walk.levels) out += "/" + text_of_bytes(level.name);
  return out;
}

UniqueFd RootFiles::open_by_walk(const std::string& path, int flags, unsigned mode) const {
  Walk found;
  if (walk(path, (flags & O_NOFOLLOW) == 0, Links::kTrusted, found) != 0) return {};
  UniqueFd fd(::openat(folder_of(found), found.last.empty() ? "." : found.last.c_str(), flags | O_NOFOLLOW, mode));
  struct stat info {};
  if (fd && found.must_be_of && (::fstat(fd.get(), &info) != 0 || info.st_uid != *found.must_be_of) &&
      (flags & O_CREAT) == 0) {
    errno = kForeignLink;
    return {};
  }
  return fd;
}

UniqueFd RootFiles::open_any(const std::string& path, int flags, unsigned mode) const {
  UniqueFd fd = open_straight(bytes_of_text(path), flags, mode);
  // A filter of an old container manager says EPERM to calls that it does not know.
  const bool walks = errno == ELOOP || errno == ENOSYS || errno == EPERM || errno == ENAMETOOLONG || errno == EAGAIN;
  return fd || !walks ? std::move(fd) : open_by_walk(path, flags, mode);
}

UniqueFd RootFiles::open(const std::string& path, int flags, unsigned mode, struct stat* found) const {
  UniqueFd fd = open_any(path, flags | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, mode);
  struct stat info {};
  if (!fd || ::fstat(fd.get(), &info) != 0) return {};
  if (found != nullptr) *found = info;
  if (S_ISREG(info.st_mode) || S_ISDIR(info.st_mode)) return fd;
  errno = kNoFile;
  return {};
}

int RootFiles::stat_program(const std::string& path, struct stat& info) const {
  if (!is_image()) return ::stat(bytes_of_text(path).c_str(), &info);
  Walk found;
  if (walk(path, true, Links::kAll, found) != 0) return -1;
  return ::fstatat(folder_of(found), found.last.empty() ? "." : found.last.c_str(), &info, AT_SYMLINK_NOFOLLOW);
}

std::string RootFiles::read_link(const std::string& path) const {
  const Result<Place> link = place(path);
  return link ? text_of_bytes(link_text(link->folder.get(), link->name.c_str())) : std::string();
}

Result<Place> RootFiles::place(const std::string& path, bool follow) const {
  PLUMB_TRY(check_path(path));
  if (follow) {
    Walk found;
    if (walk(path, true, Links::kTrusted, found) != 0) return error("resolve", path);
    if (found.last.empty()) return fail(Code::kOperation, "`" + path + "` is a folder");
    UniqueFd folder(::openat(folder_of(found), ".", kFolderHandle | O_CLOEXEC));
    if (!folder) return error("open the folder of", path);
    return Place{std::move(folder), found.last, path_of(found) + "/" + text_of_bytes(found.last)};
  }
  const std::string folder = parent_of(path);
  Place place{open(folder, kFolderHandle), bytes_of_text(base_of(path)), path};
  if (place.name.empty()) return fail(Code::kOperation, "`" + path + "` is the root itself");
  if (!place.folder) return error("open the folder", folder);
  return place;
}

Result<std::string> RootFiles::resolve(const std::string& path) const {
  Walk found;
  if (walk(path, true, Links::kTrusted, found) != 0) return error("resolve", path);
  std::string out = path_of(found);
  if (!found.last.empty()) out += "/" + text_of_bytes(found.last);
  return out.empty() ? "/" : out;
}

Error RootFiles::error(std::string_view doing, const std::string& path) const {
  const int number = errno;
  if (number != kForeignLink) return os_error(number, doing, path);
  Walk found;
  (void)walk(path, true, Links::kTrusted, found);
  if (!found.refused) return os_error(number, doing, path);
  return fail(Code::kSymlinkRefused, "cannot " + std::string(doing) + " " + path + ": " + found.refused->link +
                                         " is a symbolic link made by user " + std::to_string(found.refused->maker) +
                                         ", and it leads to what is not theirs")
      .hint("name the place that is meant, or let root make the link (a `link` resource does)");
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
  const UniqueFd fd = files.open(path, O_RDONLY);
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
