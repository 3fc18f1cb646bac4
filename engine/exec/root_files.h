// Files below a root prefix. Every path is an absolute path of the host, as text (engine/base/host_text.h); no link and
// no `..` leads out of the root.
//
// Whoever may write to a folder can put a link into it, so a link is only followed where that gives its maker nothing:
// if root or this process's user made it, or if the folder and the entry that it leads to belong to whoever did. A path
// without links the kernel resolves in one call (system/root_files_linux.cc); any other one, and each path where there
// is no such call, a walk: one opened folder after another, never through a link that it has not looked at itself.
#pragma once

#include <cerrno>
#include <optional>
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

// errno where a link is not followed because of who made it. Nothing that is done with files gives this number.
inline constexpr int kForeignLink = EPROTO;
// And where what is opened is neither a file nor a folder.
inline constexpr int kNoFile = EDOM;

// For open(2): a folder, to reach what is in it. It need not be readable where the system has such a thing.
extern const int kFolderHandle;

// The folder that holds a path's last part, that part as the kernel knows it, and the whole as text.
struct Place {
  UniqueFd folder;
  std::string name;
  std::string path = {};
};

// What an entry is, whatever name leads to it.
struct EntryId {
  dev_t device = 0;
  ino_t inode = 0;
  explicit EntryId(const struct stat& info) : device(info.st_dev), inode(info.st_ino) {}
  friend auto operator<=>(const EntryId&, const EntryId&) = default;
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
  // For calls that take a path and follow links, where there is no other: leads to this very entry. "" where the system
  // has no such path.
  std::string own_path() const;
  // The entry's own where a descriptor can be had of any entry, else its folder's.
  int descriptor() const { return fd_.get(); }

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

  // As open(2), with O_CLOEXEC, of a regular file or a folder: it waits for no other end of a FIFO and touches no
  // device (kNoFile). errno says why there is none. The last part may be a link unless O_NOFOLLOW is given. `found`:
  // what fstat(2) says of it.
  UniqueFd open(const std::string& path, int flags, unsigned mode = 0, struct stat* found = nullptr) const;
  // As stat(2) and lstat(2): 0, or -1 with errno. `held`: the entry, where it had to be opened for this.
  int stat(const std::string& path, bool follow, struct stat& info, HeldEntry* held = nullptr) const;
  // As stat(2), and whoever made links on the way: for programs, which the kernel is asked to start by their path.
  int stat_program(const std::string& path, struct stat& info) const;
  std::string read_link(const std::string& path) const;
  HeldEntry hold(const std::string& path, bool follow) const;

  // Links in front of the last part are followed, the last part only with `follow`.
  Result<Place> place(const std::string& path, bool follow = false) const;
  // The path with every link resolved; its last part need not exist.
  Result<std::string> resolve(const std::string& path) const;

  // As os_error() for the errno of now; names the link that was not followed.
  Error error(std::string_view doing, const std::string& path) const;

 private:
  enum class Links { kTrusted, kAll };
  // A folder on the way, as it was when it was opened.
  struct Level {
    EntryId id;
    uid_t owner;
    std::string name;
  };
  struct Foreign {
    std::string link;  // its path
    uid_t maker = 0;
  };
  // Where a walk ended: in a folder (none: the root), with a last part that is no link (or is one, unfollowed).
  struct Walk {
    UniqueFd folder;
    std::vector<Level> levels;        // below the root
    std::string last;                 // "" where the path is that folder itself
    std::optional<uid_t> must_be_of;  // what is opened by the last part
    std::optional<Foreign> refused;
  };
  // -1 with errno.
  int walk(const std::string& path, bool follow_last, Links links, Walk& walk) const;
  int enter(Walk& walk, const std::string& name) const;
  int leave(Walk& walk) const;
  bool belongs_to(const Walk& walk, uid_t maker) const;
  UniqueFd open_by_walk(const std::string& path, int flags, unsigned mode) const;
  // In one call, a path without links (in bytes). Without one: ELOOP where there is a link, ENOSYS where there is no
  // such call.
  UniqueFd open_straight(const std::string& path, int flags, unsigned mode) const;
  UniqueFd open_any(const std::string& path, int flags, unsigned mode) const;
  // The folder where a walk ended.
  int folder_of(const Walk& walk) const;
  static std::string path_of(const Walk& walk);

  std::string root_;
  UniqueFd root_fd_;
  uid_t root_owner_ = 0;
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
