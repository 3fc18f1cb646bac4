// Pipes, sockets and wake-ups of the operator's own machine. No program that spawn() starts inherits one, and writing
// where nobody reads is an error, never SIGPIPE. Linux makes them in one call each (descriptors_linux.cc); elsewhere
// they are made of what POSIX has (descriptors_posix.cc), which the tests run on Linux too. What every system has alike
// is in descriptors.cc.
#pragma once

#include <string_view>

#include <sys/types.h>

#include "engine/base/unique_fd.h"

namespace plumb {

// Without descriptors where the system has none to give; errno says why.
struct Pipe {
  UniqueFd read;
  UniqueFd write;
  explicit operator bool() const { return static_cast<bool>(read); }
};
Pipe make_pipe();

// Two ends of one stream.
struct SocketPair {
  UniqueFd one;
  UniqueFd other;
  explicit operator bool() const { return static_cast<bool>(one); }
};
SocketPair make_socket_pair();

// A stream socket of the address family; empty with errno. With kNever, connect and reads do not wait either.
enum class Waiting { kAsUsual, kNever };
UniqueFd make_socket(int family, Waiting waiting);

// As send(2) on one of these sockets.
ssize_t send_bytes(int socket, std::string_view bytes);

// All of the bytes, to any descriptor that waits. False where it took only some of them; errno says why.
bool write_all(int fd, std::string_view bytes);

// Waits until `input`, a terminal perhaps, has something to read or is at its end. False where `other` (-1: none) has
// something first.
bool wait_for_input(int input, int other);

// A descriptor for poll(2) that is readable from raise() to clear().
class WakeUp {
 public:
  WakeUp();
  void raise() noexcept;  // from any thread, and from a signal handler
  void clear() noexcept;
  int fd() const { return read_.get(); }

 private:
  UniqueFd read_;
  UniqueFd write_;  // empty where one descriptor is both
};

}  // namespace plumb
