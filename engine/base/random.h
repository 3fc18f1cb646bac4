// Bytes for keys, salts, and names that nobody else has.
#pragma once

#include <cstddef>
#include <string>

namespace plumb {

// From the system's own generator, which is waited for where the machine has just started.
std::string random_bytes(std::size_t count);
// So many of them, in twice as many hex digits.
std::string random_hex(std::size_t count);

}  // namespace plumb
