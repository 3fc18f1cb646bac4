#include "engine/exec/interpreter/tree_operations.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/host_text.h"
#include "engine/exec/interpreter/backup.h"
#include "engine/exec/interpreter/rights.h"
#include "engine/exec/system/attributes.h"
#include "engine/exec/system/disk.h"
#include "engine/exec/tree_walk.h"
#include "providers/sdk/access_list.h"
#include "providers/sdk/ownership.h"

namespace plumb::exec {
namespace {

constexpr std::size_t kMaxEntries = 2'000'000;

// The kernel takes setuid, setgid and capabilities away from a file whose owner changes; only a mode that was asked for
// brings the former back.
Result<> dress(LocalSystem& system, const HeldEntry& entry, const Ownership& ownership, const std::string& path) {
  PLUMB_TRY_ASSIGN(const Owner owner, owner_of(system, ownership));
  struct stat now {};
  if (entry.stat(now) != 0) return os_error("read", path);
  const bool chowns = !owner.is_of(now);
  if (chowns && entry.change_owner(owner.uid, owner.gid) != 0) return os_error("change the owner of", path);
  if (S_ISLNK(now.st_mode)) {
    PLUMB_TRY(give_attributes(entry.own_path(), ownership, path));
    if (ownership.mode) return fail(Code::kSymlinkRefused, path + " is a symbolic link, which has no mode of its own");
    return {};
  }
  if (ownership.acl && clear_access_lists(entry.own_path()) != 0) return os_error("take the access list from", path);
  if (entry.stat(now) != 0) return os_error("read", path);
  mode_t mode = now.st_mode & 07777;
  if (chowns && !S_ISDIR(now.st_mode)) mode = without_privileges(mode);
  if (ownership.mode) {
    PLUMB_TRY_ASSIGN(mode, parse_mode(*ownership.mode));
  }
  if (mode != (now.st_mode & 07777) && entry.change_mode(mode) != 0) return os_error("change the mode of", path);
  PLUMB_TRY(give_access_list(system, entry.own_path(), ownership, mode, path));
  return give_attributes(entry.own_path(), ownership, path);
}

// The very entry that is there now gets the second name, or none.
Result<> make_hard_link(LocalSystem& system, const MakeLink& operation, int folder, const std::string& name) {
  const bool relative = !operation.target.starts_with('/');
  const std::string path = relative ? parent_of(operation.path) + "/" + operation.target : operation.target;
  PLUMB_TRY_ASSIGN(const Place target, system.files().place(path));
  const HeldEntry entry(target);
  struct stat wanted {};
  if (!entry || entry.stat(wanted) != 0) return os_error("link", operation.target);
  PLUMB_TRY(system.seen().check(path, false, wanted));
  if (::linkat(target.folder.get(), target.name.c_str(), folder, name.c_str(), 0) != 0)
    return os_error("link " + operation.target + " as", operation.path);
  struct stat made {};
  if (::fstatat(folder, name.c_str(), &made, AT_SYMLINK_NOFOLLOW) == 0 && EntryId(made) == EntryId(wanted)) return {};
  ::unlinkat(folder, name.c_str(), 0);
  return fail(Code::kStale, operation.target + " was replaced by another while it was linked").hint("apply again");
}

}  // namespace

Result<> give_access_list(LocalSystem& system, const std::string& own_path, const Ownership& ownership, mode_t mode,
                          const std::string& path) {
  if (!ownership.acl || *ownership.acl == "none") return {};
  std::vector<AccessEntry> entries;
  for (const AccessRule& rule : access_rules(*ownership.acl)) {
    AccessEntry& entry = entries.emplace_back(AccessEntry{rule.inherited, rule.group, 0, rule.permissions});
    if (rule.group) {
      PLUMB_TRY_ASSIGN(entry.id, system.gid_of(rule.name));
    } else {
      PLUMB_TRY_ASSIGN(entry.id, system.uid_of(rule.name));
    }
  }
  if (set_access_lists(own_path, std::move(entries), mode) == 0) return {};
  return os_error("give an access list to", path);
}

// Made without any permission, it can be told from every other folder that lies there: no other is like that.
HeldEntry make_closed_folder(const Place& place) {
  if (::mkdirat(place.folder.get(), place.name.c_str(), 0) != 0) return {};
  HeldEntry entry(place);
  struct stat info {};
  if (!entry || entry.stat(info) != 0) return {};
  const bool closed = S_ISDIR(info.st_mode) && info.st_uid == ::geteuid() && (info.st_mode & 0777) == 0;
  if (!closed && limits_of(entry).modeless.empty()) {
    errno = ESTALE;
    return {};
  }
  return entry;
}

namespace {

// A new folder that took no mode cannot be told from any other, so nothing is done to it: it is as the file system made
// it, or goes where that is not what was asked for.
Result<> take_as_it_is(LocalSystem& system, const Place& place, const MakeDirectory& operation, FolderSync& folders) {
  const HeldEntry entry(place);
  struct stat info {};
  if (!entry || entry.stat(info) != 0 || !S_ISDIR(info.st_mode) || !may_keep_no_modes(entry)) {
    errno = ESTALE;
    return os_error("make the folder", operation.path);
  }
  const Ownership& wanted = operation.ownership;
  PLUMB_TRY_ASSIGN(const Owner owner, owner_of(system, wanted));
  PLUMB_TRY_ASSIGN(const mode_t mode, parse_mode(wanted.mode.value_or("0755")));
  const bool more = (info.st_mode & ~mode & 077U) != 0;
  if (owner.is_of(info) && !more) {
    system.seen().note(operation.path, false, info);
    folders.add(place.folder.get());
    return {};
  }
  ::unlinkat(place.folder.get(), place.name.c_str(), AT_REMOVEDIR);
  return fail(Code::kOperation, operation.path + " is on a file system that gives new folders the mode " +
                                    mode_text(info.st_mode & 07777U) + " and owner " + std::to_string(info.st_uid) +
                                    " and keeps no other")
      .hint("leave out what is asked of it; the mount decides on it");
}

}  // namespace

namespace {

Result<> change_directory(LocalSystem& system, const MakeDirectory& operation, const struct stat& info,
                          const HeldEntry& entry) {
  if (!S_ISDIR(info.st_mode)) return fail(Code::kOperation, operation.path + " is there and is not a folder");
  if (system.seen().saw_nothing(operation.path))
    return fail(Code::kStale, operation.path + " was made by another since it was looked at").hint("apply again");
  PLUMB_TRY(system.seen().check(operation.path, true, info));
  return dress(system, entry, operation.ownership, operation.path);
}

// Made under another name, and gone where it does not get its own.
Result<> make_new_directory(LocalSystem& system, const std::string& temporary, const MakeDirectory& operation,
                            const Place& place, FolderSync& folders) {
  const int folder = place.folder.get();
  const Place aside{UniqueFd(::openat(folder, ".", kFolderHandle | O_DIRECTORY | O_CLOEXEC)), temporary,
                    operation.path};
  if (!aside.folder) return os_error("make the folder", operation.path);
  const HeldEntry entry = make_closed_folder(aside);
  if (!entry && errno == ESTALE) {
    ::unlinkat(folder, temporary.c_str(), AT_REMOVEDIR);
    if (::mkdirat(folder, place.name.c_str(), 0) != 0) return os_error("make the folder", operation.path);
    return take_as_it_is(system, place, operation, folders);
  }
  struct stat made {};
  if (!entry || entry.stat(made) != 0) return os_error("make the folder", operation.path);
  Ownership wanted = operation.ownership;
  if (!wanted.mode) wanted.mode = "0755";
  label_as_named(entry.own_path(), folder, place.name, Labelled::kFolder);
  Result<> done = dress(system, entry, wanted, operation.path);
  // Of a file system that keeps no modes nothing was asked that it could not give.
  if (!done && !limits_of(entry).modeless.empty() && !wanted.owner && !wanted.group) done = {};
  if (done && rename_new(folder, temporary.c_str(), place.name.c_str()) != 0) {
    done = errno != EEXIST
               ? os_error("make the folder", operation.path)
               : fail(Code::kStale, operation.path + " was made by another since it was looked at").hint("apply again");
  }
  if (!done) {
    ::unlinkat(folder, temporary.c_str(), AT_REMOVEDIR);
    return done;
  }
  folders.add(folder);
  struct stat placed {};
  if (::fstatat(folder, place.name.c_str(), &placed, AT_SYMLINK_NOFOLLOW) != 0 || EntryId(placed) != EntryId(made))
    return fail(Code::kOperation, operation.path + " is not what was made: somebody else changes its folder meanwhile");
  system.seen().note(operation.path, false, made);
  return {};
}

}  // namespace

Result<> make_directory(LocalSystem& system, FileWriter& writer, const MakeDirectory& operation, FolderSync& folders) {
  const RootFiles& files = system.files();
  PLUMB_TRY(check_path(operation.path));
  struct stat info {};
  const std::string above = parent_of(operation.path);
  if (operation.parents && files.stat(above, true, info) != 0) {
    if (errno != ENOENT && errno != ENOTDIR) return files.error("make the folder", above);
    PLUMB_TRY(make_directory(system, writer, MakeDirectory{above, {{}, {}, "0755"}, true}, folders));
  }
  PLUMB_TRY_ASSIGN(const Place place, files.place(operation.path));
  if (::fstatat(place.folder.get(), place.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno != ENOENT) return os_error("make the folder", operation.path);
    return make_new_directory(system, writer.temporary_name(), operation, place, folders);
  }
  const HeldEntry entry = files.hold(operation.path, true);
  if (!entry || entry.stat(info) != 0) return files.error("open", operation.path);
  return change_directory(system, operation, info, entry);
}

Result<> make_link(LocalSystem& system, FileWriter& writer, const MakeLink& operation, FolderSync& folders) {
  const RootFiles& files = system.files();
  PLUMB_TRY_ASSIGN(const Place place, files.place(operation.path));
  const auto make = [&](const std::string& name) -> Result<> {
    if (operation.hard) return make_hard_link(system, operation, place.folder.get(), name);
    const std::string target = bytes_of_text(operation.target);
    if (::symlinkat(target.c_str(), place.folder.get(), name.c_str()) == 0) return {};
    return os_error("make the link", operation.path);
  };
  struct stat info {};
  if (::fstatat(place.folder.get(), place.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    PLUMB_TRY(make(place.name));
    folders.add(place.folder.get());
    if (::fstatat(place.folder.get(), place.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0)
      system.seen().note(operation.path, false, info);
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
    struct stat made {};
    if (::fstatat(place.folder.get(), place.name.c_str(), &made, AT_SYMLINK_NOFOLLOW) == 0)
      system.seen().replaced(info, made);
    return {};
  };
  Result<> done = put();
  // Also after success: two names of one file are left alone by a rename.
  ::unlinkat(place.folder.get(), temporary.c_str(), 0);
  folders.add(place.folder.get());
  return done;
}

Result<> remove_tree(const Place& place, const std::string& path, const std::optional<EntryId>& id) {
  const auto open = [&]() -> Result<UniqueFd> {
    UniqueFd folder(::openat(place.folder.get(), place.name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat info {};
    if (!folder || ::fstat(folder.get(), &info) != 0) return os_error("read the folder", path);
    if (id && EntryId(info) != *id)
      return fail(Code::kStale, path + " was replaced by another; nothing was removed").hint("apply again");
    return folder;
  };
  PLUMB_TRY_ASSIGN(UniqueFd looked, open());
  if (mount_of(looked.get(), "") != mount_of(place.folder.get(), "")) {
    return fail(Code::kOperation, path + " is a mount; nothing was removed").hint("unmount it first");
  }
  std::size_t count = 0;
  const auto look = [&](const TreeEntry& entry) -> Result<bool> {
    if (entry.mounted)
      return fail(Code::kOperation, entry.path + " is a mount; nothing was removed").hint("unmount it first");
    if (++count <= kMaxEntries) return true;
    return fail(Code::kOperation, "more than " + std::to_string(kMaxEntries) + " entries would be removed");
  };
  PLUMB_TRY(walk_tree(std::move(looked), path, {look}));
  const auto unlink = [](const TreeEntry& entry, int how) -> Result<> {
    if (::unlinkat(entry.folder, entry.name.c_str(), how) == 0 || errno == ENOENT) return {};
    return os_error("remove", entry.path);
  };
  const auto enter = [&](const TreeEntry& entry) -> Result<bool> {
    if (entry.mounted) return fail(Code::kOperation, entry.path + " is a mount by now").hint("unmount it first");
    if (S_ISDIR(entry.info.st_mode)) return true;
    PLUMB_TRY(unlink(entry, 0));
    return false;
  };
  PLUMB_TRY_ASSIGN(UniqueFd folder, open());
  PLUMB_TRY(
      walk_tree(std::move(folder), path, {enter, [&](const TreeEntry& entry) { return unlink(entry, AT_REMOVEDIR); }}));
  if (::unlinkat(place.folder.get(), place.name.c_str(), AT_REMOVEDIR) != 0) return os_error("remove", path);
  return {};
}

Result<> remove(LocalSystem& system, FileWriter& writer, const Remove& operation, FolderSync& folders) {
  PLUMB_TRY(check_path(operation.path));
  Result<Place> found = system.files().place(operation.path);
  struct stat info {};
  // Without its folder it is not there either.
  if (!found)
    return system.files().stat(operation.path, false, info) != 0 && (errno == ENOENT || errno == ENOTDIR)
               ? Result<>()
               : Result<>(std::move(found.error()));
  const Place& place = *found;
  if (::fstatat(place.folder.get(), place.name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return {};
    return os_error("remove", operation.path);
  }
  PLUMB_TRY(system.seen().check(operation.path, false, info));
  folders.add(place.folder.get());
  if (S_ISDIR(info.st_mode)) {
    if (operation.recursive) return remove_tree(place, operation.path, EntryId(info));
    if (::unlinkat(place.folder.get(), place.name.c_str(), AT_REMOVEDIR) != 0)
      return os_error("remove", operation.path);
    return {};
  }
  if (operation.backup && S_ISREG(info.st_mode))
    PLUMB_TRY(keep_backup(place.folder.get(), operation.path, writer.temporary_name(), folders, Backup::kSameFile));
  if (::unlinkat(place.folder.get(), place.name.c_str(), 0) != 0) return os_error("remove", operation.path);
  return {};
}

Result<> set_attributes(LocalSystem& system, const SetAttributes& operation) {
  PLUMB_TRY(check_path(operation.path));
  const HeldEntry entry = system.files().hold(operation.path, operation.follow);
  struct stat info {};
  if (!entry || entry.stat(info) != 0) return system.files().error("open", operation.path);
  PLUMB_TRY(system.seen().check(operation.path, operation.follow, info));
  return dress(system, entry, operation.ownership, operation.path);
}

}  // namespace plumb::exec
