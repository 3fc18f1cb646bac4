#include "engine/lsp/look.h"

#include <algorithm>
#include <utility>

#include "engine/base/pool.h"
#include "engine/config/document.h"
#include "engine/config/module_reader.h"
#include "engine/config/schema.h"
#include "engine/config/validate.h"
#include "engine/lsp/shape.h"
#include "engine/lsp/torn_text.h"
#include "engine/run/offline.h"

namespace plumb::lsp {
namespace {

namespace fs = std::filesystem;

bool is_yaml(const fs::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

}  // namespace

ProjectRoot find_root(const Files& files, const fs::path& file) {
  ProjectRoot module;
  for (fs::path folder = file.parent_path();; folder = folder.parent_path()) {
    const Folder here(files, folder);
    if (config::has_document(here, "plumb")) return {folder, RootKind::kProject};
    if (module.kind == RootKind::kNone && config::has_document(here, config::kModuleFile))
      module = {folder, RootKind::kModule};
    if (folder == folder.parent_path()) return module;
  }
}

// A folder that is opened is not a program that is started: who wants the answers asks for them with plumb, which keeps
// them. CUE's own program only works out what stands in a file.
Result<ProgramOutput> WatchedFiles::run(const std::vector<std::string>& arguments, const fs::path& folder, Code code,
                                        const ProgramLimits& limits) const {
  if (!arguments.empty() && arguments.front() == "cue") return below().run(arguments, folder, code, limits);
  return fail(code, "no program of a project is run while it is edited").hint("`plumb hosts` asks it");
}

Look::Look(ProjectRoot root, const Surroundings& around, const OpenTexts& open)
    : root_(std::move(root)), around_(around), watched_(around.disk), files_(watched_) {
  for (const auto& [path, text] : open) files_.add(path, text);
}

std::shared_ptr<const Look> Look::take(const ProjectRoot& root, const Surroundings& around, const OpenTexts& open,
                                       const std::function<bool()>& stopped, config::KeptProject* kept) {
  const std::shared_ptr<Look> look(new Look(root, around, open));
  Diagnostics found;
  if (root.kind == RootKind::kProject) look->read_project(stopped, kept, found);
  if (root.kind == RootKind::kModule) look->read_module(kept, found);
  look->read_others(open, found);
  look->findings_ = found.sorted();
  look->has_errors_ = found.has_errors();
  // What was not asked is no mistake.
  for (Diagnostic& one : look->findings_) {
    if (one.code == Code::kInventoryProgram) one.severity = Severity::kNote;
  }
  return look;
}

std::shared_ptr<const Look> Look::take_readable(const ProjectRoot& root, const Surroundings& around,
                                                const OpenTexts& open) {
  OpenTexts mended;
  for (const auto& [path, text] : open) mended.emplace(path, is_yaml(path) ? readable_text(text) : text);
  const std::shared_ptr<Look> look(new Look(root, around, mended));
  Diagnostics untold;
  if (root.kind == RootKind::kProject) look->read_project([] { return true; }, nullptr, untold);
  if (root.kind == RootKind::kModule) look->read_module(nullptr, untold);
  look->read_others(mended, untold);
  return look;
}

void Look::read_project(const std::function<bool()>& stopped, config::KeptProject* kept, Diagnostics& found) {
  store_ = around_.history(root_.folder);
  run::WorkspaceRequest request;
  request.folder = folder();
  request.sources.freshness = inventory::Freshness::kKept;
  request.inputs = around_.inputs;
  request.environment = around_.environment;
  request.needs_key = false;
  request.missing_secrets = ir::MissingSecrets::kUnknown;
  request.kept = kept;
  workspace_ = run::Workspace::look(request, around_.kinds, *store_, found, sources_);
  if (workspace_ == nullptr) return;
  gather_modules(workspace_->project().root);
  if (stopped() || found.has_errors()) return;
  if (const Result<run::KeyState> key = workspace_->find_key(); !key) {
    found.add(key.error().diagnostic());
    return;
  }
  ir::CompilerInput input = workspace_->compiler_input();
  input.stopped = stopped;
  found.extend(run::validate_offline(input, workspace_->hosts(), core_count()));
}

void Look::read_module(config::KeptProject* kept, Diagnostics& found) {
  std::optional<config::Project> module = config::load_module(folder(), around_.kinds, found, sources_, kept);
  if (!module) return;
  alone_.push_back(std::move(*module));
  gather_modules(alone_.back().root);
}

void Look::read_others(const OpenTexts& open, Diagnostics& found) {
  std::vector<config::Project> read;
  for (const auto& [path, text] : open) {
    const std::optional<std::string> name = name_of(path);
    if (!name || !is_yaml(path) || sources_.has(*name)) continue;
    const Shape shape = shape_of(*name);
    if (shape == Shape::kModule) {
      // One that nobody uses yet.
      const std::string below = fs::path(*name).parent_path().generic_string();
      config::ModuleReader reader(folder(), around_.kinds, found, sources_);
      if (const auto module = reader.module(below)) {
        config::Project alone;
        alone.root = *module;
        read.push_back(std::move(alone));
      }
      continue;
    }
    const std::optional<lang::Node> tree = lang::read_yaml(*name, text, found);
    sources_.add(*name, text);
    if (!tree || !config::has_schema(schema_name(shape))) continue;
    const Json& schema = config::builtin_schema(schema_name(shape));
    config::ValidateOptions options;
    options.root = &schema;
    if (!tree->is_null()) (void)config::validate(*tree, schema, "the file", tree->span, options, found);
  }
  // They stay where they are from here on.
  for (config::Project& one : read) alone_.push_back(std::move(one));
  for (const config::Project& one : alone_) gather_modules(one.root);
}

void Look::gather_modules(const config::Module& module) {
  if (!modules_.emplace(module.folder, &module).second) return;
  for (const auto& entry : module.body) {
    const auto* call = std::get_if<config::ModuleCall>(&entry);
    if (call != nullptr && call->written->module != nullptr) gather_modules(*call->written->module);
  }
}

bool Look::is_torn() const {
  return std::any_of(findings_.begin(), findings_.end(), [](const Diagnostic& one) {
    return one.severity == Severity::kError && static_cast<int>(one.code) / 100 == 10;
  });
}

const config::Project* Look::project() const {
  if (workspace_ != nullptr) return &workspace_->project();
  return alone_.empty() ? nullptr : &alone_.front();
}

const config::Inventory* Look::inventory() const {
  return workspace_ == nullptr ? nullptr : &workspace_->inventory();
}

const config::Module* Look::module_of(const std::string& file) const {
  const config::Module* found = nullptr;
  for (const auto& [below, module] : modules_) {
    const bool within =
        below.empty() || (file.starts_with(below) && file.size() > below.size() && file[below.size()] == '/');
    if (within && (found == nullptr || below.size() >= found->folder.size())) found = module;
  }
  return found;
}

std::optional<std::string> Look::name_of(const fs::path& file) const {
  const fs::path name = file.lexically_relative(root_.folder);
  if (name.empty() || *name.begin() == "..") return std::nullopt;
  return name.generic_string();
}

fs::path Look::path_of(const std::string& name) const {
  return (root_.folder / name).lexically_normal();
}

std::string Look::text_of(const std::string& name) const {
  Result<std::string> text = files_.read(path_of(name), lang::kMaxYamlBytes);
  return text ? std::move(*text) : std::string();
}

}  // namespace plumb::lsp
