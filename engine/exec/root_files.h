// Files below a root prefix. Every path is an absolute path of the host; no link and no `..` leads out of the root.
//
// The kernel resolves paths where it can (system/root_files_linux.cc); elsewhere a walk, one folder at a time and never
// through a link that it has not read itself, does the same (system/root_files_posix.cc).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <sys/stat.h>

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

namespace plumb::exec {

// "cannot DOING PATH: what the system answered" for the errno of now, or of `number`. A full disk has its own code.
Error os_error(std::string_view doing, std::string_view path);
Error os_error(int number, std::string_view doing, std::string_view path);

// For open(2): a folder, to reach what is in it. It need not be readable where the system has such a thing.
extern const int kFolderHandle;

// The folder that holds a path's last part, and that part.
struct Place {
  UniqueFd folder;
  std::string name;
};

// One entry of a folder, of any kind, a link as itself. Its functions answer as fstat(2), fchown(2) and fchmod(2).
class HeldEntry {
 public:
  HeldEntry() = default;
  // Without an entry where there is none; errno says why.
  explicit HeldEntry(const Place& place);
  explicit operator bool() const { return static_cast<bool>(fd_); }

  int stat(struct stat& info) const;
  int change_owner(uid_t uid, gid_t gid) const;
  int change_mode(mode_t mode) const;

 private:
  friend class RootFiles;

  // The entry itself and "" where a descriptor can be had of any entry; else its folder, and its name there.
  UniqueFd fd_;
  std::string name_;
};

class RootFiles {
 public:
  // `root` is an existing folder; "/" is the host itself.
  static Result<RootFiles> at(const std::string& root);

  const std::string& root() const { return root_; }
  bool is_image() const { return root_ != "/"; }

  // As open(2), with O_CLOEXEC; errno says why there is none. The last part may be a link unless O_NOFOLLOW is given.
  UniqueFd open(const std::string& path, int flags, unsigned mode = 0) const;
  // As stat(2) and lstat(2): 0, or -1 with errno.
  int stat(const std::string& path, bool follow, struct stat& info) const;
  std::string read_link(const std::string& path) const;
  HeldEntry hold(const std::string& path, bool follow) const;

  // Links in front of the last part are followed, the last part is not.
  Result<Place> place(const std::string& path) const;
  // The path with every link resolved; its last part need not exist.
  Result<std::string> resolve(const std::string& path) const;

 private:
  // Where a walk ended: the folders on the way, their names, and a last part that is no link (or is one, unfollowed).
  struct Walk {
    std::vector<UniqueFd> folders;
    std::vector<std::string> names;
    std::string last;  // "" where the path is the root itself
  };
  // -1 with errno.
  int walk(const std::string& path, bool follow_last, Walk& walk) const;
  UniqueFd open_by_walk(const std::string& path, int flags, unsigned mode) const;
  UniqueFd open_in_image(const std::string& path, int flags, unsigned mode) const;
  int stat_in_image(const std::string& path, bool follow, struct stat& info) const;
  // The folder where a walk ended, without a name where that is the root itself.
  int folder_of(const Walk& walk) const;

  std::string root_;
  UniqueFd root_fd_;
};

// Absolute, without `..` and without NUL; anything else is refused before it reaches the kernel.
Result<> check_path(const std::string& path);
std::string base_of(std::string_view path);

// Bytes of a small file, as far as they can be read; "" where it cannot be opened.
std::string read_small(const RootFiles& files, const std::string& path, std::size_t limit = std::size_t{1} << 20);
// At most `limit` bytes from an open file; an error where it holds more.
Result<std::string> read_all(int fd, std::size_t limit, const std::string& path);
Result<> write_all(int fd, std::string_view bytes, const std::string& path);

}  // namespace plumb::exec
