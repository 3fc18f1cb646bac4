#include "engine/config/policy_bundles.h"

#include <filesystem>
#include <optional>
#include <set>

namespace plumb::config {
namespace {

std::optional<std::string> folder_in(const Folder& project, const lang::Node& item, Diagnostics& diagnostics) {
  namespace fs = std::filesystem;
  const auto report = [&](Code code, const char* summary, const char* label) {
    diagnostics.add(
        Diagnostic(code, summary)
            .at(item.span, label)
            .with_hint("`baseline` means the rules that come with plumb, and all else is a folder of the project"));
    return std::nullopt;
  };
  std::string path = fs::path(item.text).lexically_normal().generic_string();
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  if (fs::path(path).is_absolute() || path.empty() || *fs::path(path).begin() == "..")
    return report(Code::kOutsideProject, "rules must lie in the project folder", "expected a path in the project");
  const std::optional<FileStatus> status = project.status(path);
  if (!status)
    return report(Code::kFileUnreadable, "`policy` names no folder of the project", "there is no such folder");
  if (status->type != EntryType::kFolder)
    return report(Code::kFileUnreadable, "`policy` names no folder of the project", "this is a file");
  const std::optional<fs::path> real = project.real(path);
  const std::optional<fs::path> root = project.real();
  if (!real || !root || !is_within(*real, *root))
    return report(Code::kOutsideProject, "rules must lie in the project folder", "a link leads out of it");
  return path;
}

}  // namespace

std::vector<PolicyBundle> read_policy_bundles(const lang::Node& node, const Folder& folder, Diagnostics& diagnostics) {
  std::vector<PolicyBundle> bundles;
  std::set<std::string> seen;
  for (const lang::Node& item : node.items) {
    if (!item.is_scalar()) continue;  // told with the file's shape
    PolicyBundle bundle{{}, item.span};
    if (item.text != kBaselinePolicy) {
      std::optional<std::string> path = folder_in(folder, item, diagnostics);
      if (!path) continue;
      bundle.folder = std::move(*path);
    }
    if (seen.insert(bundle.folder).second) bundles.push_back(std::move(bundle));
  }
  return bundles;
}

}  // namespace plumb::config
