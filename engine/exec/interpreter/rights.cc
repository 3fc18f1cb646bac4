#include "engine/exec/interpreter/rights.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "engine/exec/interpreter/tree_operations.h"
#include "engine/exec/system/attributes.h"
#include "engine/exec/system/disk.h"
#include "providers/sdk/ownership.h"

namespace plumb::exec {
namespace {

UniqueFd open_old(int folder, const std::string& name) {
  return UniqueFd(::openat(folder, name.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC));
}

// A file system that keeps no modes gives its own. That is no harm as long as nobody else may do more than was asked.
bool gives_no_more(mode_t given, mode_t asked) {
  constexpr mode_t kOthersReadAndWrite = 066;
  return (given & ~asked & kOthersReadAndWrite) == 0;
}

Result<> change_owner(LocalSystem& system, const StagedFile& staged, int fd, const Ownership& asked) {
  Owner before;
  if (staged.old) before = {staged.old->st_uid, staged.old->st_gid};
  PLUMB_TRY_ASSIGN(const Owner owner, owner_of(system, asked, before));
  struct stat now {};
  if (::fstat(fd, &now) != 0) return os_error("write", staged.path);
  if (owner.is_of(now) || ::fchown(fd, owner.uid, owner.gid) == 0) return {};
  if (asked.owner || asked.group) return os_error("change the owner of", staged.path);
  // Only root may give files away: without it the new file is the writer's, in the old group where that is allowed.
  if (::fchown(fd, static_cast<uid_t>(-1), owner.gid) != 0) errno = 0;
  return {};
}

// Whatever rights the old bytes had, the new ones have those that they are given.
Result<mode_t> mode_for(mode_t mask, const StagedFile& staged, const Ownership& asked) {
  if (asked.mode) return parse_mode(*asked.mode);
  if (!staged.old) return 0666 & ~mask;
  const mode_t mode = without_privileges(staged.old->st_mode);
  const UniqueFd old = asked.acl ? open_old(staged.folder->get(), staged.name) : UniqueFd();
  return old ? mode_without_list(own_path_of(old.get()), mode) : mode;
}

}  // namespace

bool Owner::is_of(const struct stat& file) const {
  return (uid == static_cast<uid_t>(-1) || uid == file.st_uid) && (gid == static_cast<gid_t>(-1) || gid == file.st_gid);
}

Result<Owner> owner_of(LocalSystem& system, const Ownership& asked, Owner otherwise) {
  if (asked.owner) {
    PLUMB_TRY_ASSIGN(otherwise.uid, system.uid_of(*asked.owner));
  }
  if (asked.group) {
    PLUMB_TRY_ASSIGN(otherwise.gid, system.gid_of(*asked.group));
  }
  return otherwise;
}

Result<mode_t> parse_mode(const std::string& text) {
  mode_t mode = 0;
  for (const char c : text) {
    if (c < '0' || c > '7') return fail(Code::kOperation, "`" + text + "` is not a mode");
    mode = mode * 8 + static_cast<mode_t>(c - '0');
  }
  if (text.empty() || text.size() > 5 || mode > 07777) return fail(Code::kOperation, "`" + text + "` is not a mode");
  return mode;
}

// The owner first, since a change of owner takes setuid bits away; the mode last, since an access list has a say in it.
Result<> give_rights(LocalSystem& system, mode_t mask, const StagedFile& staged, int fd, const Ownership& asked) {
  PLUMB_TRY(change_owner(system, staged, fd, asked));
  // Never with a list that is to go: it would let somebody in for a moment.
  if (staged.old && !staged.in_place) PLUMB_TRY(keep_attributes(staged.folder->get(), staged.name, fd, !asked.acl));
  if (!staged.old) label_as_named(own_path_of(fd), staged.folder->get(), staged.name, Labelled::kFile);
  PLUMB_TRY(give_attributes(own_path_of(fd), asked, staged.path));
  if (asked.acl && clear_access_lists(own_path_of(fd)) != 0) return os_error("take the access list from", staged.path);
  PLUMB_TRY_ASSIGN(const mode_t mode, mode_for(mask, staged, asked));
  struct stat now {};
  if (::fstat(fd, &now) != 0) return os_error("write", staged.path);
  if ((now.st_mode & 07777) == mode || ::fchmod(fd, mode) == 0)
    return give_access_list(system, own_path_of(fd), asked, mode, staged.path);
  if (says_unsupported(errno) && gives_no_more(now.st_mode, mode)) return {};
  return os_error("change the mode of", staged.path);
}

Result<> withhold_rights(LocalSystem& system, int fd, const Ownership& asked, const std::string& path) {
  struct stat now {};
  if (::fstat(fd, &now) != 0) return os_error("write", path);
  PLUMB_TRY_ASSIGN(const Owner owner, owner_of(system, asked, {now.st_uid, now.st_gid}));
  const mode_t has = now.st_mode & 07777;
  mode_t mode = has;
  if (asked.mode) {
    PLUMB_TRY_ASSIGN(const mode_t later, parse_mode(*asked.mode));
    mode &= later;
  }
  if (!owner.is_of(now)) mode &= kOwnersAlone;
  if (owner.uid != now.st_uid && ::fchown(fd, ::geteuid(), static_cast<gid_t>(-1)) != 0)
    return os_error("change the owner of", path);
  if (mode != has && ::fchmod(fd, mode) != 0) return os_error("change the mode of", path);
  if (asked.acl && clear_access_lists(own_path_of(fd)) != 0) return os_error("take the access list from", path);
  return {};
}

Result<> keep_attributes(int folder, const std::string& name, int to, bool with_lists) {
  const UniqueFd from = open_old(folder, name);
  if (!from) return {};
  return copy_attributes(from.get(), to, name, with_lists);
}

}  // namespace plumb::exec
