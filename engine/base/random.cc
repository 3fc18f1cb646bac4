#include "engine/base/random.h"

#include <algorithm>

#include <sys/random.h>
#include <unistd.h>

#include "engine/base/digest.h"

namespace plumb {

std::string random_bytes(std::size_t count) {
  constexpr std::size_t kMostAtOnce = 256;
  std::string bytes(count, '\0');
  for (std::size_t filled = 0; filled < count;) {
    const std::size_t next = std::min(count - filled, kMostAtOnce);
    // Predictable bytes would be worse than no end.
    if (::getentropy(bytes.data() + filled, next) == 0) filled += next;
  }
  return bytes;
}

std::string random_hex(std::size_t count) {
  return hex(random_bytes(count));
}

}  // namespace plumb
