// Names that no expression can read, since they are words of its language.
#pragma once

#include <string>

#include "engine/base/diagnostic.h"
#include "engine/lang/cel/lexer.h"

namespace plumb::config {

// At the declaration: whoever reads it would be told of an expression that cannot be read, and not why.
Diagnostic unreadable_name(const std::string& name, const SourceSpan& span);

}  // namespace plumb::config
