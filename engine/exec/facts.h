// Facts: typed, stable properties of a host, read from files in a millisecond and without any process.
#pragma once

#include "engine/base/json.h"
#include "engine/exec/local_system.h"

namespace plumb::exec {

// Below --root they are the image's; what only a running system has (memory, addresses) is then left out.
Json gather_facts(LocalSystem& system);

// Split for tests.
Json parse_os_release(const std::string& text);
std::string family_of(const std::string& id, const std::string& like);

}  // namespace plumb::exec
