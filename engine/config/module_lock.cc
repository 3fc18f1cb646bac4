#include "engine/config/module_lock.h"

#include <algorithm>

#include "engine/config/document.h"
#include "engine/config/dynamic.h"
#include "engine/config/validate.h"

namespace plumb::config {
namespace {

using lang::Node;
namespace fs = std::filesystem;

constexpr std::string_view kHead = "# Made by `plumb module update`. Keep it in git; do not edit it.\nplumb: v1\n";

const Json& lock_schema() {
  static const Json schema = [] {
    const Json text = {{"type", "string"}, {"minLength", 1}};
    const Json commit = {
        {"type", "string"}, {"pattern", "^[0-9a-f]{40}$"}, {"x-expected", "a commit's 40 hexadecimal digits"}};
    const Json digest = {
        {"type", "string"}, {"pattern", "^sha256:[0-9a-f]{64}$"}, {"x-expected", "sha256: and 64 hexadecimal digits"}};
    const Json module = {
        {"type", "object"},
        {"required", {"git", "commit", "digest"}},
        {"additionalProperties", false},
        {"properties", {{"git", text}, {"path", text}, {"ref", text}, {"commit", commit}, {"digest", digest}}}};
    return Json{
        {"type", "object"},
        {"required", {"plumb", "modules"}},
        {"additionalProperties", false},
        {"properties",
         {{"plumb", {{"type", "string"}, {"const", "v1"}}}, {"modules", {{"type", "array"}, {"items", module}}}}}};
  }();
  return schema;
}

std::string text_under(const Node& map, std::string_view key) {
  const lang::Entry* entry = map.find(key);
  return entry != nullptr && entry->value.is_scalar() ? entry->value.text : std::string();
}

// "./nginx/" -> "nginx"; nothing where it leads out of the repository.
std::optional<std::string> repository_path(const std::string& given) {
  const fs::path path(given);
  const fs::path normal = (path / "").lexically_normal().parent_path();
  if (path.is_absolute() || (!normal.empty() && *normal.begin() == "..")) return std::nullopt;
  for (const fs::path& part : normal) {
    if (part == ".git") return std::nullopt;
  }
  return normal == "." ? std::string() : normal.generic_string();
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; });
}

bool is_commit(const std::string& text) {
  return text.size() == 40 && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::optional<GitSource> source_in(const Node& map, Diagnostics& diagnostics) {
  GitSource source{text_under(map, "git"), {}, text_under(map, "ref"), text_under(map, "commit")};
  const auto refuse = [&](const char* key, std::string summary, std::string label) {
    diagnostics.add(
        Diagnostic(Code::kModuleSource, std::move(summary)).at(map.find(key)->value.span, std::move(label)));
    return std::nullopt;
  };
  if (const std::string fault = fault_of_git_url(source.url); !fault.empty())
    return refuse("git", "this is no place of a git repository", fault);
  if (!source.ref.empty() && !is_git_ref(source.ref))
    return refuse("ref", "`" + source.ref + "` is no branch or tag", "expected a name such as main or v1.2");
  if (const lang::Entry* path = map.find("path"); path != nullptr) {
    const std::optional<std::string> normal = repository_path(path->value.text);
    if (!normal) return refuse("path", "a module must lie in its repository", "expected a folder relative to its root");
    source.path = *normal;
  }
  return source;
}

}  // namespace

std::string GitSource::name() const {
  std::string text = path.empty() ? url : path;
  while (text.ends_with('/')) text.pop_back();
  text = text.substr(text.find_last_of("/:") + 1);
  if (path.empty() && text.ends_with(".git")) text.resize(text.size() - 4);
  return text;
}

std::string fault_of_git_url(std::string_view url) {
  if (url.starts_with('-')) return "git would take it for an option";
  if (has_control(url)) return "it holds white space or control characters";
  if (url.find("::") < url.find('/')) return "git would run a program for it";
  if (url.starts_with('/')) return {};
  const std::size_t scheme_end = url.find("://");
  if (scheme_end != std::string_view::npos) {
    const std::string_view scheme = url.substr(0, scheme_end);
    const std::string_view place = url.substr(scheme_end + 3);
    if (scheme != "https" && scheme != "http" && scheme != "ssh" && scheme != "git" && scheme != "file")
      return "expected https, ssh, http, git or file before ://";
    if (place.empty() || place.starts_with('-')) return "the host is missing";
    const std::string_view authority = place.substr(0, place.find('/'));
    const std::size_t user_end = authority.rfind('@');
    if (user_end != std::string_view::npos && authority.substr(0, user_end).find(':') != std::string_view::npos)
      return "it holds a password; leave that to git's credential helpers";
    return {};
  }
  // [USER@]HOST:PATH
  const std::size_t colon = url.find(':');
  if (colon != std::string_view::npos && colon > 0 && colon < url.find('/')) return {};
  return "expected a URL, HOST:PATH or an absolute path";
}

