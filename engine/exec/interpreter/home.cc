#include "engine/exec/interpreter/home.h"

#include <array>
#include <cerrno>
#include <climits>
#include <memory>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "engine/exec/interpreter/folders.h"
#include "engine/exec/interpreter/tree_operations.h"
#include "engine/exec/state_folder.h"
#include "engine/exec/system/disk.h"
#include "providers/sdk/account_files.h"
#include "providers/sdk/ownership.h"

namespace plumb::exec {
namespace {

constexpr int kMaxDepth = 32;

Result<> copy_file(int from, int to, const char* name, const struct stat& info, const Home& home) {
  const UniqueFd in(::openat(from, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!in) return os_error("read", "/etc/skel/" + std::string(name));
  const UniqueFd out(::openat(to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!out) return os_error("create", home.path + "/" + name);
  if (copy_bytes(in.get(), out.get(), info.st_size) != 0 || sync_content(out.get()) != 0)
    return os_error("write", home.path + "/" + name);
  if (::fchown(out.get(), home.uid, home.gid) != 0) return os_error("change the owner of", home.path + "/" + name);
  if (::fchmod(out.get(), info.st_mode & 07777) != 0) return os_error("change the mode of", home.path + "/" + name);
  return {};
}

Result<> copy_tree(int from, int to, const Home& home, int depth);

Result<> copy_entry(int from, int to, const char* name, const Home& home, int depth) {
  struct stat info {};
  if (::fstatat(from, name, &info, AT_SYMLINK_NOFOLLOW) != 0) return os_error("read", "/etc/skel/" + std::string(name));
  if (S_ISREG(info.st_mode)) return copy_file(from, to, name, info, home);
  if (S_ISLNK(info.st_mode)) {
    std::array<char, PATH_MAX> target{};
    if (::readlinkat(from, name, target.data(), target.size() - 1) < 0 || ::symlinkat(target.data(), to, name) != 0 ||
        ::fchownat(to, name, home.uid, home.gid, AT_SYMLINK_NOFOLLOW) != 0) {
      return os_error("make the link", home.path + "/" + name);
    }
    return {};
  }
  if (!S_ISDIR(info.st_mode)) return {};
  if (::mkdirat(to, name, 0700) != 0) return os_error("make the folder", home.path + "/" + name);
  const UniqueFd source(::openat(from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  const UniqueFd made(::openat(to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!source || !made) return os_error("open", home.path + "/" + name);
  PLUMB_TRY(copy_tree(source.get(), made.get(), home, depth + 1));
  if (::fchown(made.get(), home.uid, home.gid) != 0 || ::fchmod(made.get(), info.st_mode & 07777) != 0) {
    return os_error("change the owner of", home.path + "/" + name);
  }
  return {};
}

Result<> copy_tree(int from, int to, const Home& home, int depth) {
  if (depth > kMaxDepth) return fail(Code::kOperation, "/etc/skel is nested too deeply");
  UniqueFd fd(::openat(from, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(fd ? ::fdopendir(fd.get()) : nullptr, ::closedir);
  if (!entries) return os_error("read", "/etc/skel");
  fd.release();
  while (const dirent* entry = ::readdir(entries.get())) {
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    PLUMB_TRY(copy_entry(from, to, entry->d_name, home, depth));
  }
  return {};
}

// Where a home is put together, for its user alone to be found again.
std::string half_made(const Home& home) {
  const std::string parent = parent_of(home.path);
  return (parent == "/" ? "" : parent) + "/.plumb-home-" + home.user;
}

Error not_own(const Home& home) {
  return fail(Code::kOperation,
              "the home folder " + home.path + " does not belong to " + home.user + " and is not removed");
}

// The mode first: once it is the user's, nobody would look at it again.
Result<> give(int folder, const LoginDefinitions& definitions, const Home& home) {
  if (::fchmod(folder, definitions.mode_of_homes()) != 0) return os_error("change the mode of", home.path);
  if (::fchown(folder, home.uid, home.gid) != 0) return os_error("change the owner of", home.path);
  return {};
}

Result<> take_over(const RootFiles& files, const LoginDefinitions& definitions, const Home& home) {
  PLUMB_TRY_ASSIGN(const Place place, files.place(home.path));
  const UniqueFd folder(
      ::openat(place.folder.get(), place.name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!folder) return os_error("open", home.path);
  return give(folder.get(), definitions, home);
}

}  // namespace

Result<> check_home(LocalSystem& system, const Home& home) {
  const RootFiles& files = system.files();
  PLUMB_TRY(check_path(home.path));
  const auto refuse = [&home](const std::string& why) {
    return fail(Code::kOperation, "the home folder " + home.path + " cannot be made: " + why);
  };
  struct stat info {};
  for (std::string folder = parent_of(home.path); folder != "/"; folder = parent_of(folder)) {
    if (files.stat(folder, true, info) != 0) continue;
    if (!S_ISDIR(info.st_mode)) return refuse(folder + " is no folder");
    break;
  }
  if (files.stat(home.path, true, info) != 0) return {};
  if (!S_ISDIR(info.st_mode)) return refuse("a file is there");
  if (info.st_uid == home.uid || !home.take) return {};
  const auto owner = system.user_by_id(info.st_uid);
  if (info.st_uid != 0 && owner) return refuse("it belongs to " + owner->name);
  if (!may_become_home(home.path)) return refuse("it is a folder of the system");
  PLUMB_TRY_ASSIGN(const std::string real, files.resolve(home.path));
  if (real != home.path) return refuse("it is " + real + ", behind a link, and not the user's");
  return {};
}

Result<> make_home(LocalSystem& system, const LoginDefinitions& definitions, const Home& home) {
  const RootFiles& files = system.files();
  PLUMB_TRY(check_home(system, home));
  struct stat info {};
  if (files.stat(home.path, true, info) == 0) {
    return info.st_uid == home.uid || !home.take ? Result<>() : take_over(files, definitions, home);
  }
  PLUMB_TRY(make_folders(files, parent_of(home.path), 0755));
  PLUMB_TRY(remove_half_made(files, home));
  PLUMB_TRY_ASSIGN(const Place place, files.place(home.path));
  const Place half{UniqueFd(::openat(place.folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)),
                   base_of(half_made(home))};
  const std::string& name = half.name;
  const HeldEntry closed = make_closed_folder(half);
  struct stat fresh {};
  if (!closed || closed.change_mode(0700) != 0 || closed.stat(fresh) != 0)
    return os_error("make the folder", home.path);
  const UniqueFd made(::openat(place.folder.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!made || ::fstat(made.get(), &info) != 0) return os_error("open", home.path);
  if (EntryId(info) != EntryId(fresh)) return fail(Code::kOperation, home.path + " was replaced while it was made");
  const UniqueFd skeleton = files.open("/etc/skel", O_RDONLY | O_DIRECTORY);
  if (skeleton) PLUMB_TRY(copy_tree(skeleton.get(), made.get(), home, 0));
  PLUMB_TRY(give(made.get(), definitions, home));
  FolderSync folders;
  folders.add(made.get());
  PLUMB_TRY(folders.sync());
  if (::renameat(place.folder.get(), name.c_str(), place.folder.get(), place.name.c_str()) != 0)
    return os_error("make the folder", home.path);
  folders.add(place.folder.get());
  return folders.sync();
}

Result<> move_home(const RootFiles& files, const std::string& from, const Home& home) {
  PLUMB_TRY(check_path(home.path));
  struct stat info {};
  if (files.stat(from, false, info) != 0) return {};
  const auto refuse = [&](const std::string& why) {
    return fail(Code::kOperation, "the home folder " + from + " is not moved to " + home.path + ": " + why);
  };
  if (!S_ISDIR(info.st_mode) || info.st_uid != home.uid) return refuse("it does not belong to " + home.user);
  struct stat there {};
  if (files.stat(home.path, false, there) == 0) return refuse("something is there");
  PLUMB_TRY(make_folders(files, parent_of(home.path), 0755));
  PLUMB_TRY_ASSIGN(const Place old, files.place(from));
  PLUMB_TRY_ASSIGN(const Place place, files.place(home.path));
  if (::renameat(old.folder.get(), old.name.c_str(), place.folder.get(), place.name.c_str()) != 0)
    return errno == EXDEV ? refuse("that is another file system") : os_error("move to " + home.path, from);
  struct stat moved {};
  if (::fstatat(place.folder.get(), place.name.c_str(), &moved, AT_SYMLINK_NOFOLLOW) != 0 ||
      EntryId(moved) != EntryId(info)) {
    // Whoever may write above the home has put something else in its place.
    ::renameat(place.folder.get(), place.name.c_str(), old.folder.get(), old.name.c_str());
    return refuse("it was exchanged meanwhile");
  }
  FolderSync folders;
  folders.add(place.folder.get());
  folders.add(old.folder.get());
  return folders.sync();
}

Result<> remove_half_made(const RootFiles& files, const Home& home) {
  const std::string path = half_made(home);
  struct stat info {};
  if (files.stat(path, false, info) != 0) return {};
  PLUMB_TRY_ASSIGN(const Place place, files.place(path));
  if (S_ISDIR(info.st_mode)) return remove_tree(place, path);
  if (::unlinkat(place.folder.get(), place.name.c_str(), 0) != 0) return os_error("remove", path);
  return {};
}

Result<> check_own_home(const RootFiles& files, const Home& home) {
  PLUMB_TRY(check_path(home.path));
  struct stat info {};
  if (files.stat(home.path, false, info) == 0 && S_ISDIR(info.st_mode) && info.st_uid != home.uid) return not_own(home);
  return {};
}

Result<> remove_home(const RootFiles& files, const Home& home) {
  struct stat info {};
  PLUMB_TRY(check_own_home(files, home));
  PLUMB_TRY(remove_half_made(files, home));
  if (files.stat(home.path, false, info) == 0 && S_ISDIR(info.st_mode)) {
    PLUMB_TRY_ASSIGN(const Place place, files.place(home.path));
    PLUMB_TRY(remove_tree(place, home.path, EntryId(info)));
  }
  for (const char* spool : {"/var/mail/", "/var/spool/mail/"}) {
    const std::string path = spool + home.user;
    if (files.stat(path, false, info) != 0 || !S_ISREG(info.st_mode) || info.st_uid != home.uid) continue;
    PLUMB_TRY_ASSIGN(const Place place, files.place(path));
    if (::unlinkat(place.folder.get(), place.name.c_str(), 0) != 0) return os_error("remove", path);
  }
  return {};
}

}  // namespace plumb::exec
