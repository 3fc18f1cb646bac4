// Deciding the checks of a project or module on one host.
#pragma once

#include <functional>
#include <optional>

#include "engine/config/dynamic.h"
#include "engine/config/module.h"

namespace plumb::ir {

// Where what an expression reads was set; nothing where that is in no file.
using PlaceOf = std::function<std::optional<SourceSpan>(const cel::Reference&)>;

// Tells of a check that does not hold, with the values that it read unless one of them is sensitive.
void decide(const config::Check& check, const config::Evaluation& evaluation, const PlaceOf& place_of);

}  // namespace plumb::ir
