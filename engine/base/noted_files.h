// Files of which it is known whether anybody looked at them.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/files.h"

namespace plumb {

// Notes whether anything was asked of the files at all. For one thread.
class NotedFiles : public FilesOver {
 public:
  using FilesOver::FilesOver;

  // Since the last time.
  bool was_asked() { return std::exchange(asked_, false); }

  std::optional<FileStatus> status(const std::filesystem::path& path) const override {
    asked_ = true;
    return FilesOver::status(path);
  }
  std::optional<std::filesystem::path> real(const std::filesystem::path& path) const override {
    asked_ = true;
    return FilesOver::real(path);
  }
  Result<std::filesystem::path> link_target(const std::filesystem::path& path) const override {
    asked_ = true;
    return FilesOver::link_target(path);
  }
  Result<std::vector<FolderEntry>> list(const std::filesystem::path& folder, std::size_t most) const override {
    asked_ = true;
    return FilesOver::list(folder, most);
  }
  Result<std::string> read(const std::filesystem::path& path, std::size_t limit) const override {
    asked_ = true;
    return FilesOver::read(path, limit);
  }
  Result<std::unique_ptr<FileStream>> open(const std::filesystem::path& path) const override {
    asked_ = true;
    return FilesOver::open(path);
  }
  bool has_program(const std::string& name) const override {
    asked_ = true;
    return FilesOver::has_program(name);
  }
  Result<ProgramOutput> run(const std::vector<std::string>& arguments, const std::filesystem::path& folder, Code code,
                            const ProgramLimits& limits) const override {
    asked_ = true;
    return FilesOver::run(arguments, folder, code, limits);
  }
  std::optional<KeptAnswer> kept(const std::filesystem::path& path, std::size_t limit) const override {
    asked_ = true;
    return FilesOver::kept(path, limit);
  }

 private:
  mutable bool asked_ = false;
};

}  // namespace plumb
