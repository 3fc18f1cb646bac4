// Whether what has to hold is looked at again while the program runs: in builds with assertions.
#pragma once

namespace plumb {

#ifdef NDEBUG
inline constexpr bool kChecked = false;
#else
inline constexpr bool kChecked = true;
#endif

}  // namespace plumb
