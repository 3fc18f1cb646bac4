// Connection: a byte stream to a process on a host, and what waiting on one needs.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/descriptors.h"
#include "engine/base/program.h"
#include "engine/base/result.h"

namespace plumb::host {

// Until when something may take.
struct Deadline {
  using Clock = std::chrono::steady_clock;
  Clock::time_point at = Clock::time_point::max();

  static Deadline never() { return {}; }
  static Deadline after(std::chrono::milliseconds span) { return {Clock::now() + span}; }
  bool passed() const { return at != Clock::time_point::max() && Clock::now() >= at; }
  // For poll(2): milliseconds rounded up, -1 for never.
  int poll_timeout() const;
  friend Deadline earlier(Deadline a, Deadline b) { return a.at < b.at ? a : b; }
};

class Interrupt;
// For a program of this machine that is to end with them; `cancel` may be null.
ProgramLimits program_limits(Deadline deadline, const Interrupt* cancel);

// A flag that ends waits in other threads. raise() may be called from a signal handler.
class Interrupt {
 public:
  void raise() noexcept;
  bool raised() const noexcept { return raised_.load(std::memory_order_acquire); }
  // Takes the flag back; true if it was raised.
  bool clear() noexcept;
  int fd() const { return wake_.fd(); }  // readable while raised

 private:
  WakeUp wake_;
  std::atomic<bool> raised_{false};
};

// Used by one thread at a time; interrupt() and leave() alone may come from any thread.
class Connection {
 public:
  Connection() = default;
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection();

  // Waits for at least one byte and gives up to `capacity`; 0 at the end of the stream. kTimeout past the
  // deadline, kInterrupted after interrupt() and leave(), kConnectionLost where the way to the host broke.
  virtual Result<std::size_t> read(char* into, std::size_t capacity, Deadline deadline) = 0;
  // All of it. After an error an unknown part was sent.
  virtual Result<> write(std::string_view bytes, Deadline deadline) = 0;
  // The far side reads the end of the stream; reading goes on.
  virtual Result<> shutdown_write(Deadline deadline) = 0;

  // The last 16 KiB of what the far side wrote to standard error so far.
  virtual std::string error_output() const = 0;
  // How the far side ended, once read() has returned 0 and where it is known: "exit code 127", "killed by signal 9".
  // Empty for exit code 0.
  virtual std::optional<std::string> exit_reason() = 0;

  // Ends the connection; the destructor does as well. The far side is not killed: it sees the end of its input.
  virtual void close() = 0;
  // Makes the read or write that waits now, or else the next one, return kInterrupted once.
  virtual void interrupt() = 0;
  // Makes every read and write that waits return kInterrupted from now on, steady or not.
  virtual void leave() = 0;
  // While it is steady, an interrupt() waits for the first read or write after that.
  virtual void set_steady(bool steady) = 0;

  // Whether nobody carries what is written: what is said to it never leaves this process.
  virtual bool stays_here() const { return false; }
};

// What is not to be broken off half way: as long as one of these lives, the connection is steady.
class Steady {
 public:
  explicit Steady(Connection& connection) : connection_(connection) { connection_.set_steady(true); }
  Steady(const Steady&) = delete;
  Steady& operator=(const Steady&) = delete;
  ~Steady() { connection_.set_steady(false); }

 private:
  Connection& connection_;
};

}  // namespace plumb::host
