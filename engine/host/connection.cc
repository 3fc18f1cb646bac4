#include "engine/host/connection.h"

#include <algorithm>
#include <limits>

namespace plumb::host {

int Deadline::poll_timeout() const {
  if (at == Clock::time_point::max()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(at - Clock::now()).count();
  return static_cast<int>(std::clamp<decltype(left)>(left, 0, std::numeric_limits<int>::max()));
}

ProgramLimits program_limits(Deadline deadline, const Interrupt* cancel) {
  ProgramLimits limits;
  limits.time = deadline.at == Deadline::Clock::time_point::max()
                    ? std::chrono::milliseconds::max()
                    : std::chrono::ceil<std::chrono::milliseconds>(deadline.at - Deadline::Clock::now());
  limits.bytes = std::size_t{1} << 20;
  if (cancel != nullptr) limits.stop = cancel->fd();
  return limits;
}

void Interrupt::raise() noexcept {
  raised_.store(true, std::memory_order_release);
  wake_.raise();
}

bool Interrupt::clear() noexcept {
  wake_.clear();
  return raised_.exchange(false, std::memory_order_acq_rel);
}

Connection::~Connection() = default;

}  // namespace plumb::host
