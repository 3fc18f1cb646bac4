// Ctrl-C and a polite kill, handed to the run that works; Ctrl-Z, with the terminal in order.
#pragma once

#include <functional>

#include <pthread.h>
#include <signal.h>

namespace plumb::cmd {

// While it lives, SIGINT, SIGTERM and SIGHUP call `on_signal` in a thread of its own. Make it before other threads.
class SignalWatch {
 public:
  explicit SignalWatch(std::function<void()> on_signal);
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;
  ~SignalWatch();

 private:
  static void* watch(void* self);

  std::function<void()> on_signal_;
  sigset_t signals_{};
  pthread_t thread_{};
};

}  // namespace plumb::cmd