bool is_git_ref(std::string_view ref) {
  constexpr std::string_view kNever = "~^:?*[\\";
  return !ref.empty() && !ref.starts_with('-') && !ref.starts_with('/') && !ref.ends_with('/') && !has_control(ref) &&
         ref.find("..") == std::string_view::npos && ref.find("@{") == std::string_view::npos &&
         ref.find_first_of(kNever) == std::string_view::npos;
}

std::optional<GitSource> read_git_source(const Node& node, Diagnostics& diagnostics) {
  for (const lang::Entry& entry : node.entries) {
    if (!entry.value.is_scalar() || entry.value.text.empty()) return std::nullopt;
    if (!may_be_dynamic(entry.value)) continue;
    diagnostics.add(Diagnostic(Code::kExpressionUnsupported, "what a module is read from cannot be an expression")
                        .at(entry.value.span, "expected a literal"));
    return std::nullopt;
  }
  const bool has_ref = node.find("ref") != nullptr;
  if (node.find("git") == nullptr || (has_ref && node.find("commit") != nullptr)) return std::nullopt;
  if (!has_ref && node.find("commit") == nullptr) {
    diagnostics.add(Diagnostic(Code::kMissingKey, "`commit` is missing: which one of the repository's?")
                        .at(node.find("git")->value.span, "needs `commit` beside it")
                        .with_hint("or `ref`, a branch or tag whose commit plumb.lock holds"));
    return std::nullopt;
  }
  std::optional<GitSource> source = source_in(node, diagnostics);
  if (!source || (!has_ref && !is_commit(source->commit))) return std::nullopt;
  return source;
}

std::optional<ModuleLock> read_module_lock(const Folder& project, Diagnostics& diagnostics, lang::SourceMap& sources) {
  const std::string name(kLockFile);
  // A link that leads nowhere is no project without a lock.
  if (!project.holds(name) && !project.files().link_target(project.path() / name)) return ModuleLock{};
  const std::size_t before = diagnostics.error_count();
  const std::optional<Node> root =
      read_document(project.files(), project.path() / name, name, std::nullopt, diagnostics, sources);
  if (!root) return std::nullopt;
  const SourceSpan start{name, 1, 1, 1, 1};
  ValidateOptions options;
  options.root = &lock_schema();
  validate(*root, lock_schema(), "the lock", root->is_null() ? start : root->span, options, diagnostics);
  if (diagnostics.error_count() != before) return std::nullopt;
  ModuleLock lock;
  for (const Node& item : root->find("modules")->value.items) {
    std::optional<GitSource> source = source_in(item, diagnostics);
    if (!source) return std::nullopt;
    LockedModule locked{source->commit, text_under(item, "digest")};
    if (!source->ref.empty()) source->commit.clear();
    if (lock.emplace(std::move(*source), std::move(locked)).second) continue;
    diagnostics.add(Diagnostic(Code::kDuplicateKey, "the lock holds this module twice").at(item.span, "again here"));
    return std::nullopt;
  }
  return lock;
}

std::string module_lock_text(const ModuleLock& lock) {
  std::string text(kHead);
  if (lock.empty()) return text + "modules: []\n";
  text += "modules:\n";
  for (const auto& [source, locked] : lock) {
    // A JSON text is a YAML text.
    text += "  - git: " + Json(source.url).dump() + "\n";
    if (!source.path.empty()) text += "    path: " + Json(source.path).dump() + "\n";
    if (!source.ref.empty()) text += "    ref: " + Json(source.ref).dump() + "\n";
    text += "    commit: " + Json(locked.commit).dump() + "\n";
    text += "    digest: " + locked.digest + "\n";
  }
  return text;
}

}  // namespace plumb::config
