// Where the text of a YAML scalar stands in its file, character by character.
#pragma once

#include <string_view>

#include "engine/lang/cel/fault.h"
#include "engine/lang/source.h"
#include "engine/lang/yaml.h"

namespace plumb::lang {

// Maps offsets in `scalar.text` back to the source, through quotes, escapes, folding and indentation. `source` is the
// whole file that `scalar` was read from. Costs time in proportion to the scalar and its place; for error paths.
cel::Origin origin_of(const Node& scalar, std::string_view source);
// The same of a file that is among `sources`, which know where its lines begin: the place in the file costs nothing.
cel::Origin origin_of(const Node& scalar, const SourceMap& sources);

}  // namespace plumb::lang
