#include <cstdint>
#include <string>

#include <fcntl.h>
#include <mach-o/dyld.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/base/platform.h"

namespace plumb {

std::filesystem::path running_program() {
  std::uint32_t size = 0;
  ::_NSGetExecutablePath(nullptr, &size);
  std::string file(size, '\0');
  if (::_NSGetExecutablePath(file.data(), &size) != 0) return {};
  // As it was called: by a link, perhaps, and with `..`.
  std::error_code problem;
  std::filesystem::path real = std::filesystem::canonical(file.c_str(), problem);
  return problem ? std::filesystem::path() : real;
}

std::vector<std::string> lookup_command(const std::string& name) {
  return {"dscacheutil", "-q", "host", "-a", "name", name};
}

// fsync(2) leaves the bytes in the disk's own cache. File systems that know no better have fsync alone.
int sync_file(int fd) {
  return ::fcntl(fd, F_FULLFSYNC) == 0 ? 0 : ::fsync(fd);
}

void keep_alive(int socket, const KeepAlive& times) {
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPALIVE, &times.idle, sizeof times.idle);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &times.interval, sizeof times.interval);
  ::setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &times.count, sizeof times.count);
}

// Programs that are started can lift their own limit again.
void keep_memory_private() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_CORE, &limit) != 0) return;
  limit.rlim_cur = 0;
  ::setrlimit(RLIMIT_CORE, &limit);
}

// It decides by itself.
void use_huge_pages() {}

// A setting of the whole system there, not of a socket.
void acknowledge_at_once(int) {}

}  // namespace plumb
