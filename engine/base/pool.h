// The threads of this process: one pool, whoever asks. Threads are a process's as its memory is: two fleets that work
// side by side share them, and only so can computing be bounded by the cores. The pool makes threads as they are
// needed, keeps them for what comes next, and ends them with the process; nothing else in the engine makes any.
//
// Work that waits, for hosts, programs or disks, may be many at once; its caller says how many. Work that computes is
// bounded by the cores, whoever asks for it.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace plumb {

std::size_t core_count();

// Does a piece of work that may wait for each of `count` items on at most `forks` threads, in order of their indices.
// Returns when all are done. `work` is called once an index, from any of the threads, of which this is one; it writes
// to slots of its own.
void for_each_parallel(std::size_t count, std::size_t forks, const std::function<void(std::size_t)>& work);

// The same for work that only computes: each piece has its turn on a core. May be called by one that has a turn.
void compute_each(std::size_t count, const std::function<void(std::size_t)>& work);

// While one lives its thread has a turn on a core, among as many as there are. For the part of a work that waits in
// which it computes; the time until it is its turn is short, since nobody waits for anything else meanwhile.
class ComputeTurn {
 public:
  ComputeTurn();
  ~ComputeTurn();
  ComputeTurn(const ComputeTurn&) = delete;
  ComputeTurn& operator=(const ComputeTurn&) = delete;

 private:
  bool took_;  // false where this thread had one
};

// Work that goes on beside its caller, who waits for its end before this goes.
class Beside {
 public:
  Beside() = default;
  explicit Beside(std::function<void()> work);
  Beside(Beside&&) noexcept = default;
  Beside& operator=(Beside&& other) noexcept;
  ~Beside() { wait(); }

  // False where the system had no thread to give; wait() does the work then.
  bool begun() const { return begun_; }
  void wait();

 private:
  struct State;
  std::shared_ptr<State> state_;  // null where there is nothing to wait for
  bool begun_ = false;
};

// So many threads have been made and not ended; for tests.
std::size_t pool_threads();

}  // namespace plumb
