// Which code a name means, without the texts that stand beside codes: executors read names and explain nothing.
#pragma once

#include <optional>
#include <string_view>

#include "engine/base/codes.h"

namespace plumb {

// "PL1007"; nothing where there is no such code.
std::optional<Code> code_named(std::string_view name);

}  // namespace plumb
