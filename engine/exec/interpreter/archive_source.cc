#include "engine/exec/interpreter/archive_source.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <memory>

#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "engine/base/digest.h"
#include "engine/base/host_text.h"
#include "engine/exec/interpreter/programs.h"
#include "engine/exec/tree_walk.h"
#include "providers/sdk/managers.h"

namespace plumb::exec {
namespace {

constexpr std::size_t kArchivePiece = std::size_t{64} << 10U;

// What an archive begins with, and the program that unpacks it to its output.
struct Format {
  std::string_view begin;
  const char* program;
};
constexpr std::array kFormats = {Format{"\x1f\x8b", "gzip"}, Format{"BZh", "bzip2"},
                                 Format{"\xfd"
                                        "7zXZ",
                                        "xz"},
                                 Format{"\x28\xb5\x2f\xfd", "zstd"}};
constexpr std::array<std::string_view, 2> kZip = {"PK\x03\x04", "PK\x05\x06"};

Result<> rewind(int file, const std::string& name) {
  return ::lseek(file, 0, SEEK_SET) == 0 ? Result<>() : Result<>(os_error("read", name));
}

Result<> read_pieces(int file, const std::string& name, const ByteSink& take) {
  const auto piece = std::make_unique_for_overwrite<char[]>(kArchivePiece);
  while (true) {
    const ssize_t count = ::read(file, piece.get(), kArchivePiece);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return os_error("read", name);
    if (count == 0) return {};
    PLUMB_TRY(take({piece.get(), static_cast<std::size_t>(count)}));
  }
}

// The number in "3 files, 1234 bytes uncompressed, …".
std::optional<std::uint64_t> uncompressed(std::string_view totals) {
  const std::size_t end = totals.find(" bytes uncompressed");
  if (end == std::string_view::npos) return std::nullopt;
  const std::size_t begin = totals.rfind(' ', end - 1) + 1;
  std::uint64_t value = 0;
  const auto [last, problem] = std::from_chars(totals.data() + begin, totals.data() + end, value);
  return problem == std::errc() && last == totals.data() + end ? std::optional(value) : std::nullopt;
}

}  // namespace

Result<ArchiveSource> ArchiveSource::open(LocalSystem& system, UniqueFd file, std::string name, UniqueFd raw) {
  ArchiveSource source(system, std::move(file), std::move(name), std::move(raw));
  PLUMB_TRY(source.look());
  if (source.zip_) PLUMB_TRY(source.unzip());
  return source;
}

Result<> ArchiveSource::look() {
  std::string begin;
  Sha256 sum;
  PLUMB_TRY(rewind(file_.get(), name_));
  PLUMB_TRY(read_pieces(file_.get(), name_, [&](std::string_view bytes) -> Result<> {
    if (begin.size() < 8) begin += bytes.substr(0, 8);
    sum.add(bytes);
    return {};
  }));
  digest_ = sum.finish();
  const auto starts = [&](std::string_view with) { return begin.starts_with(with); };
  zip_ = std::any_of(kZip.begin(), kZip.end(), starts);
  const auto format =
      std::find_if(kFormats.begin(), kFormats.end(), [&](const Format& one) { return starts(one.begin); });
  if (format != kFormats.end()) unpacker_ = format->program;
  return {};
}

Result<> ArchiveSource::read(const ArchiveVisitor& visitor) {
  return zip_ ? read_raw(visitor) : read_tar(visitor);
}

Result<> ArchiveSource::read_tar(const ArchiveVisitor& visitor) {
  PLUMB_TRY(rewind(file_.get(), name_));
  TarReader reader(visitor);
  const auto take = [&](std::string_view bytes) { return reader.take(bytes); };
  if (unpacker_.empty()) {
    PLUMB_TRY(read_pieces(file_.get(), name_, take));
    return reader.finish();
  }
  ProcessRequest request;
  request.argv = {unpacker_, "-dc"};
  request.timeout = std::chrono::seconds(0);
  request.output_limit = kOutputLimit / 2;
  request.changes_nothing = true;
  PLUMB_TRY_ASSIGN(const ProcessResult result, system_->run_streaming(request, take, file_.get()));
  if (result.exit_code != 0) {
    return fail(Code::kProgramFailed, unpacker_ + " cannot unpack " + name_ + " (exit code " +
                                          std::to_string(result.exit_code) + "): " + last_lines(result.errors, 3));
  }
  return reader.finish();
}

// Into the folder that nobody else may enter; what it made there is then read as if it were the archive.
Result<> ArchiveSource::unzip() {
  const auto run = [&](std::vector<std::string> argv) -> Result<std::string> {
    ProcessRequest request;
    request.argv = std::move(argv);
    request.timeout = std::chrono::seconds(0);
    request.output_limit = kOutputLimit / 2;
    std::string output;
    const auto take = [&](std::string_view bytes) -> Result<> {
      output += bytes.substr(0, kOutputLimit - std::min(kOutputLimit, output.size()));
      return {};
    };
    PLUMB_TRY(rewind(file_.get(), name_));
    PLUMB_TRY_ASSIGN(const ProcessResult result, system_->run_streaming(request, take, file_.get()));
    if (result.exit_code == 0) return output;
    return fail(Code::kProgramFailed, "unzip cannot unpack " + name_ + " (exit code " +
                                          std::to_string(result.exit_code) +
                                          "): " + last_lines(result.errors.empty() ? output : result.errors, 3));
  };
  PLUMB_TRY_ASSIGN(const std::string totals, run({"unzip", "-Zt", "/dev/stdin"}));
  const std::optional<std::uint64_t> size = uncompressed(totals);
  struct statvfs disk {};
  if (!size || ::fstatvfs(raw_.get(), &disk) != 0 || *size / 2 > std::uint64_t{disk.f_bavail} * disk.f_frsize / 4)
    return fail(Code::kOperation, "nothing was unpacked: there is no room for " + name_);
  const std::string folder = "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(raw_.get());
  PLUMB_TRY(run({"unzip", "-qq", "-n", "-d", folder, "/dev/stdin"}));
  return {};
}

Result<> ArchiveSource::read_raw(const ArchiveVisitor& visitor) {
  UniqueFd top(::openat(raw_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!top) return os_error("read", name_);
  const auto enter = [&](const TreeEntry& one) -> Result<bool> {
    ArchiveEntry entry;
    entry.name = bytes_of_text(one.path).substr(1);
    entry.mode = one.info.st_mode & 07777U;
    entry.time = one.info.st_mtime;
    if (S_ISDIR(one.info.st_mode)) {
      entry.type = ArchiveEntry::Type::kFolder;
    } else if (S_ISLNK(one.info.st_mode)) {
      entry.type = ArchiveEntry::Type::kLink;
      std::array<char, PATH_MAX> target{};
      const ssize_t length = ::readlinkat(one.folder, one.name.c_str(), target.data(), target.size());
      if (length < 0) return os_error("read", one.path);
      entry.target.assign(target.data(), static_cast<std::size_t>(length));
    } else if (S_ISREG(one.info.st_mode)) {
      entry.size = static_cast<std::uint64_t>(one.info.st_size);
    } else {
      return fail(Code::kOperation, one.path + " in the archive is neither file, folder nor link");
    }
    PLUMB_TRY(visitor.begin(entry));
    if (entry.type == ArchiveEntry::Type::kFile) {
      const UniqueFd file(::openat(one.folder, one.name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
      if (!file) return os_error("read", one.path);
      PLUMB_TRY(read_pieces(file.get(), one.path, visitor.bytes));
      PLUMB_TRY(visitor.end());
    }
    return entry.type == ArchiveEntry::Type::kFolder;
  };
  return walk_tree(std::move(top), "", {enter});
}

}  // namespace plumb::exec
