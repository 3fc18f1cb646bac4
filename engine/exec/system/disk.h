// What file systems do that POSIX has no one way for.
#pragma once

#include <cerrno>
#include <cstdint>
#include <span>

#include <sys/types.h>

namespace plumb::exec {

// Whether errno says that a file system has no such thing, or not for us.
inline bool says_unsupported(int number) {
  return number == EPERM || number == EOPNOTSUPP || number == ENOSYS;
}

// The first `size` bytes of one open file to where the other one stands. 0, or -1 with errno; ending early is an error.
int copy_bytes(int from, int to, off_t size);

// Takes the room that `size` bytes of an open file will need. 0, also where the file system cannot do it; -1 with
// errno.
int reserve(int fd, off_t size);

// As fdatasync(2).
int sync_content(int fd);

// Returns once everything that was written through these descriptors of one file system is on disk. 0, or -1 with
// errno.
int sync_all(std::span<const int> files);

// As renameat(2) within one folder, to a name that nothing has: 0, or -1 with errno, which is EEXIST where something
// has it. Where the file system cannot tell, something that is made in that very moment may be replaced.
int rename_new(int folder, const char* from, const char* to);

// Where an entry (never through a link; "" for the open folder itself) is mounted: the same number for the same mount.
std::uint64_t mount_of(int folder, const char* name);

}  // namespace plumb::exec
