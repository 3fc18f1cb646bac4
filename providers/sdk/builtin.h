// The built-in kinds. Made by the build from the folders under providers/; see providers/CMakeLists.txt.
#pragma once

#include "providers/sdk/kind.h"

namespace plumb {

// Without their schemas, which the executor does not carry (plumb::providers).
Registry builtin_kinds();
// With them, from schemas/resources/ (plumb::described_providers).
Registry described_builtin_kinds();

}  // namespace plumb
