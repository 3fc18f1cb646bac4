#include "engine/base/file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/descriptors.h"
#include "engine/base/platform.h"
#include "engine/base/random.h"
#include "engine/base/unique_fd.h"

namespace plumb {
namespace {

Error system_error(Code code, std::string_view doing, const std::filesystem::path& path) {
  return fail(code, "cannot " + std::string(doing) + " " + path.string() + ": " + std::strerror(errno));
}

// A name of its own: nobody else's file is written, or removed where this comes to nothing.
std::filesystem::path beside(const std::filesystem::path& path) {
  std::filesystem::path temporary = path;
  temporary += ".plumb-" + random_hex(6);
  return temporary;
}

Result<> give_to(const std::filesystem::path& path, int fd, const std::function<Result<>(const ByteSink&)>& give) {
  return give([&](std::string_view piece) -> Result<> {
    return write_all(fd, piece) ? Result<>() : system_error(Code::kWriteFailed, "write", path);
  });
}

Result<> fill(const std::filesystem::path& path, int fd, const std::function<Result<>(const ByteSink&)>& give) {
  PLUMB_TRY(give_to(path, fd, give));
  if (sync_file(fd) != 0) return system_error(Code::kWriteFailed, "sync", path);
  return {};
}

Result<> write_into(const std::filesystem::path& path, const std::function<Result<>(const ByteSink&)>& give) {
  // A pipe that nobody reads would keep us waiting, and no stop ends that.
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_APPEND | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
  if (!file) {
    const bool unread = errno == ENXIO && std::filesystem::is_fifo(path);
    return unread ? fail(Code::kWriteFailed, "cannot write " + path.string() + ": nobody reads the pipe")
                  : system_error(Code::kWriteFailed, "write", path);
  }
  const int flags = ::fcntl(file.get(), F_GETFL);
  if (flags < 0 || ::fcntl(file.get(), F_SETFL, flags & ~O_NONBLOCK) != 0)
    return system_error(Code::kWriteFailed, "write", path);
  return give_to(path, file.get(), give);
}

// What a process has open already, as /dev/stdout leads to: that may be a log, which is added to and not replaced.
bool names_descriptor(const std::filesystem::path& path) {
  const std::string& text = path.native();
  return text.starts_with("/dev/fd/") || text.starts_with("/proc/");
}

// Where a link at the path leads, which need not exist: the path itself where there is none.
Result<std::filesystem::path> behind_links(std::filesystem::path path) {
  constexpr int kMostLinks = 40;  // as of the system
  std::error_code problem;
  for (int links = 0; !names_descriptor(path) && std::filesystem::is_symlink(path, problem); ++links) {
    if (links == kMostLinks) {
      errno = ELOOP;
      return system_error(Code::kWriteFailed, "write", path);
    }
    const std::filesystem::path target = std::filesystem::read_symlink(path, problem);
    if (problem) return fail(Code::kWriteFailed, "cannot write " + path.string() + ": " + problem.message());
    path = path.parent_path() / target;
  }
  return path;
}

bool takes_stream(const std::filesystem::path& target) {
  struct stat info {};
  if (::stat(target.c_str(), &info) != 0 || S_ISDIR(info.st_mode)) return false;
  return !S_ISREG(info.st_mode) || names_descriptor(target);
}

Result<> replace(const std::filesystem::path& path, const std::function<Result<>(const ByteSink&)>& give,
                 unsigned mode) {
  const std::filesystem::path temporary = beside(path);
  UniqueFd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file) return system_error(Code::kWriteFailed, "write", path);
  Result<> written = fill(path, file.get(), give);
  file.reset();
  if (written && ::rename(temporary.c_str(), path.c_str()) != 0)
    written = system_error(Code::kWriteFailed, "replace", path);
  if (!written) {
    ::unlink(temporary.c_str());
    return written;
  }
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const UniqueFd directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory) sync_file(directory.get());
  return {};
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, std::size_t limit) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return system_error(Code::kFileUnreadable, "read", path);
  struct stat info {};
  if (::fstat(file.get(), &info) != 0) return system_error(Code::kFileUnreadable, "read", path);
  if (!S_ISREG(info.st_mode)) return fail(Code::kFileUnreadable, path.string() + " is not a regular file");
  if (static_cast<std::size_t>(info.st_size) > limit) {
    return fail(Code::kYamlLimit, path.string() + " has " + std::to_string(info.st_size) + " bytes; at most " +
                                      std::to_string(limit) + " are read");
  }
  std::string bytes;
  bytes.resize(static_cast<std::size_t>(info.st_size));
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t count = ::read(file.get(), bytes.data() + filled, bytes.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(Code::kFileUnreadable, "read", path);
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
  }
  bytes.resize(filled);
  return bytes;
}

Result<std::string> read_stream(const std::filesystem::path& path, std::size_t limit) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return system_error(Code::kFileUnreadable, "read", path);
  std::string bytes;
  for (;;) {
    constexpr std::size_t kPiece = 65536;
    const std::size_t before = bytes.size();
    bytes.resize(before + kPiece);
    const ssize_t count = ::read(file.get(), bytes.data() + before, kPiece);
    bytes.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_error(Code::kFileUnreadable, "read", path);
    if (count == 0) return bytes;
    if (bytes.size() > limit) {
      return fail(Code::kYamlLimit,
                  path.string() + " gives more than the " + std::to_string(limit) + " bytes that are read");
    }
  }
}

bool is_written_into(const std::filesystem::path& path) {
  const Result<std::filesystem::path> target = behind_links(path);
  return target && takes_stream(*target);
}

Result<> write_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode) {
  return write_file(
      path, [bytes](const ByteSink& take) { return take(bytes); }, mode);
}

Result<> write_file(const std::filesystem::path& path, const std::function<Result<>(const ByteSink&)>& give,
                    unsigned mode) {
  PLUMB_TRY_ASSIGN(const std::filesystem::path target, behind_links(path));
  return takes_stream(target) ? write_into(target, give) : replace(target, give, mode);
}

}  // namespace plumb
