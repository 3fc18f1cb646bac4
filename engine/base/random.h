// Bytes for keys and salts.
#pragma once

#include <cstddef>
#include <string>

namespace plumb {

// From the system's own generator, which is waited for where the machine has just started.
std::string random_bytes(std::size_t count);

}  // namespace plumb
