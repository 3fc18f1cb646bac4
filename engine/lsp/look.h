// A project as it stands in an editor: read from unsaved texts over the disk and checked as `validate` does it, as far
// as it goes.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/memory_files.h"
#include "engine/config/kept_project.h"
#include "engine/history/history.h"
#include "engine/run/workspace.h"

namespace plumb::lsp {

// What looking needs; all of it outlives what looks.
struct Surroundings {
  const Registry& kinds;
  const Files& disk;
  // Of the project in a folder; for expressions that look at other hosts.
  std::function<std::unique_ptr<history::RunStore>(const std::filesystem::path&)> history;
  config::InputArguments inputs = {};
  secrets::Environment environment = {};
};

// Texts by where they lie.
using OpenTexts = std::map<std::filesystem::path, std::string>;

enum class RootKind { kProject, kModule, kNone };

// The folder of the project that a file belongs to: the nearest one above with a plumb.yaml, else with a module.yaml.
struct ProjectRoot {
  std::filesystem::path folder;
  RootKind kind = RootKind::kNone;
};
ProjectRoot find_root(const Files& files, const std::filesystem::path& file);

// The machine's files for who looks at a project that somebody opened: programs that the project names are not run.
class WatchedFiles : public FilesOver {
 public:
  using FilesOver::FilesOver;
  Result<ProgramOutput> run(const std::vector<std::string>& arguments, const std::filesystem::path& folder, Code code,
                            const ProgramLimits& limits) const override;
  Result<> keep(const std::filesystem::path&, std::string_view) const override { return {}; }
};

class Look {
 public:
  // `stopped` is asked now and then; once it is true, what comes back is not whole. `kept` is what earlier looks at the
  // same project left for this one, with the same surroundings; null for nothing.
  static std::shared_ptr<const Look> take(const ProjectRoot& root, const Surroundings& around, const OpenTexts& open,
                                          const std::function<bool()>& stopped, config::KeptProject* kept = nullptr);
  // The same with what no reader of YAML takes left out of the open texts, for the names in the rest; without findings.
  static std::shared_ptr<const Look> take_readable(const ProjectRoot& root, const Surroundings& around,
                                                   const OpenTexts& open);

  Look(const Look&) = delete;
  Look& operator=(const Look&) = delete;

  const ProjectRoot& root() const { return root_; }
  Folder folder() const { return {files_, root_.folder}; }
  // With those of the project's own providers.
  const Registry& kinds() const { return workspace_ == nullptr ? around_.kinds : workspace_->providers(); }
  const Surroundings& around() const { return around_; }
  const lang::SourceMap& sources() const { return sources_; }
  // In their order, each file's together.
  const std::vector<Diagnostic>& findings() const { return findings_; }
  bool has_errors() const { return has_errors_; }
  // Whether a file of it is no YAML, so that names that it declares are not known.
  bool is_torn() const;

  // Null where it could not be read.
  const config::Project* project() const;
  // Null where there is none to speak of.
  const config::Inventory* inventory() const;
  const run::Workspace* workspace() const { return workspace_.get(); }

  // By their folders below the project; "" is the project's own.
  const std::map<std::string, const config::Module*>& modules() const { return modules_; }
  // The one that a file of the project is part of; null where there is none.
  const config::Module* module_of(const std::string& file) const;

  // Relative to the project's folder, as spans name it; nothing where the file lies elsewhere.
  std::optional<std::string> name_of(const std::filesystem::path& file) const;
  std::filesystem::path path_of(const std::string& name) const;
  // As it stands in the editor or on the disk; empty where there is none.
  std::string text_of(const std::string& name) const;

 private:
  Look(ProjectRoot root, const Surroundings& around, const OpenTexts& open);

  void read_project(const std::function<bool()>& stopped, config::KeptProject* kept, Diagnostics& found);
  void read_module(config::KeptProject* kept, Diagnostics& found);
  // Open files that the project does not read.
  void read_others(const OpenTexts& open, Diagnostics& found);
  void gather_modules(const config::Module& module);

  ProjectRoot root_;
  const Surroundings& around_;
  WatchedFiles watched_;
  MemoryFiles files_;
  lang::SourceMap sources_;
  std::unique_ptr<history::RunStore> store_;
  std::unique_ptr<run::Workspace> workspace_;
  std::vector<config::Project> alone_;  // modules that were looked at by themselves
  std::map<std::string, const config::Module*> modules_;
  std::vector<Diagnostic> findings_;
  bool has_errors_ = false;
};

}  // namespace plumb::lsp
