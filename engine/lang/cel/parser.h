// Text to tree: CEL's grammar with its macros, optional and quoted selectors.
#pragma once

#include <string_view>

#include "engine/lang/cel/ast.h"
#include "engine/lang/cel/fault.h"

namespace plumb::cel {

// Depth and size are bounded; see program.h. Messages (`Name{field: x}`) are refused.
Outcome<Ast> parse(std::string_view text, bool macros);

}  // namespace plumb::cel
