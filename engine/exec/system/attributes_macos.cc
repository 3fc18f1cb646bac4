#include <string>
#include <string_view>

#include <copyfile.h>
#include <sys/mount.h>

#include "engine/exec/root_files.h"
#include "engine/exec/system/attributes.h"

namespace plumb::exec {

// Signatures lie in a program's own bytes there, and what does lie in an attribute is checked against them.
Result<> copy_attributes(int from, int to, const std::string& name, bool with_lists) {
  if (with_lists && ::fcopyfile(from, to, nullptr, COPYFILE_ACL) != 0) return os_error("keep the access list of", name);
  (void)::fcopyfile(from, to, nullptr, COPYFILE_XATTR);
  return {};
}

std::string own_path_of(int /*file*/) {
  return {};
}

// Access lists of a Mac are not told of, and what is new there has none but what its folder hands on.
RightsBeyondMode rights_beyond_mode(const std::string& /*own_path*/) {
  return {};
}

mode_t mode_without_list(const std::string& /*own_path*/, mode_t mode) {
  return mode;
}

int set_access_lists(const std::string& /*own_path*/, std::vector<AccessEntry> /*entries*/, mode_t /*mode*/) {
  errno = ENOTSUP;
  return -1;
}

int clear_access_lists(const std::string& /*own_path*/) {
  return 0;
}

Result<> give_attributes(const std::string& /*own_path*/, const Ownership& ownership, const std::string& path) {
  if (!ownership.label && ownership.extended.empty() && ownership.without.empty()) return {};
  return fail(Code::kOperation, path + " is on a Mac, where neither labels nor extended attributes are set");
}

bool may_keep_no_modes(const HeldEntry& entry) {
  struct statfs system {};
  return ::fstatfs(entry.descriptor(), &system) == 0 &&
         std::string_view(system.f_fstypename).find("fuse") != std::string_view::npos;
}

Limits limits_of(const HeldEntry& entry) {
  Limits limits;
  struct stat info {};
  struct stat folder {};
  if (entry.stat(info) == 0 && ::fstat(entry.descriptor(), &folder) == 0) {
    limits.immutable = (info.st_flags & (UF_IMMUTABLE | UF_APPEND | SF_IMMUTABLE | SF_APPEND)) != 0;
    limits.mount = info.st_dev != folder.st_dev;
  }
  struct statfs system {};
  if (::fstatfs(entry.descriptor(), &system) == 0) {
    const std::string type = system.f_fstypename;
    limits.read_only = (system.f_flags & MNT_RDONLY) != 0;
    if (type == "msdos" || type == "exfat") limits.modeless = type;
  }
  return limits;
}

void label_as_named(const std::string& /*own_path*/, int /*folder*/, const std::string& /*name*/, Labelled /*what*/) {}

std::int64_t changed_at(const struct stat& info) {
  return std::int64_t{info.st_ctimespec.tv_sec} * 1'000'000'000 + info.st_ctimespec.tv_nsec;
}

}  // namespace plumb::exec
