#include "engine/host/connection.h"

#include <algorithm>
#include <limits>

#include <sys/eventfd.h>

namespace plumb::host {

int Deadline::poll_timeout() const {
  if (at == Clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(at - Clock::now()).count();
  return static_cast<int>(std::clamp<decltype(left)>(left, 0, std::numeric_limits<int>::max()));
}

Interrupt::Interrupt() : event_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

void Interrupt::raise() noexcept {
  raised_.store(true, std::memory_order_release);
  const eventfd_t one = 1;
  // A full counter is readable already; there is nothing else that can go wrong here.
  [[maybe_unused]] const ssize_t written = ::write(event_.get(), &one, sizeof one);
}

bool Interrupt::clear() noexcept {
  eventfd_t count = 0;
  [[maybe_unused]] const ssize_t taken = ::read(event_.get(), &count, sizeof count);
  return raised_.exchange(false, std::memory_order_acq_rel);
}

Connection::~Connection() = default;

}  // namespace plumb::host
