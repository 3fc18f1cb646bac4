#include "engine/exec/interpreter/tree_operations.h"

#include <cerrno>
#include <functional>
#include <memory>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/exec/system/disk.h"
#include "providers/sdk/ownership.h"

namespace plumb::exec {
namespace {

constexpr std::size_t kMaxEntries = 2'000'000;
constexpr int kMaxDepth = 256;

constexpr uid_t kKeepUser = static_cast<uid_t>(-1);
constexpr gid_t kKeepGroup = static_cast<gid_t>(-1);

// A change of owner takes setuid and setgid away from a file, so the mode is set after it even where it stays as it
// was.
Result<> dress(LocalSystem& system, const HeldEntry& entry, const Ownership& ownership, const std::string& path) {
  uid_t uid = kKeepUser;
  gid_t gid = kKeepGroup;
  if (ownership.owner) {
    PLUMB_TRY_ASSIGN(uid, system.uid_of(*ownership.owner));
  }
  if (ownership.group) {
    PLUMB_TRY_ASSIGN(gid, system.gid_of(*ownership.group));
  }
  struct stat old {};
  if (entry.stat(old) != 0) return os_error("read", path);
  const bool chowns = (uid != kKeepUser && uid != old.st_uid) || (gid != kKeepGroup && gid != old.st_gid);
  if (chowns && entry.change_owner(uid, gid) != 0) return os_error("change the owner of", path);
  if (S_ISLNK(old.st_mode)) {
    if (ownership.mode) return fail(Code::kSymlinkRefused, path + " is a symbolic link, which has no mode of its own");
    return {};
  }
  mode_t mode = old.st_mode & 07777;
  if (ownership.mode) {
    PLUMB_TRY_ASSIGN(mode, parse_mode(*ownership.mode));
  }
  if (mode == (old.st_mode & 07777) && !chowns) return {};
  if (entry.change_mode(mode) != 0) return os_error("change the mode of", path);
  return {};
}

// Calls `visit` for each entry of an open folder.
Result<> each_entry(int folder, const std::string& path, const std::function<Result<>(const char*)>& visit) {
  UniqueFd fd(::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return os_error("read the folder", path);
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(fd.get()), ::closedir);
  if (!entries) return os_error("read the folder", path);
  fd.release();
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    PLUMB_TRY(visit(entry->d_name));
  }
  return {};
}

Result<UniqueFd> enter(int folder, const char* name, const std::string& path) {
  UniqueFd fd(::openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return os_error("read the folder", path);
  return fd;
}

bool is_folder(int folder, const char* name) {
  struct stat info {};
  return ::fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode);
}

Result<> look_through(int folder, const std::string& path, std::uint64_t mount, std::size_t& count, int depth) {
  if (depth > kMaxDepth) return fail(Code::kOperation, path + " is nested too deeply to be removed");
  return each_entry(folder, path, [&](const char* name) -> Result<> {
    const std::string below = path + "/" + name;
    if (++count > kMaxEntries) {
      return fail(Code::kOperation, "more than " + std::to_string(kMaxEntries) + " entries would be removed");
    }
    if (mount_of(folder, name) != mount) {
      return fail(Code::kOperation, below + " is a mount; nothing was removed").hint("unmount it first");
    }
    if (!is_folder(folder, name)) return {};
    PLUMB_TRY_ASSIGN(const UniqueFd inner, enter(folder, name, below));
    return look_through(inner.get(), below, mount, count, depth + 1);
  });
}

Result<> empty_folder(int folder, const std::string& path, int depth) {
  if (depth > kMaxDepth) return fail(Code::kOperation, path + " is nested too deeply to be removed");
  return each_entry(folder, path, [&](const char* name) -> Result<> {
    const std::string below = path + "/" + name;
    const bool is_tree = is_folder(folder, name);
    if (is_tree) {
      PLUMB_TRY_ASSIGN(const UniqueFd inner, enter(folder, name, below));
      PLUMB_TRY(empty_folder(inner.get(), below, depth + 1));
    }
    if (::unlinkat(folder, name, is_tree ? AT_REMOVEDIR : 0) != 0) return os_error("remove", below);
    return {};
  });
}

}  // namespace

