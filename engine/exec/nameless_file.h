// Files that nobody else can open.
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

namespace plumb::exec {

// A new one of this machine, open for reading and writing; gone when it is closed. For small things that a program
// wants to find in a file.
Result<UniqueFd> nameless_file();

}  // namespace plumb::exec
