// What is read of the machine that plumb runs on: files, folders, and what programs answer. Configuration, inventories
// and contents come through this contract alone, so that an editor's unsaved text or a server's checkout can stand in
// for the disk. Hosts are reached through providers/sdk/system.h, never through this.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/program.h"
#include "engine/base/result.h"

namespace plumb {

// A link is one only in a folder's list: everywhere else links are followed.
enum class EntryType { kFile, kFolder, kLink, kOther };

struct FileStatus {
  EntryType type = EntryType::kFile;
  std::uint64_t size = 0;   // of a file, in bytes
  bool executable = false;  // by its owner, of a file
};

struct FolderEntry {
  std::string name;
  EntryType type = EntryType::kFile;
  friend bool operator==(const FolderEntry&, const FolderEntry&) = default;
};

// The bytes of one file, from its beginning, piece by piece.
class FileStream {
 public:
  virtual ~FileStream() = default;
  // As it was when the stream was opened.
  virtual std::uint64_t size() const = 0;
  // Into `to`, at most `size` bytes, which is more than none: how many; 0 at the end. Errors: kFileUnreadable.
  virtual Result<std::size_t> read(char* to, std::size_t size) = 0;
};

// What was kept of an answer, and how long ago; negative where a clock was set back since.
struct KeptAnswer {
  std::string text;
  std::chrono::nanoseconds age{0};
};

// Any thread may ask, several at the same time. Paths are absolute or relative to where plumb runs.
class Files {
 public:
  virtual ~Files() = default;

  // Nothing where there is nothing, or a link that leads nowhere.
  virtual std::optional<FileStatus> status(const std::filesystem::path& path) const = 0;
  // Where the path leads in the end: absolute, without links, `.` and `..`. Nothing where there is nothing.
  virtual std::optional<std::filesystem::path> real(const std::filesystem::path& path) const = 0;
  // What stands in a link. Errors: kFileUnreadable, also where there is no link.
  virtual Result<std::filesystem::path> link_target(const std::filesystem::path& path) const = 0;
  // Sorted by name, without `.` and `..`. Of more than `most` any `most` + 1, so that it can be told. Errors:
  // kFileUnreadable.
  virtual Result<std::vector<FolderEntry>> list(const std::filesystem::path& folder, std::size_t most) const = 0;

  // The whole regular file. Errors: kFileUnreadable; kYamlLimit where it holds more than `limit` bytes.
  virtual Result<std::string> read(const std::filesystem::path& path, std::size_t limit) const = 0;
  // The same in pieces, of any size. Errors: kFileUnreadable.
  virtual Result<std::unique_ptr<FileStream>> open(const std::filesystem::path& path) const = 0;

  virtual bool has_program(const std::string& name) const = 0;
  // As run_program().
  virtual Result<ProgramOutput> run(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                                    Code code, const ProgramLimits& limits) const = 0;

  // Answers of programs for the next time: plumb's own, readable for the user alone. Where nothing is kept, keep() does
  // nothing. Errors: kWriteFailed.
  virtual std::optional<KeptAnswer> kept(const std::filesystem::path& path, std::size_t limit) const = 0;
  virtual Result<> keep(const std::filesystem::path& path, std::string_view text) const = 0;
};

// Those of this machine.
const Files& disk_files();

// None at all: no file, no program, and nothing is kept. The root is an empty folder.
const Files& no_files();

// Answers everything as `below` does; who derives from it answers otherwise where it knows better.
class FilesOver : public Files {
 public:
  // `below` outlives it.
  explicit FilesOver(const Files& below) : below_(below) {}

  std::optional<FileStatus> status(const std::filesystem::path& path) const override { return below_.status(path); }
  std::optional<std::filesystem::path> real(const std::filesystem::path& path) const override {
    return below_.real(path);
  }
  Result<std::filesystem::path> link_target(const std::filesystem::path& path) const override {
    return below_.link_target(path);
  }
  Result<std::vector<FolderEntry>> list(const std::filesystem::path& folder, std::size_t most) const override {
    return below_.list(folder, most);
  }
  Result<std::string> read(const std::filesystem::path& path, std::size_t limit) const override {
    return below_.read(path, limit);
  }
  Result<std::unique_ptr<FileStream>> open(const std::filesystem::path& path) const override {
    return below_.open(path);
  }
  bool has_program(const std::string& name) const override { return below_.has_program(name); }
  Result<ProgramOutput> run(const std::vector<std::string>& arguments, const std::filesystem::path& folder, Code code,
                            const ProgramLimits& limits) const override {
    return below_.run(arguments, folder, code, limits);
  }
  std::optional<KeptAnswer> kept(const std::filesystem::path& path, std::size_t limit) const override {
    return below_.kept(path, limit);
  }
  Result<> keep(const std::filesystem::path& path, std::string_view text) const override {
    return below_.keep(path, text);
  }

 protected:
  const Files& below() const { return below_; }

 private:
  const Files& below_;
};

// A folder among files, and the names below it. A path alone is a folder on the disk.
class Folder {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): where a folder is wanted, a path means the disk.
  Folder(std::filesystem::path path) : Folder(disk_files(), std::move(path)) {}
  // `files` outlives it.
  Folder(const Files& files, std::filesystem::path path) : files_(&files), path_(std::move(path)) {}

  const Files& files() const { return *files_; }
  const std::filesystem::path& path() const { return path_; }
  Folder operator/(const std::filesystem::path& name) const {
    return name.empty() ? *this : Folder(*files_, path_ / name);
  }

  // Of what is below it; the contract's own errors.
  bool holds(const std::filesystem::path& name) const { return status(name).has_value(); }
  std::optional<FileStatus> status(const std::filesystem::path& name) const { return files_->status(path_ / name); }
  std::optional<std::filesystem::path> real(const std::filesystem::path& name = {}) const {
    return files_->real(name.empty() ? path_ : path_ / name);
  }
  Result<std::unique_ptr<FileStream>> open(const std::filesystem::path& name) const {
    return files_->open(path_ / name);
  }
  // Its own entries.
  Result<std::vector<FolderEntry>> list(std::size_t most) const { return files_->list(path_, most); }
  Result<std::string> read(const std::filesystem::path& name, std::size_t limit) const {
    return files_->read(path_ / name, limit);
  }

 private:
  const Files* files_;
  std::filesystem::path path_;
};

// Whether `inner` is `outer` or lies below it; both as Files::real() gives them.
bool is_within(const std::filesystem::path& inner, const std::filesystem::path& outer);

}  // namespace plumb
