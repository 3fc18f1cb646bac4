#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <sys/select.h>
#include <sys/socket.h>

#include "engine/base/descriptors.h"

namespace plumb {
namespace {

// Between its making and this another thread may start a program; spawn() closes what that inherited.
void close_on_exec(int fd) {
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
}

void never_wait(int fd) {
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
}

// Where the system knows no such option, it knows the flag that send_bytes() gives.
void prepare_socket(int fd) {
  close_on_exec(fd);
#ifdef SO_NOSIGPIPE
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
}

}  // namespace

Pipe make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (::pipe(ends.data()) != 0) return {};
  for (const int fd : ends) close_on_exec(fd);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

SocketPair make_socket_pair() {
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) != 0) return {};
  for (const int fd : ends) prepare_socket(fd);
  return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

UniqueFd make_socket(int family, Waiting waiting) {
  UniqueFd fd(::socket(family, SOCK_STREAM, 0));
  if (!fd) return fd;
  prepare_socket(fd.get());
  if (waiting == Waiting::kNever) never_wait(fd.get());
  return fd;
}

ssize_t send_bytes(int socket, std::string_view bytes) {
#ifdef SO_NOSIGPIPE
  return ::send(socket, bytes.data(), bytes.size(), 0);
#else
  return ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
#endif
}

// By select(2): not every system's poll(2) knows terminals.
bool wait_for_input(int input, int other) {
  if (std::max(input, other) >= FD_SETSIZE) return true;
  fd_set readable;
  do {
    FD_ZERO(&readable);
    FD_SET(input, &readable);
    if (other >= 0) FD_SET(other, &readable);
  } while (::select(std::max(input, other) + 1, &readable, nullptr, nullptr, nullptr) < 0 && errno == EINTR);
  return other < 0 || !FD_ISSET(other, &readable);
}

WakeUp::WakeUp() {
  Pipe pipe = make_pipe();
  read_ = std::move(pipe.read);
  write_ = std::move(pipe.write);
  if (!read_) return;
  never_wait(read_.get());
  never_wait(write_.get());
}

void WakeUp::raise() noexcept {
  const int before = errno;
  // A full pipe is readable already.
  [[maybe_unused]] const ssize_t written = ::write(write_.get(), "", 1);
  errno = before;
}

void WakeUp::clear() noexcept {
  std::array<char, 512> bytes;
  while (::read(read_.get(), bytes.data(), bytes.size()) > 0) {
  }
}

}  // namespace plumb
