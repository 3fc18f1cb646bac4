// References to secrets that are values of attributes. Each becomes a sensitive input of the project, and the attribute
// an expression that reads it: so all that holds for inputs holds for it too.
#pragma once

#include <vector>

#include "engine/config/parsed.h"
#include "engine/lang/yaml.h"

namespace plumb::config {

// Of the texts below `node` that begin as references do, put in their place; the inputs that they read now, in the
// order of the texts. What has such a beginning and is none is told.
std::vector<Input> take_inner_references(lang::Node& node, Diagnostics& diagnostics);

// Tells that a module has no stores, at each such text.
void refuse_inner_references(const lang::Node& node, Diagnostics& diagnostics);

}  // namespace plumb::config
