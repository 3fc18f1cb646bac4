#include "engine/config/project_files.h"

#include <algorithm>
#include <map>
#include <set>

#include "engine/config/declaration.h"
#include "engine/config/document.h"
#include "engine/config/include.h"
#include "engine/config/module_store.h"
#include "engine/lang/yaml.h"

namespace plumb::config {
namespace {

using lang::Entry;
using lang::Node;
namespace fs = std::filesystem;

class DocumentSearch {
 public:
  explicit DocumentSearch(const Folder& project) : project_(project), root_(project.real()) {}

  // With what the file leads to. `folder` is that of the module it belongs to.
  void follow(const ModuleFolder& folder, const std::string& name) {
    const std::string path = folder.in_project(name);
    if (!add(path)) return;
    const Result<std::string> text = project_.read(path, lang::kMaxYamlBytes);
    if (!text) return;
    Diagnostics unused;
    const std::optional<Node> root = lang::read_yaml(path, *text, unused);
    if (!root) return;
    if (const Entry* include = root->find("include")) {
      for (const Node& pattern : include->value.items) follow_pattern(folder, pattern.text);
    }
    if (const Entry* resources = root->find("resources")) {
      for (const Node& resource : resources->value.items) {
        const Entry* use = resource.find("use");
        if (use != nullptr && use->value.is_scalar()) follow_module(folder, use->value.text);
      }
    }
  }

  void add_matching(const std::string& pattern) {
    const Result<std::vector<std::string>> found = find_included(project_, pattern);
    if (!found) return;
    for (const std::string& name : *found) add(name);
  }

  std::vector<std::string> take() {
    std::vector<std::string> names;
    for (const auto& [real, name] : names_) names.push_back(name);
    std::sort(names.begin(), names.end());
    return names;
  }

 private:
  // False where it is not there, outside the project or known already.
  bool add(const std::string& name) {
    const std::optional<fs::path> real = project_.real(name);
    if (!real || !root_ || !is_within(*real, *root_)) return false;
    return names_.emplace(*real, name).second;
  }

  void follow_pattern(const ModuleFolder& folder, const std::string& pattern) {
    const Result<std::vector<std::string>> found = find_included(folder.own(), pattern);
    if (!found) return;
    for (const std::string& name : *found) follow(folder, name);
  }

  void follow_module(const ModuleFolder& user, const std::string& source) {
    if (!source.starts_with("./") && !source.starts_with("../")) return;
    const std::string folder =
        (fs::path(user.relative) / source / "").lexically_normal().parent_path().generic_string();
    if (!folder.starts_with("..") && !is_in_module_store(folder)) follow({project_, folder}, "module.yaml");
  }

  Folder project_;
  std::optional<fs::path> root_;
  std::map<fs::path, std::string> names_;  // by what links lead to
};

// The nearest folder above that is a project, as it is named from here, such as "../.."; "" for none.
std::string project_above(const Folder& folder) {
  const std::optional<fs::path> real = folder.real();
  if (!real) return {};
  fs::path named = folder.path();
  for (fs::path at = *real; at != at.parent_path();) {
    at = at.parent_path();
    named /= "..";
    if (has_document({folder.files(), at}, "plumb")) return named.lexically_normal().string();
  }
  return {};
}

}  // namespace

Result<> expect_project(const Folder& folder) {
  if (has_document(folder, "plumb")) return {};
  std::string hint = "run `plumb init`, or name the project's folder with -C";
  if (has_document(folder, "module")) {
    hint = "this is a module: `plumb test` runs its cases, and a project that uses it gives it inputs";
  } else if (folder.path().filename() == "plumb.yaml") {
    hint = "-C takes the folder that it lies in";
  } else if (const std::string above = project_above(folder); !above.empty()) {
    hint = "there is one in " + above + ": go there, or add -C " + above;
  }
  return fail(Code::kNoProject, "there is no plumb.yaml in " + folder.path().string()).hint(hint);
}

Result<std::vector<std::string>> find_project_files(const Folder& folder) {
  PLUMB_TRY(expect_project(folder));
  DocumentSearch search(folder);
  search.follow({folder, ""}, "plumb.yaml");
  for (const char* pattern :
       {"hosts.yaml", "inputs.yaml", "tests/*.yaml", "policy/*.yaml", "policy/tests/*.yaml", "compliance/*.yaml"})
    search.add_matching(pattern);
  return search.take();
}

}  // namespace plumb::config
