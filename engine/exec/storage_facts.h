// What a running host tells of its disks: what is mounted, and swap space.
#pragma once

#include "engine/base/json.h"
#include "engine/exec/root_files.h"

namespace plumb::exec {

// Of an image nothing is mounted. File systems of the kernel's own and of containers' layers are left out, and a size
// is asked only of what lies on this machine's devices: a server that is away would keep us waiting.
Json mounts(const RootFiles& files);
// Space that is in use for it.
Json swap_space(const RootFiles& files);

}  // namespace plumb::exec
