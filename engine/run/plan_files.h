// Files of a project as a saved plan sees them: what the project does not have, and the plan's folder of contents does,
// is there all the same. So a plan made --with-contents can be applied where the project's large files are not.
#pragma once

#include <map>

#include "engine/base/files.h"
#include "engine/plan/plan.h"

namespace plumb::run {

class PlanFiles : public FilesOver {
 public:
  // `contents` is the plan's folder of contents, which need not exist; `below` outlives this.
  PlanFiles(const plan::Plan& plan, const std::filesystem::path& project, const std::filesystem::path& contents,
            const Files& below);

  std::optional<FileStatus> status(const std::filesystem::path& path) const override;
  std::optional<std::filesystem::path> real(const std::filesystem::path& path) const override;
  Result<std::string> read(const std::filesystem::path& path, std::size_t limit) const override;
  Result<std::unique_ptr<FileStream>> open(const std::filesystem::path& path) const override;

 private:
  // Where a file's bytes are.
  std::filesystem::path place_of(const std::filesystem::path& path) const;

  std::filesystem::path project_;
  std::map<std::filesystem::path, std::filesystem::path>
      kept_;  // of files that the project lacks; paths in normal form
};

}  // namespace plumb::run
