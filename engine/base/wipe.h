// Overwriting what is not to be found in memory any more.
#pragma once

#include <string>

namespace plumb {

// Its bytes as they are now; the compiler takes none of the writes away. What was copied elsewhere stays there.
inline void wipe(std::string& text) {
  volatile char* byte = text.data();
  for (std::size_t i = 0; i < text.size(); ++i) byte[i] = '\0';
  text.clear();
}

}  // namespace plumb
