#include "engine/lsp/session.h"

#include <algorithm>
#include <utility>

#include "engine/lsp/uri.h"

namespace plumb::lsp {
namespace {

namespace fs = std::filesystem;

// The file that what has no place of its own is told in.
std::string main_file(const ProjectRoot& root) {
  return root.kind == RootKind::kModule ? "module.yaml" : "plumb.yaml";
}

}  // namespace

bool Session::add(const std::string& uri, std::string text, Json version) {
  const std::optional<fs::path> path = path_of(uri);
  if (!path) return false;
  Document document;
  document.uri = uri;
  document.path = *path;
  document.text = Text(std::move(text));
  document.version = std::move(version);
  documents_.insert_or_assign(uri, std::move(document));
  find_roots();
  now_old(documents_.at(uri).root);
  return true;
}

void Session::find_roots() {
  MemoryFiles files(around_.disk);
  for (const auto& [uri, document] : documents_) files.add(document.path, "");
  for (auto& [uri, document] : documents_) {
    ProjectRoot root = find_root(files, document.path);
    if (root.folder == document.root.folder && root.kind == document.root.kind && !document.name.empty()) continue;
    now_old(document.root);
    document.name = root.kind == RootKind::kNone ? document.path.filename().string()
                                                 : document.path.lexically_relative(root.folder).generic_string();
    document.root = std::move(root);
    now_old(document.root);
  }
}

void Session::change(const std::string& uri, std::string text, Json version) {
  const auto found = documents_.find(uri);
  if (found == documents_.end()) return;
  found->second.text = Text(std::move(text));
  found->second.version = std::move(version);
  now_old(found->second.root);
}

void Session::close(const std::string& uri) {
  const auto found = documents_.find(uri);
  if (found == documents_.end()) return;
  const ProjectRoot root = found->second.root;
  documents_.erase(found);
  find_roots();
  now_old(root);
}

void Session::changed_on_disk() {
  find_roots();
  for (const auto& [folder, project] : projects_) now_old(project.root);
}

void Session::now_old(const ProjectRoot& root) {
  if (root.kind == RootKind::kNone) return;
  projects_[root.folder].root = root;
  old_.insert(root.folder);
  untold_.insert(root.folder);
}

const Document* Session::find(const std::string& uri) const {
  const auto found = documents_.find(uri);
  return found == documents_.end() ? nullptr : &found->second;
}

std::string Session::uri_of(const fs::path& path) const {
  for (const auto& [uri, document] : documents_) {
    if (document.path == path) return uri;
  }
  return lsp::uri_of(path);
}

OpenTexts Session::texts_of(const Project& project) const {
  OpenTexts texts;
  for (const auto& [uri, document] : documents_) {
    if (document.root.folder == project.root.folder) texts.emplace(document.path, document.text.str());
  }
  return texts;
}

Session::Project* Session::project_of(const Document& document) {
  if (document.root.kind == RootKind::kNone) return nullptr;
  Project& project = projects_[document.root.folder];
  project.root = document.root;
  return &project;
}

void Session::take(Project& project, std::shared_ptr<const Look> look) {
  // One is enough to wait for: more of them would fill the memory while somebody types.
  gone_.assign(1, std::exchange(project.look, std::move(look)));
  project.usable_is_old = true;
  project.index.reset();
  project.preview_is_old = true;
  old_.erase(project.root.folder);
}

std::vector<FileFindings> Session::refresh() {
  if (untold_.empty()) return {};
  Project& project = projects_.at(*untold_.begin());
  if (texts_of(project).empty()) return forget(project.root.folder);
  if (old_.contains(project.root.folder)) {
    std::shared_ptr<const Look> look =
        Look::take(project.root, around_, texts_of(project), waiting_, project.kept.get());
    if (waiting_()) return {};
    take(project, std::move(look));
  }
  untold_.erase(project.root.folder);
  std::map<std::string, FileFindings> by_file;
  const auto entry = [&](const std::string& file) -> FileFindings& {
    const auto [place, added] = by_file.try_emplace(file);
    if (added) {
      const fs::path path = project.look->path_of(file);
      place->second = {uri_of(path), project.root.folder, Text(project.look->text_of(file)), {}};
    }
    return place->second;
  };
  for (const std::string& file : project.told) entry(file);
  for (const auto& [uri, document] : documents_) {
    if (document.root.folder == project.root.folder) entry(document.name);
  }
  project.told.clear();
  for (const Diagnostic& one : project.look->findings()) {
    const std::string file = one.span && !one.span->file.empty() ? one.span->file : main_file(project.root);
    entry(file).findings.push_back(one);
    project.told.insert(file);
  }
  std::vector<FileFindings> all;
  for (auto& [file, findings] : by_file) all.push_back(std::move(findings));
  return all;
}

// Of a project of which nothing is open any more nothing is told.
std::vector<FileFindings> Session::forget(fs::path folder) {
  std::vector<FileFindings> all;
  for (const std::string& file : projects_.at(folder).told)
    all.push_back({uri_of((folder / file).lexically_normal()), folder, Text(), {}});
  old_.erase(folder);
  untold_.erase(folder);
  projects_.erase(folder);
  return all;
}

std::shared_ptr<const Look> Session::current(const Document& document) {
  Project* project = project_of(document);
  if (project == nullptr) return nullptr;
  if (project->look == nullptr || old_.contains(project->root.folder))
    take(*project, Look::take(
                       project->root, around_, texts_of(*project), [] { return false; }, project->kept.get()));
  return project->look;
}

std::shared_ptr<const Look> Session::names(const Document& document) {
  Project* project = project_of(document);
  if (project == nullptr) return nullptr;
  if (project->look == nullptr) (void)current(document);
  if (!project->usable_is_old) return project->usable;
  std::shared_ptr<const Look> look = project->look;
  if (look->project() == nullptr || look->is_torn())
    look = Look::take_readable(project->root, around_, texts_of(*project));
  if (look->project() != nullptr || project->usable == nullptr) project->usable = std::move(look);
  project->usable_is_old = false;
  return project->usable;
}

std::shared_ptr<const NameIndex> Session::index(const Document& document) {
  Project* project = project_of(document);
  if (project == nullptr) return nullptr;
  (void)current(document);
  if (project->index == nullptr) project->index = std::make_shared<const NameIndex>(*names(document));
  return project->index;
}

std::shared_ptr<const PlanPreview> Session::preview(const Document& document, const fs::path& snapshot) {
  Project* project = project_of(document);
  if (project == nullptr) return nullptr;
  const fs::path file = project->root.folder / snapshot;
  if (!around_.disk.status(file)) return nullptr;
  const std::shared_ptr<const Look> look = current(document);
  if (!project->preview_is_old) return project->preview;
  project->preview.reset();
  project->preview_is_old = false;
  if (look->has_errors() || look->workspace() == nullptr) return nullptr;
  Result<PlanPreview> preview = preview_plan(*look, file);
  if (!preview) preview = PlanPreview{"plan: " + preview.error().summary(), {}};
  project->preview = std::make_shared<const PlanPreview>(std::move(*preview));
  return project->preview;
}

}  // namespace plumb::lsp
