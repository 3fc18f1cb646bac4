#include "engine/base/files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/file.h"
#include "engine/base/unique_fd.h"

namespace plumb {
namespace {

namespace fs = std::filesystem;

Error unreadable(const fs::path& path, const std::string& why) {
  return fail(Code::kFileUnreadable, "cannot read " + path.string() + ": " + why);
}

EntryType type_of(fs::file_type type) {
  switch (type) {
    case fs::file_type::regular:
      return EntryType::kFile;
    case fs::file_type::directory:
      return EntryType::kFolder;
    case fs::file_type::symlink:
      return EntryType::kLink;
    default:
      return EntryType::kOther;
  }
}

class DiskStream : public FileStream {
 public:
  DiskStream(UniqueFd file, fs::path path, std::uint64_t size)
      : file_(std::move(file)), path_(std::move(path)), size_(size) {}

  std::uint64_t size() const override { return size_; }

  Result<std::size_t> read(char* to, std::size_t size) override {
    while (true) {
      const ssize_t count = ::read(file_.get(), to, size);
      if (count >= 0) return static_cast<std::size_t>(count);
      if (errno != EINTR) return unreadable(path_, std::strerror(errno));
    }
  }

 private:
  UniqueFd file_;
  fs::path path_;
  std::uint64_t size_;
};

class DiskFiles : public Files {
 public:
  std::optional<FileStatus> status(const fs::path& path) const override {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) return std::nullopt;
    FileStatus found;
    found.type = S_ISREG(info.st_mode)   ? EntryType::kFile
                 : S_ISDIR(info.st_mode) ? EntryType::kFolder
                                         : EntryType::kOther;
    if (found.type == EntryType::kFile) {
      found.size = static_cast<std::uint64_t>(info.st_size);
      found.executable = (info.st_mode & S_IXUSR) != 0;
    }
    return found;
  }

  std::optional<fs::path> real(const fs::path& path) const override {
    std::error_code error;
    fs::path found = fs::canonical(path, error);
    return error ? std::nullopt : std::optional<fs::path>(std::move(found));
  }

  Result<fs::path> link_target(const fs::path& path) const override {
    std::error_code error;
    fs::path target = fs::read_symlink(path, error);
    if (error) return unreadable(path, error.message());
    return target;
  }

  Result<std::vector<FolderEntry>> list(const fs::path& folder, std::size_t most) const override {
    std::vector<FolderEntry> entries;
    std::error_code error;
    fs::directory_iterator it(folder, error);
    for (const fs::directory_iterator end; !error && it != end && entries.size() <= most; it.increment(error)) {
      std::error_code gone;
      entries.push_back({it->path().filename().string(), type_of(it->symlink_status(gone).type())});
    }
    if (error) return unreadable(folder, error.message());
    std::sort(entries.begin(), entries.end(),
              [](const FolderEntry& a, const FolderEntry& b) { return a.name < b.name; });
    return entries;
  }

  Result<std::string> read(const fs::path& path, std::size_t limit) const override { return read_file(path, limit); }

  Result<std::unique_ptr<FileStream>> open(const fs::path& path) const override {
    // A pipe would keep a reader waiting before it can be seen to be none of ours.
    UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat info {};
    if (!file || ::fstat(file.get(), &info) != 0) return unreadable(path, std::strerror(errno));
    if (!S_ISREG(info.st_mode)) return fail(Code::kFileUnreadable, path.string() + " is not a regular file");
    return std::make_unique<DiskStream>(std::move(file), path, static_cast<std::uint64_t>(info.st_size));
  }

  bool has_program(const std::string& name) const override { return plumb::has_program(name); }

  Result<ProgramOutput> run(const std::vector<std::string>& arguments, const fs::path& folder, Code code,
                            const ProgramLimits& limits) const override {
    return run_program(arguments, folder, code, limits);
  }

  std::optional<KeptAnswer> kept(const fs::path& path, std::size_t limit) const override {
    std::error_code problem;
    const auto made = fs::last_write_time(path, problem);
    if (problem) return std::nullopt;
    Result<std::string> text = read_file(path, limit);
    if (!text) return std::nullopt;
    return KeptAnswer{std::move(*text), fs::file_time_type::clock::now() - made};
  }

  Result<> keep(const fs::path& path, std::string_view text) const override {
    std::error_code told_by_the_write;
    fs::create_directories(path.parent_path(), told_by_the_write);
    return write_file(path, text, 0600);
  }
};

class NoFiles : public Files {
 public:
  std::optional<FileStatus> status(const fs::path& path) const override {
    return real(path) ? std::optional(FileStatus{EntryType::kFolder, 0, false}) : std::nullopt;
  }
  // A path without a `/` in front lies at the root.
  std::optional<fs::path> real(const fs::path& path) const override {
    fs::path clean = ("/" / path).lexically_normal();
    return clean == "/" ? std::optional<fs::path>(std::move(clean)) : std::nullopt;
  }
  Result<fs::path> link_target(const fs::path& path) const override { return nothing(path); }
  Result<std::vector<FolderEntry>> list(const fs::path& folder, std::size_t) const override {
    if (!real(folder)) return nothing(folder);
    return std::vector<FolderEntry>();
  }
  Result<std::string> read(const fs::path& path, std::size_t) const override { return nothing(path); }
  Result<std::unique_ptr<FileStream>> open(const fs::path& path) const override { return nothing(path); }
  bool has_program(const std::string&) const override { return false; }
  Result<ProgramOutput> run(const std::vector<std::string>& arguments, const fs::path&, Code code,
                            const ProgramLimits&) const override {
    return fail(code, "cannot start " + arguments.at(0) + ": there are no programs here");
  }
  std::optional<KeptAnswer> kept(const fs::path&, std::size_t) const override { return std::nullopt; }
  Result<> keep(const fs::path&, std::string_view) const override { return {}; }

 private:
  static Error nothing(const fs::path& path) { return unreadable(path, std::strerror(ENOENT)); }
};

}  // namespace

const Files& no_files() {
  static const NoFiles files;
  return files;
}

const Files& disk_files() {
  static const DiskFiles files;
  return files;
}

bool is_within(const fs::path& inner, const fs::path& outer) {
  return std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end()).first == outer.end();
}

}  // namespace plumb
