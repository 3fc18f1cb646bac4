// A bad line: passes connections on to a port, and fails as it is told to.
#pragma once

#include <array>
#include <atomic>
#include <limits>
#include <thread>
#include <vector>

#include <poll.h>

#include "engine/host/testing/private_sshd.h"

namespace plumb::host::testing {

class Relay {
 public:
  struct Faults {
    int refuse_first = 0;                                         // so many connections are closed at once
    std::size_t limit = std::numeric_limits<std::size_t>::max();  // bytes that come from the far side in all
    bool hang = false;                                            // past the limit: says nothing, but does not close
  };

  Relay(int target, Faults faults) : target_(target), faults_(faults), accepting_([this] { accept_all(); }) {}
  Relay(const Relay&) = delete;
  Relay& operator=(const Relay&) = delete;
  ~Relay() {
    ended_ = true;
    ::shutdown(listener_.socket(), SHUT_RDWR);
    accepting_.join();
    for (std::thread& one : relaying_) one.join();
  }

  int port() const { return listener_.port(); }
  int connections() const { return connections_; }

 private:
  void accept_all() {
    while (!ended_) {
      UniqueFd client(::accept4(listener_.socket(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!client) return;
      if (++connections_ <= faults_.refuse_first) continue;
      relaying_.emplace_back([this, fd = client.release()] { relay(UniqueFd(fd)); });
    }
  }

  void relay(const UniqueFd& client) {
    const UniqueFd server = connect_to(target_);
    std::size_t left = faults_.limit;
    std::array<char, 16384> buffer;
    while (!ended_) {
      std::array<pollfd, 2> fds{pollfd{client.get(), POLLIN, 0}, pollfd{server.get(), POLLIN, 0}};
      if (::poll(fds.data(), fds.size(), 20) <= 0) continue;
      if (fds[0].revents != 0 && !pass_on(client, server, buffer.data(), buffer.size())) return;
      if (fds[1].revents == 0) continue;
      const std::size_t passed = pass_on(server, client, buffer.data(), std::min(left, buffer.size()));
      left -= passed;
      if (passed == 0 || left == 0) break;
    }
    while (faults_.hang && !ended_) std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }

  static std::size_t pass_on(const UniqueFd& from, const UniqueFd& to, char* buffer, std::size_t size) {
    const ssize_t count = ::recv(from.get(), buffer, size, 0);
    if (count <= 0 || ::send(to.get(), buffer, static_cast<std::size_t>(count), MSG_NOSIGNAL) != count) return 0;
    return static_cast<std::size_t>(count);
  }

  SilentListener listener_;
  int target_;
  Faults faults_;
  std::atomic<bool> ended_{false};
  std::atomic<int> connections_{0};
  std::vector<std::thread> relaying_;
  std::thread accepting_;
};

}  // namespace plumb::host::testing
