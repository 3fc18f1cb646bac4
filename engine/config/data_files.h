// Files of values that belong to a project or module: `data`, and `values_from`.
#pragma once

#include <string>

#include "engine/config/declaration.h"
#include "engine/config/parsed.h"

namespace plumb::config {

// `NAME: PATH`, `NAME: {first_of: [...]}`, or with `schema` beside `file` or `first_of`: what all of those files hold.
// What is wrong with them is told.
ParsedData read_data(const lang::Entry& entry, const ModuleFolder& folder, Diagnostics& diagnostics,
                     lang::SourceMap& sources);

// Adds the sources of `values_from`: one or a list of them, each a path or `{first_of: [...]}`.
void read_values_from(const lang::Node& node, const ModuleFolder& folder, std::vector<ParsedValuesFrom>& into,
                      Diagnostics& diagnostics, lang::SourceMap& sources);

}  // namespace plumb::config
