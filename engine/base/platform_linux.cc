#include <cstddef>
#include <cstdint>
#include <memory>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/platform.h"

namespace plumb {

std::filesystem::path running_program() {
  std::error_code problem;
  std::filesystem::path file = std::filesystem::read_symlink("/proc/self/exe", problem);
  return problem ? std::filesystem::path() : file;
}

std::vector<std::string> lookup_command(const std::string& name) {
  return {"getent", "ahosts", name};
}

int sync_file(int fd) {
  return ::fsync(fd);
}

void keep_alive(int socket, const KeepAlive& times) {
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &times.idle, sizeof times.idle);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &times.interval, sizeof times.interval);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &times.count, sizeof times.count);
}

// RLIMIT_CORE would go on to the programs that are started, and does not bind a handler that cores are piped to.
void keep_memory_private() {
  ::prctl(PR_SET_DUMPABLE, 0);
}

// An allocator reserves much at once, from which it gives; mimalloc 32 MiB, where a multiple of that begins. Whatever
// else lies there is files, which this is nothing for.
void use_huge_pages() {
  constexpr std::uintptr_t kReserved = std::uintptr_t{32} << 20;
  const auto one = std::make_unique<std::uintptr_t>();
  const auto begin = reinterpret_cast<std::uintptr_t>(one.get()) & ~(kReserved - 1);
  ::madvise(reinterpret_cast<void*>(begin), kReserved, MADV_HUGEPAGE);  // NOLINT(performance-no-int-to-ptr)
}

void acknowledge_at_once(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

}  // namespace plumb
