// What every transport's connection shares: bytes that were looked at and put back, the tail of standard error,
// and waiting on descriptors with a deadline and an interrupt.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <poll.h>

#include "engine/host/connection.h"

namespace plumb::host {

// Waits until one of `fds` is ready. kTimeout past the deadline, kInterrupted if `interrupt` (may be null) is raised;
// its flag is left as it is.
Result<> wait_ready(std::span<pollfd> fds, Deadline deadline, const Interrupt* interrupt);

class StreamConnection : public Connection {
 public:
  Result<std::size_t> read(char* into, std::size_t capacity, Deadline deadline) final;
  Result<> write(std::string_view bytes, Deadline deadline) final;
  std::string error_output() const final { return errors_; }
  void interrupt() final { interrupt_.raise(); }
  void leave() final { leave_.raise(); }
  void set_steady(bool steady) final { steady_ = steady; }

  // The next read() gives these bytes first.
  void put_back(std::string_view bytes) { put_back_.insert(0, bytes); }
  // Like read(), but also returns as soon as standard error has something new; nullopt then.
  Result<std::optional<std::size_t>> read_either(char* into, std::size_t capacity, Deadline deadline);
  // Forgets everything on standard error up to and including `end`.
  void drop_errors_through(std::size_t end) { errors_.erase(0, end); }

  // Why there was no way to the host, where the stream's end means that. `started`: the executor had been begun.
  virtual std::optional<Error> link_failure(bool /*started*/) { return std::nullopt; }

  // While this is set it ends waits as well; used while a connection is being opened.
  void set_cancel(const Interrupt* cancel) { cancel_ = cancel; }

 protected:
  static constexpr std::size_t kErrorTail = std::size_t{16} << 10;

  // As read() and write() are specified; nullopt from do_read means that only standard error had something.
  virtual Result<std::optional<std::size_t>> do_read(char* into, std::size_t capacity, Deadline deadline) = 0;
  virtual Result<> do_write(std::string_view bytes, Deadline deadline) = 0;

  void add_error_output(std::string_view bytes);
  Result<> wait(std::span<pollfd> fds, Deadline deadline);

 private:
  std::string put_back_;
  std::string errors_;
  Interrupt interrupt_;
  Interrupt leave_;
  bool steady_ = false;
  const Interrupt* cancel_ = nullptr;
};

}  // namespace plumb::host
