// What stands around each host's turn of a roll-out: `rollout.around` in plumb.yaml.
#pragma once

#include <vector>

#include "engine/config/declaration.h"
#include "engine/config/parsed.h"
#include "engine/lang/source.h"
#include "engine/lang/yaml.h"

namespace plumb::config {

// `around` is a list of maps, as the project's schema has it. Steps come in the order in which they are written: of
// each entry those before a turn, then those after it. `kinds` outlives what is read.
std::vector<ParsedSteps> read_around(const lang::Node& around, const ModuleFolder& folder, const Registry& kinds,
                                     Diagnostics& diagnostics, lang::SourceMap& sources);

}  // namespace plumb::config
