// Texts in memory in the place of files.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/base/files.h"

namespace plumb {

// Holds what it was given, and beside it what `below` has: an editor's unsaved texts over the disk. The texts are given
// before anybody asks. A path without a `/` in front lies at the root where there is nothing below.
class MemoryFiles : public FilesOver {
 public:
  // `below` outlives it.
  explicit MemoryFiles(const Files& below = no_files()) : FilesOver(below) {}

  // Paths are compared as they are written, without `.` and `..`. The folders above are there too.
  void add(const std::filesystem::path& path, std::string text, bool executable = false);
  // What a program answers that is run with these arguments, in whatever folder.
  void add_answer(std::vector<std::string> arguments, ProgramOutput output);

  std::optional<FileStatus> status(const std::filesystem::path& path) const override;
  std::optional<std::filesystem::path> real(const std::filesystem::path& path) const override;
  Result<std::filesystem::path> link_target(const std::filesystem::path& path) const override;
  Result<std::vector<FolderEntry>> list(const std::filesystem::path& folder, std::size_t most) const override;
  Result<std::string> read(const std::filesystem::path& path, std::size_t limit) const override;
  // Of a text added here the stream must not outlive this.
  Result<std::unique_ptr<FileStream>> open(const std::filesystem::path& path) const override;
  bool has_program(const std::string& name) const override;
  Result<ProgramOutput> run(const std::vector<std::string>& arguments, const std::filesystem::path& folder, Code code,
                            const ProgramLimits& limits) const override;

 private:
  struct File {
    std::string text;
    bool executable = false;
  };
  const File* find(const std::filesystem::path& path) const;
  bool is_folder(const std::filesystem::path& path) const;

  std::map<std::filesystem::path, File> files_;
  std::map<std::filesystem::path, std::map<std::string, EntryType>> folders_;  // with what each holds
  std::map<std::vector<std::string>, ProgramOutput> answers_;
};

}  // namespace plumb
