// Reads the resources of a body, on all cores where they are many, as far as they were not kept.
#pragma once

#include <optional>
#include <vector>

#include "engine/config/body.h"
#include "engine/config/declaration.h"
#include "engine/config/kept_project.h"

namespace plumb::config {

// One for each of `entries`, which are those of one file; nothing for a use. `rules` are for this thread, `blocks`
// those that the entries stand in. What is read is kept in `kept`, if there is one.
std::vector<std::optional<BodyDeclaration>> read_body_declarations(const std::vector<BodyEntry>& entries,
                                                                   const ModuleFolder& folder, KindRules& rules,
                                                                   const std::vector<ParsedBlock>& blocks,
                                                                   const lang::SourceMap& sources, KeptModule* kept);

}  // namespace plumb::config
