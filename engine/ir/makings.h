// What a resource makes of the path that it has, as its operations say it.
#pragma once

#include <string>

#include "providers/sdk/kind.h"

namespace plumb::ir {

enum class Making { kNothing, kFile, kFolder, kLink };

// What lies at `path` once `desired` was made where nothing was; kNothing where that is not known.
Making making_at(const std::string& path, const Provider& provider, const Desired& desired);

// Whether it only sets attributes of what others make: it has nothing that it could take away.
bool only_sets_attributes(const Provider& provider, const Desired& desired);

}  // namespace plumb::ir
