// Writing over a file that is there, for what a rename cannot replace: it keeps its inode, its other names and all else
// that is not asked for. It is not atomic: the file holds a part of both contents while it is written.
#pragma once

#include "engine/exec/interpreter/staged_file.h"
#include "engine/exec/local_system.h"

namespace plumb::exec {

// The old file, open to be written over. Refused where it is another one by now, and where it may have names that
// somebody else gave it.
Result<UniqueFd> open_to_write_over(const StagedFile& staged);

// Gives it the bytes of the new file. It is its writer's alone from now on, until it is given what is asked for.
Result<> write_over(LocalSystem& system, const StagedFile& staged, int file);

}  // namespace plumb::exec
