#include "engine/run/plan_files.h"

#include "engine/base/digest.h"

namespace plumb::run {

namespace fs = std::filesystem;

PlanFiles::PlanFiles(const plan::Plan& plan, const fs::path& project, const fs::path& contents, const Files& below)
    : below_(below), project_(project) {
  for (const auto& [digest, content] : plan.contents) {
    if (content.source.empty() || below_.status(project / content.source)) continue;
    const fs::path kept = contents / digest.substr(kDigestPrefix.size());
    if (below_.status(kept)) kept_.emplace((project / content.source).lexically_normal(), kept);
  }
}

fs::path PlanFiles::place_of(const fs::path& path) const {
  const auto kept = kept_.find(path.lexically_normal());
  return kept == kept_.end() ? path : kept->second;
}

std::optional<FileStatus> PlanFiles::status(const fs::path& path) const {
  return below_.status(place_of(path));
}

std::optional<fs::path> PlanFiles::real(const fs::path& path) const {
  const fs::path normal = path.lexically_normal();
  if (!kept_.contains(normal)) return below_.real(path);
  // As if it lay where the project has it; the folders above need not be there.
  const std::optional<fs::path> project = below_.real(project_);
  return project ? std::optional(*project / normal.lexically_relative(project_.lexically_normal())) : std::nullopt;
}

Result<fs::path> PlanFiles::link_target(const fs::path& path) const {
  return below_.link_target(path);
}

Result<std::vector<FolderEntry>> PlanFiles::list(const fs::path& folder, std::size_t most) const {
  return below_.list(folder, most);
}

Result<std::string> PlanFiles::read(const fs::path& path, std::size_t limit) const {
  return below_.read(place_of(path), limit);
}

Result<std::unique_ptr<FileStream>> PlanFiles::open(const fs::path& path) const {
  return below_.open(place_of(path));
}

bool PlanFiles::has_program(const std::string& name) const {
  return below_.has_program(name);
}

Result<ProgramOutput> PlanFiles::run(const std::vector<std::string>& arguments, const fs::path& folder, Code code,
                                     const ProgramLimits& limits) const {
  return below_.run(arguments, folder, code, limits);
}

std::optional<KeptAnswer> PlanFiles::kept(const fs::path& path, std::size_t limit) const {
  return below_.kept(path, limit);
}

Result<> PlanFiles::keep(const fs::path& path, std::string_view text) const {
  return below_.keep(path, text);
}

}  // namespace plumb::run
