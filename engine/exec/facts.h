// Facts: typed, stable properties of a host, read from files in a millisecond and without any process.
#pragma once

#include "engine/base/json.h"
#include "engine/exec/local_system.h"

namespace plumb::exec {

// Below --root they are the image's; what only a running system has (memory, addresses) is then left out.
Json gather_facts(LocalSystem& system);

}  // namespace plumb::exec
