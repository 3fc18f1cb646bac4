#include "cmd/plumb/signals.h"

#include "cmd/plumb/screen.h"

namespace plumb::cmd {

SignalWatch::SignalWatch(std::function<void()> on_signal) : on_signal_(std::move(on_signal)) {
  sigemptyset(&signals_);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1}) sigaddset(&signals_, signal);
  // Who started this program without job control does not want it stopped.
  struct sigaction stop {};
  sigaction(SIGTSTP, nullptr, &stop);
  if (stop.sa_handler != SIG_IGN) sigaddset(&signals_, SIGTSTP);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  pthread_create(&thread_, nullptr, watch, this);
}

// SIGUSR1, sent to the watching thread alone, ends it.
SignalWatch::~SignalWatch() {
  pthread_kill(thread_, SIGUSR1);
  pthread_join(thread_, nullptr);
  sigset_t ours;
  sigemptyset(&ours);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGTSTP}) sigaddset(&ours, signal);
  pthread_sigmask(SIG_UNBLOCK, &ours, nullptr);
}

void* SignalWatch::watch(void* self) {
  auto* const watch = static_cast<SignalWatch*>(self);
  while (true) {
    int signal = 0;
    if (sigwait(&watch->signals_, &signal) != 0) continue;
    if (signal == SIGUSR1) return nullptr;
    if (signal == SIGTSTP) {
      Screen::get().suspend();
      continue;
    }
    watch->on_signal_();
  }
}

}  // namespace plumb::cmd
