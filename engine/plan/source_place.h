// Where in the configuration an action of a plan comes from.
#pragma once

#include <optional>
#include <string_view>

#include "engine/base/diagnostic.h"

namespace plumb::plan {

// From there to the end of its line; nothing where the text is not of the form of SourceSpan::str().
std::optional<SourceSpan> place_of(std::string_view source);

}  // namespace plumb::plan
