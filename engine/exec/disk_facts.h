// What a running host tells of its block devices.
#pragma once

#include "engine/base/json.h"
#include "engine/exec/root_files.h"

namespace plumb::exec {

// Whole devices by name, with their partitions, as the kernel shows them below /sys/block. Left out: those of no size,
// loops and memory disks. An image has none.
Json disks(const RootFiles& files);

}  // namespace plumb::exec
