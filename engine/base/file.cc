#include "engine/base/file.h"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/platform.h"
#include "engine/base/unique_fd.h"

namespace plumb {
namespace {

Error system_error(Code code, std::string_view doing, const std::filesystem::path& path) {
  return fail(code, "cannot " + std::string(doing) + " " + path.string() + ": " + std::strerror(errno));
}

Result<> write_all(int fd, std::string_view bytes, const std::filesystem::path& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return system_error(Code::kWriteFailed, "write", path);
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<> write_new(const std::filesystem::path& path, const GivePieces& bytes, unsigned mode) {
  const UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file) return system_error(Code::kWriteFailed, "create", path);
  Result<> written;
  bytes([&](std::string_view piece) {
    if (written) written = write_all(file.get(), piece, path);
  });
  PLUMB_TRY(std::move(written));
  if (sync_file(file.get()) != 0) return system_error(Code::kWriteFailed, "sync", path);
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

Result<> write_file(const std::filesystem::path& path, std::string_view bytes, unsigned mode) {
  return write_file(
      path, [bytes](const TakePiece& take) { take(bytes); }, mode);
}

Result<> write_file(const std::filesystem::path& path, const GivePieces& bytes, unsigned mode) {
  std::filesystem::path temporary = path;
  temporary += ".plumb-" + std::to_string(::getpid());
  if (Result<> written = write_new(temporary, bytes, mode); !written) {
    ::unlink(temporary.c_str());
    return written;
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    Error error = system_error(Code::kWriteFailed, "replace", path);
    ::unlink(temporary.c_str());
    return error;
  }
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  const UniqueFd directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory) sync_file(directory.get());
  return {};
}

}  // namespace plumb
