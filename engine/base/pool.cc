#include "engine/base/pool.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include <pthread.h>
#include <signal.h>

namespace plumb {
namespace {

// As the main thread's, since std::regex recurses at every character. What a thread does not touch costs no memory.
constexpr std::size_t kStackSize = std::size_t{8} << 20;

// Whether this thread has a turn to compute.
thread_local bool has_turn = false;

class Pool {
 public:
  static Pool& get() {
    static Pool pool;
    return pool;
  }

  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() {
    {
      const std::lock_guard lock(mutex_);
      ends_ = true;
    }
    wake_.notify_all();
    for (const pthread_t thread : threads_) pthread_join(thread, nullptr);
  }

  struct Job {
    const void* name = nullptr;  // for forget()
    std::function<void()> work;
    std::function<void()> done;  // called when its thread is there for the next job
  };

  // On a thread that is idle or new, at once. False where there is neither: then nothing is done.
  bool start(Job job) {
    const std::lock_guard lock(mutex_);
    if (idle_ <= jobs_.size() && !add_thread()) return false;
    jobs_.push_back(std::move(job));
    wake_.notify_one();
    return true;
  }

  // Takes a job back that no thread has begun.
  void forget(const void* name) {
    const std::lock_guard lock(mutex_);
    std::erase_if(jobs_, [name](const Job& job) { return job.name == name; });
  }

  std::size_t size() {
    const std::lock_guard lock(mutex_);
    return threads_.size();
  }

  // Waits for a turn, or until `moot` holds; false then. `moot` may be empty.
  bool take_turn(const std::function<bool()>& moot) {
    std::unique_lock lock(mutex_);
    turn_.wait(lock, [&] { return turns_ > 0 || (moot && moot()); });
    if (turns_ == 0) return false;
    --turns_;
    return true;
  }
  void end_turn() {
    const std::lock_guard lock(mutex_);
    ++turns_;
    turn_.notify_one();
  }
  // What take_turn() calls moot may have changed.
  void look_again() {
    const std::lock_guard lock(mutex_);
    turn_.notify_all();
  }

 private:
  Pool() : turns_(core_count()) {}

  bool add_thread() {
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, kStackSize);
    // Signals are for the threads that look out for them, which may block them only after this one was made.
    sigset_t all;
    sigset_t before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pthread_t thread{};
    const bool made = pthread_create(&thread, &attributes, thread_main, this) == 0;
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    pthread_attr_destroy(&attributes);
    if (!made) return false;
    threads_.push_back(thread);
    ++idle_;
    return true;
  }

  static void* thread_main(void* pool) {
    static_cast<Pool*>(pool)->work();
    return nullptr;
  }

  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return ends_ || !jobs_.empty(); });
      if (jobs_.empty()) return;
      Job job = std::move(jobs_.front());
      jobs_.pop_front();
      --idle_;
      lock.unlock();
      job.work();
      lock.lock();
      // Before anybody knows of the end: who then starts something else finds this thread.
      ++idle_;
      lock.unlock();
      job.done();
      job = Job{};
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable turn_;
  // Below: guarded by mutex_.
  std::vector<pthread_t> threads_;
  std::deque<Job> jobs_;
  std::size_t idle_ = 0;  // threads that take the next job, those included that are on their way to it
  std::size_t turns_;     // that are free
  bool ends_ = false;
};

// Items that several threads take one after the other.
class Share {
 public:
  Share(std::size_t count, const std::function<void(std::size_t)>& work) : count_(count), work_(work) {}

  bool drained() const { return next_.load() >= count_; }
  void drain() {
    for (std::size_t i = next_++; i < count_; i = next_++) work_(i);
  }
  void drain_in_turns(Pool& pool) {
    while (!drained() && pool.take_turn([this] { return drained(); })) {
      has_turn = true;
      if (const std::size_t i = next_++; i < count_) work_(i);
      has_turn = false;
      pool.end_turn();
    }
  }

 private:
  std::atomic<std::size_t> next_{0};
  const std::size_t count_;
  const std::function<void(std::size_t)>& work_;
};

}  // namespace

std::size_t core_count() {
  static const std::size_t count = std::max(1U, std::thread::hardware_concurrency());  // reads a file
  return count;
}

void for_each_parallel(std::size_t count, std::size_t forks, const std::function<void(std::size_t)>& work) {
  Share share(count, work);
  std::vector<Beside> helpers;
  for (std::size_t i = 1; i < std::min(forks, count) && !share.drained(); ++i) {
    helpers.emplace_back([&share] { share.drain(); });
    // Fewer threads than asked for only make it slower.
    if (!helpers.back().begun()) break;
  }
  share.drain();
}

void compute_each(std::size_t count, const std::function<void(std::size_t)>& work) {
  Pool& pool = Pool::get();
  Share share(count, work);
  std::vector<Beside> helpers;
  for (std::size_t i = 1; i < std::min(core_count(), count) && !share.drained(); ++i) {
    helpers.emplace_back([&share, &pool] { share.drain_in_turns(pool); });
    if (!helpers.back().begun()) break;
  }
  if (has_turn) {
    share.drain();
  } else {
    share.drain_in_turns(pool);
  }
  pool.look_again();  // whoever waits for a turn need not any more
}

ComputeTurn::ComputeTurn() : took_(!has_turn) {
  if (took_) Pool::get().take_turn({});
  has_turn = true;
}

ComputeTurn::~ComputeTurn() {
  if (!took_) return;
  has_turn = false;
  Pool::get().end_turn();
}

struct Beside::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::function<void()> work;
  bool taken = false;  // by a thread of the pool or by whoever waits
  bool worked = false;
  bool done = false;

  // False where somebody else has it.
  bool run() {
    {
      const std::lock_guard lock(mutex);
      if (std::exchange(taken, true)) return false;
    }
    work();
    const std::lock_guard lock(mutex);
    worked = true;
    return true;
  }
  void finish() {
    const std::lock_guard lock(mutex);
    if (!worked) return;  // the one who waits is at it
    done = true;
    changed.notify_all();
  }
};

Beside::Beside(std::function<void()> work) : state_(std::make_shared<State>()) {
  state_->work = std::move(work);
  begun_ = Pool::get().start(
      {state_.get(), [state = state_] { (void)state->run(); }, [state = state_] { state->finish(); }});
}

Beside& Beside::operator=(Beside&& other) noexcept {
  wait();
  state_ = std::move(other.state_);
  begun_ = other.begun_;
  return *this;
}

// What has not begun is done here, so that nobody waits for a thread to come free.
void Beside::wait() {
  if (state_ == nullptr) return;
  if (state_->run()) {
    Pool::get().forget(state_.get());
    state_->finish();
  }
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [this] { return state_->done; });
  lock.unlock();
  state_ = nullptr;
}

std::size_t pool_threads() {
  return Pool::get().size();
}

}  // namespace plumb
