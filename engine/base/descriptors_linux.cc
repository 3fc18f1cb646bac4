#include <array>
#include <cerrno>
#include <cstdint>

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "engine/base/descriptors.h"

namespace plumb {

Pipe make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

SocketPair make_socket_pair() {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return {};
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

UniqueFd make_socket(int family, Waiting waiting) {
  return UniqueFd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | (waiting == Waiting::kNever ? SOCK_NONBLOCK : 0), 0));
}

ssize_t send_bytes(int socket, std::string_view bytes) {
  return ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
}

bool wait_for_input(int input, int other) {
  std::array<pollfd, 2> fds{pollfd{input, POLLIN, 0}, pollfd{other, POLLIN, 0}};
  while (::poll(fds.data(), fds.size(), -1) < 0 && errno == EINTR) {
  }
  return fds[1].revents == 0;
}

WakeUp::WakeUp() : read_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void WakeUp::raise() noexcept {
  const std::uint64_t one = 1;
  // A full counter is readable already; there is nothing else that can go wrong here.
  [[maybe_unused]] const ssize_t written = ::write(read_.get(), &one, sizeof one);
}

void WakeUp::clear() noexcept {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t taken = ::read(read_.get(), &count, sizeof count);
}

}  // namespace plumb
