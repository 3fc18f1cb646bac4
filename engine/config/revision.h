// A project as it was in another git revision.
#pragma once

#include <filesystem>
#include <string>

#include "engine/base/files.h"
#include "engine/base/result.h"

namespace plumb::config {

// The files of one revision in a folder of their own, which goes when this does. The repository is not changed.
class Revision {
 public:
  // `folder` is the project's, in a git repository. Errors: kRevision.
  static Result<Revision> check_out(const Folder& folder, const std::string& name);

  Revision(Revision&& other) noexcept;
  Revision& operator=(Revision&&) = delete;
  ~Revision();

  const std::string& name() const { return name_; }
  // Of the project.
  std::filesystem::path folder() const { return root_ / prefix_; }

 private:
  Revision(std::string name, std::filesystem::path root) : name_(std::move(name)), root_(std::move(root)) {}

  std::string name_;
  std::filesystem::path root_;
  std::filesystem::path prefix_;  // of the project in the repository
};

}  // namespace plumb::config
