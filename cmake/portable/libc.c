// What the C++ library of this compiler and the archives of this system ask a C library for, and an old one lacks.
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/types.h>

// Whether there is one thread alone, which spares locks. There may be more.
char __libc_single_threaded = 0;

// For salts of password hashes. Nothing goes on without them.
void arc4random_buf(void* to, size_t size) {
  while (size > 0) {
    const ssize_t got = getrandom(to, size, 0);
    if (got < 0 && errno != EINTR) abort();
    if (got < 0) continue;
    to = (char*)to + got;
    size -= (size_t)got;
  }
}

uint32_t arc4random(void) {
  uint32_t number;
  arc4random_buf(&number, sizeof number);
  return number;
}
