// What the executor lets go of is wiped, whatever held it: values pass through texts, trees of JSON and buffers, and
// none of them is to be found in memory afterwards. A sanitizer's own allocator does without.
#include <cstddef>
#include <cstdlib>
#include <new>

#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <malloc.h>
#include <string.h>

void* operator new(std::size_t size) {
  while (true) {
    if (void* memory = std::malloc(size == 0 ? 1 : size); memory != nullptr) return memory;
    const std::new_handler handler = std::get_new_handler();
    if (handler == nullptr) std::abort();
    handler();
  }
}

void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  ::explicit_bzero(memory, ::malloc_usable_size(memory));
  std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
  ::operator delete(memory);
}

#endif