Result<> make_directory(LocalSystem& system, const MakeDirectory& operation, FolderSync& folders) {
  const RootFiles& files = system.files();
  PLUMB_TRY(check_path(operation.path));
  struct stat info {};
  const std::string above = parent_of(operation.path);
  if (operation.parents && files.stat(above, true, info) != 0) {
    PLUMB_TRY(make_directory(system, MakeDirectory{above, {{}, {}, "0755"}, true}, folders));
  }
  PLUMB_TRY_ASSIGN(const Place place, files.place(operation.path));
  const bool made = ::mkdirat(place.folder.get(), place.name.c_str(), operation.ownership.mode ? 0700 : 0777) == 0;
  if (!made && errno != EEXIST) return os_error("make the folder", operation.path);
  const HeldEntry entry = made ? HeldEntry(place) : files.hold(operation.path, true);
  if (!entry || entry.stat(info) != 0) return os_error("open", operation.path);
  if (!S_ISDIR(info.st_mode)) return fail(Code::kOperation, operation.path + " is there and is not a folder");
  Result<> dressed = dress(system, entry, operation.ownership, operation.path);
  if (!dressed && made) ::unlinkat(place.folder.get(), place.name.c_str(), AT_REMOVEDIR);
  if (made) folders.add(place.folder.get());
  return dressed;
}

Result<> make_link(LocalSystem& system, FileWriter& writer, const MakeLink& operation, FolderSync& folders) {
  const RootFiles& files = system.files();
  PLUMB_TRY_ASSIGN(const Place place, files.place(operation.path));
  const auto make = [&](const std::string& name) -> Result<> {
    if (!operation.hard) {
      if (::symlinkat(operation.target.c_str(), place.folder.get(), name.c_str()) == 0) return {};
      return os_error("make the link", operation.path);
    }
    const bool relative = !operation.target.starts_with('/');
    PLUMB_TRY_ASSIGN(const Place target,
                     files.place(relative ? parent_of(operation.path) + "/" + operation.target : operation.target));
    if (::linkat(target.folder.get(), target.name.c_str(), place.folder.get(), name.c_str(), 0) == 0) return {};
    return os_error("link " + operation.target + " as", operation.path);
  };
  struct stat info {};
  if (::fstatat(place.folder.get(), place.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    PLUMB_TRY(make(place.name));
    folders.add(place.folder.get());
    return {};
  }
  if (!operation.hard && S_ISLNK(info.st_mode) && files.read_link(operation.path) == operation.target) return {};
  if (!operation.replace)
    return fail(Code::kOperation, "cannot make the link " + operation.path + ": something is there");
  const std::string temporary = writer.temporary_name();
  PLUMB_TRY(make(temporary));
  const auto put = [&]() -> Result<> {
    // A rename does not replace a folder; an empty one may go.
    if (S_ISDIR(info.st_mode) && ::unlinkat(place.folder.get(), place.name.c_str(), AT_REMOVEDIR) != 0) {
      return os_error("replace the folder", operation.path);
    }
    if (::renameat(place.folder.get(), temporary.c_str(), place.folder.get(), place.name.c_str()) != 0) {
      return os_error("put the link in place", operation.path);
    }
    return {};
  };
  Result<> done = put();
  // Also after success: two names of one file are left alone by a rename.
  ::unlinkat(place.folder.get(), temporary.c_str(), 0);
  folders.add(place.folder.get());
  return done;
}

Result<> remove_tree(const Place& place, const std::string& path) {
  PLUMB_TRY_ASSIGN(const UniqueFd folder, enter(place.folder.get(), place.name.c_str(), path));
  const std::uint64_t mount = mount_of(folder.get(), "");
  if (mount != mount_of(place.folder.get(), "")) {
    return fail(Code::kOperation, path + " is a mount; nothing was removed").hint("unmount it first");
  }
  std::size_t count = 0;
  PLUMB_TRY(look_through(folder.get(), path, mount, count, 0));
  PLUMB_TRY(empty_folder(folder.get(), path, 0));
  if (::unlinkat(place.folder.get(), place.name.c_str(), AT_REMOVEDIR) != 0) return os_error("remove", path);
  return {};
}

Result<> remove(LocalSystem& system, const Remove& operation, FolderSync& folders) {
  const RootFiles& files = system.files();
  PLUMB_TRY(check_path(operation.path));
  struct stat info {};
  if (files.stat(operation.path, false, info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    return os_error("remove", operation.path);
  }
  PLUMB_TRY_ASSIGN(const Place place, files.place(operation.path));
  folders.add(place.folder.get());
  if (S_ISDIR(info.st_mode)) {
    if (operation.recursive) return remove_tree(place, operation.path);
    if (::unlinkat(place.folder.get(), place.name.c_str(), AT_REMOVEDIR) != 0)
      return os_error("remove", operation.path);
    return {};
  }
  if (operation.backup && S_ISREG(info.st_mode)) PLUMB_TRY(keep_backup(place.folder.get(), operation.path, folders));
  if (::unlinkat(place.folder.get(), place.name.c_str(), 0) != 0) return os_error("remove", operation.path);
  return {};
}

Result<> set_attributes(LocalSystem& system, const SetAttributes& operation) {
  PLUMB_TRY(check_path(operation.path));
  const HeldEntry entry = system.files().hold(operation.path, operation.follow);
  if (!entry) return os_error("open", operation.path);
  return dress(system, entry, operation.ownership, operation.path);
}

}  // namespace plumb::exec
