// Regular expressions that stand in a rule as they are: they are tried when the rule is read, and not when a plan first
// comes to them.
#pragma once

#include <optional>
#include <string_view>

#include "engine/lang/cel/fault.h"

namespace plumb::policy {

// What is wrong with the first constant pattern of an expression that is none; nothing where all are good, or where the
// text is no expression.
std::optional<cel::Fault> broken_pattern(std::string_view expression);

}  // namespace plumb::policy
