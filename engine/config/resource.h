// One resource of a project, read by its kind's schema.
#pragma once

#include <filesystem>
#include <optional>

#include "engine/config/project.h"
#include "engine/lang/source.h"
#include "engine/lang/yaml.h"

namespace plumb::config {

// `node` is a map that is not empty. `sources` may be null.
std::optional<Resource> read_resource(const lang::Node& node, const std::filesystem::path& project_folder,
                                      Diagnostics& diagnostics, lang::SourceMap* sources);

}  // namespace plumb::config
