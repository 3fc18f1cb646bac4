#include "engine/config/revision.h"

#include <cstdlib>
#include <system_error>

#include <unistd.h>

#include "engine/base/trimmed.h"
#include "engine/config/git.h"
#include "engine/config/module_store.h"

namespace plumb::config {
namespace {

namespace fs = std::filesystem;

Result<std::string> git(const std::vector<std::string>& arguments, const Folder& folder,
                        const std::vector<std::string>& environment = {}) {
  PLUMB_TRY_ASSIGN(const ProgramOutput output,
                   folder.files().run(git_command(arguments, environment), folder.path(), Code::kRevision, {}));
  // A name of a folder may begin and end with blanks.
  if (output.exit_code == 0) return std::string(trimmed(output.text, "\r\n"));
  return fail(Code::kRevision, "git says: " + git_said(output.errors));
}

Result<fs::path> make_folder() {
  std::error_code problem;
  std::string name = (fs::temp_directory_path(problem) / "plumb-revision-XXXXXX").string();
  if (problem || ::mkdtemp(name.data()) == nullptr)
    return fail(Code::kWriteFailed, "no temporary folder could be made in " + fs::path(name).parent_path().string());
  return fs::path(name);
}

// Modules from git are not in git again; those of the project serve its revisions, as far as their locks hold them.
void lend_modules(const fs::path& project, const fs::path& revision) {
  std::error_code error;
  const fs::path store = fs::canonical(project / kModuleStore, error);
  if (error) return;
  fs::create_directories((revision / kModuleStore).parent_path(), error);
  fs::create_directory_symlink(store, revision / kModuleStore, error);
}

}  // namespace

Result<Revision> Revision::check_out(const Folder& folder, const std::string& name) {
  if (name.empty() || name.starts_with('-')) return fail(Code::kRevision, "`" + name + "` is no revision");
  PLUMB_TRY_ASSIGN(const std::string prefix, git({"rev-parse", "--show-prefix"}, folder));
  const Result<std::string> commit = git({"rev-parse", "--verify", "--end-of-options", name + "^{commit}"}, folder);
  if (!commit) return fail(Code::kRevision, "git does not know the revision `" + name + "`");
  PLUMB_TRY_ASSIGN(fs::path root, make_folder());
  Revision revision(name, root / "tree");
  revision.prefix_ = prefix;
  // An index of its own keeps the repository's as it is.
  const std::string index = "GIT_INDEX_FILE=" + (root / "index").string();
  PLUMB_TRY_ASSIGN(const std::string top_path, git({"rev-parse", "--show-toplevel"}, folder));
  const Folder top(folder.files(), top_path);
  PLUMB_TRY(git({"read-tree", *commit}, top, {index}));
  PLUMB_TRY(git({"checkout-index", "--all", "--prefix=" + (root / "tree").string() + "/"}, top, {index}));
  lend_modules(folder.path(), revision.folder());
  return revision;
}

Revision::Revision(Revision&& other) noexcept
    : name_(std::move(other.name_)), root_(std::move(other.root_)), prefix_(std::move(other.prefix_)) {
  other.root_.clear();
}

Revision::~Revision() {
  std::error_code ignored;
  if (!root_.empty()) fs::remove_all(root_.parent_path(), ignored);
}

}  // namespace plumb::config
