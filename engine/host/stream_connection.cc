#include "engine/host/stream_connection.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace plumb::host {

namespace {

Error interrupted() {
  return fail(Code::kInterrupted, "interrupted while waiting for the host");
}

// poll(2) over `fds` and up to three interrupts, none of which is taken back here.
Result<> poll_with(std::span<pollfd> fds, Deadline deadline, std::array<const Interrupt*, 3> interrupts) {
  std::array<pollfd, 7> all{};
  std::copy(fds.begin(), fds.end(), all.begin());
  std::size_t count = fds.size();
  for (const Interrupt* one : interrupts) {
    if (one == nullptr) continue;
    if (one->raised()) return interrupted();
    all[count++] = {one->fd(), POLLIN, 0};
  }
  for (;;) {
    const int ready = ::poll(all.data(), static_cast<nfds_t>(count), deadline.poll_timeout());
    if (ready < 0 && errno != EINTR) {
      return fail(Code::kConnectionLost, std::string("cannot wait for the host: ") + std::strerror(errno));
    }
    for (const Interrupt* one : interrupts) {
      if (one != nullptr && one->raised()) return interrupted();
    }
    if (ready > 0) break;
    if (deadline.passed()) return fail(Code::kTimeout, "the host did not answer in time");
  }
  for (std::size_t i = 0; i < fds.size(); ++i) fds[i].revents = all[i].revents;
  return {};
}

}  // namespace

Result<> wait_ready(std::span<pollfd> fds, Deadline deadline, const Interrupt* interrupt) {
  return poll_with(fds, deadline, {interrupt, nullptr, nullptr});
}

Result<> StreamConnection::wait(std::span<pollfd> fds, Deadline deadline) {
  Result<> waited = poll_with(fds, deadline, {steady_ ? nullptr : &interrupt_, &leave_, cancel_});
  if (!waited && waited.error().code() == Code::kInterrupted && !steady_) interrupt_.clear();
  return waited;
}

Result<std::size_t> StreamConnection::read(char* into, std::size_t capacity, Deadline deadline) {
  for (;;) {
    PLUMB_TRY_ASSIGN(const std::optional<std::size_t> count, read_either(into, capacity, deadline));
    if (count) return *count;
  }
}

Result<std::optional<std::size_t>> StreamConnection::read_either(char* into, std::size_t capacity, Deadline deadline) {
  if (put_back_.empty()) return do_read(into, capacity, deadline);
  const std::size_t count = std::min(capacity, put_back_.size());
  std::memcpy(into, put_back_.data(), count);
  put_back_.erase(0, count);
  return count;
}

Result<> StreamConnection::write(std::string_view bytes, Deadline deadline) {
  return do_write(bytes, deadline);
}

void StreamConnection::add_error_output(std::string_view bytes) {
  errors_ += bytes;
  if (errors_.size() > kErrorTail) errors_.erase(0, errors_.size() - kErrorTail);
}

}  // namespace plumb::host
