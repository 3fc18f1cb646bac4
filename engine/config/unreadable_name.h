// Names that no expression can read, since they are words of its language. Told at the declaration: whoever reads one
// would be told of an expression that cannot be read, and not why.
#pragma once

#include <optional>
#include <string>

#include "engine/base/diagnostic.h"

namespace plumb::config {

// Of what expressions read behind a dot, as `inputs.NAME`; nothing where they can.
std::optional<Diagnostic> unreadable_member(const std::string& name, const SourceSpan& span);
// Of what they read by its name alone, as a loop's element.
std::optional<Diagnostic> unreadable_variable(const std::string& name, const SourceSpan& span);

}  // namespace plumb::config
