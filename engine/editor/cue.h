// The schemas as CUE definitions: #Project, #Included, #Module, #Resource with one of each kind, #Use, #Inventory and
// #Facts.
#pragma once

#include <string>

#include "providers/sdk/kind.h"

namespace plumb::editor {

// One file of the package `plumb`.
std::string cue_definitions(const Registry& kinds);

}  // namespace plumb::editor
