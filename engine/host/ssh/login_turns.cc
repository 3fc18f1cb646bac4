#include "engine/host/ssh/login_turns.h"

#include <algorithm>
#include <iterator>

namespace plumb::host::ssh {

namespace {

// How late an interrupt, or a turn that has lasted too long, may be noticed.
constexpr std::chrono::milliseconds kGlance{100};
// Times the usual that a login may take before it no longer counts, and the weight of the last one in the usual.
constexpr int kSlack = 4;
constexpr int kWeight = 8;

}  // namespace

LoginTurns::Turn::~Turn() {
  if (turns_ == nullptr) return;
  {
    const std::lock_guard lock(turns_->mutex_);
    turns_->under_way_.erase(begin_);
  }
  turns_->ended_.notify_one();
}

void LoginTurns::Turn::succeeded() const {
  const std::lock_guard lock(turns_->mutex_);
  turns_->usual_ += (Clock::now() - *begin_ - turns_->usual_) / kWeight;
}

bool LoginTurns::is_free(Clock::time_point now) const {
  if (under_way_.size() < turns_) return true;
  const auto oldest_that_counts = std::prev(under_way_.end(), static_cast<std::ptrdiff_t>(turns_));
  return now - *oldest_that_counts >= std::max<Clock::duration>(patience_, kSlack * usual_);
}

Result<LoginTurns::Turn> LoginTurns::take(const Interrupt* cancel) {
  std::unique_lock lock(mutex_);
  Clock::time_point now = Clock::now();
  for (; !is_free(now); now = Clock::now()) {
    if (cancel != nullptr && cancel->raised())
      return fail(Code::kInterrupted, "interrupted while waiting for a turn to log in");
    ended_.wait_for(lock, kGlance);
  }
  return Turn(*this, under_way_.insert(under_way_.end(), now));
}

}  // namespace plumb::host::ssh
