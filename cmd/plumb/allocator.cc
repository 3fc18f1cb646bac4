#include "cmd/plumb/allocator.h"

#if defined(PLUMB_MIMALLOC) && __has_include(<mimalloc.h>)
#include <mimalloc.h>
#else
#undef PLUMB_MIMALLOC
#endif

namespace plumb::cmd {

// By itself mimalloc hands pages back to the kernel 25 ms after they were freed, and the kernel clears each of them
// when it is asked for again: a fifth of the pages of a run that takes a tenth of a second.
void keep_freed_memory() {
#ifdef PLUMB_MIMALLOC
  constexpr long kMilliseconds = 250;  // longer than a small run takes, too short for a large one to heap it up
// Two lines of it are kept up, and each has renamed the option: 1.8 and 2.1 to one name.
#if MI_MALLOC_VERSION >= 210 || (MI_MALLOC_VERSION >= 180 && MI_MALLOC_VERSION < 200)
  mi_option_set(mi_option_purge_delay, kMilliseconds);
#elif MI_MALLOC_VERSION >= 200
  mi_option_set(mi_option_decommit_delay, kMilliseconds);
#else
  mi_option_set(mi_option_reset_delay, kMilliseconds);
#endif
#endif
}

}  // namespace plumb::cmd
