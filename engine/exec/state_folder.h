// Where plumb keeps what it knows about a host, on that host: one folder a project, for nobody else to read.
//
//   as root, or below --root DIR     /var/lib/plumb/PROJECT
//   as another user                  ${XDG_STATE_HOME:-$HOME/.local/state}/plumb/PROJECT
#pragma once

#include <string>

#include "engine/exec/root_files.h"

namespace plumb::exec {

class StateFolder {
 public:
  // Nothing is made yet. A project's name that could leave the folder is refused.
  static Result<StateFolder> of(const RootFiles& files, const std::string& project);
  // The folder above all projects: of the host lock and of contents that are too large for memory.
  static std::string common_path(const RootFiles& files);

  const std::string& path() const { return path_; }
  const RootFiles& files() const { return *files_; }
  // Makes the folder and those above it, 0700 and 0755.
  Result<> make() const;
  // Eight hex digits that tell this project's temporary files from those of others.
  std::string token() const;

 private:
  const RootFiles* files_ = nullptr;
  std::string path_;
};

// Makes a folder and what is missing above it; the folder itself gets `mode`.
Result<> make_folders(const RootFiles& files, const std::string& path, mode_t mode);
// Atomic and durable, 0600.
Result<> replace_file(const RootFiles& files, const std::string& path, std::string_view bytes);
Result<> sync_folder(const RootFiles& files, const std::string& path);

}  // namespace plumb::exec
