#include "engine/run/plan_files.h"

#include "engine/run/plan_contents.h"

namespace plumb::run {

namespace fs = std::filesystem;

PlanFiles::PlanFiles(const plan::Plan& plan, const fs::path& project, const fs::path& contents, const Files& below)
    : FilesOver(below), project_(project) {
  for (const auto& [digest, content] : plan.contents) {
    if (content.source.empty() || below.status(project / content.source)) continue;
    if (std::optional<fs::path> kept = find_kept({below, contents}, digest))
      kept_.emplace((project / content.source).lexically_normal(), std::move(*kept));
  }
}

fs::path PlanFiles::place_of(const fs::path& path) const {
  const auto kept = kept_.find(path.lexically_normal());
  return kept == kept_.end() ? path : kept->second;
}

std::optional<FileStatus> PlanFiles::status(const fs::path& path) const {
  return below().status(place_of(path));
}

std::optional<fs::path> PlanFiles::real(const fs::path& path) const {
  const fs::path normal = path.lexically_normal();
  if (!kept_.contains(normal)) return below().real(path);
  // As if it lay where the project has it; the folders above need not be there.
  const std::optional<fs::path> project = below().real(project_);
  return project ? std::optional(*project / normal.lexically_relative(project_.lexically_normal())) : std::nullopt;
}

Result<std::string> PlanFiles::read(const fs::path& path, std::size_t limit) const {
  return below().read(place_of(path), limit);
}

Result<std::unique_ptr<FileStream>> PlanFiles::open(const fs::path& path) const {
  return below().open(place_of(path));
}

}  // namespace plumb::run
