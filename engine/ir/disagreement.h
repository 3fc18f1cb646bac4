// What is told where several modules declare one thing and ask for different things of it.
#pragma once

#include <string>

#include "engine/base/diagnostic.h"
#include "engine/ir/graph.h"
#include "providers/sdk/kind.h"

namespace plumb::ir {

// `first` and `second` are of one kind and of different modules, and both decide on `thing`, "the package curl".
Diagnostic disagreement(const Node& first, const Node& second, const std::string& thing, const Kind& kind);

}  // namespace plumb::ir
