// Budget: what one evaluation, or the rendering of one template, may still use. Not shared between threads.
#pragma once

#include <cstddef>
#include <cstdint>

namespace plumb::cel {

struct Limits {
  std::uint64_t steps = 2'000'000;                // nodes evaluated, elements and blocks of 16 bytes looked at
  std::uint64_t bytes = std::uint64_t{32} << 20;  // all that is allocated, freed or not
};

class Budget {
 public:
  explicit Budget(const Limits& limits = {}) : steps_(limits.steps), bytes_(limits.bytes) {}

  // Each answers false once the limit is passed, and from then on for ever.
  bool step(std::uint64_t count = 1) {
    if (count > steps_) return exhaust();
    steps_ -= count;
    return true;
  }
  bool read(std::size_t bytes) { return step(1 + bytes / 16); }
  bool allocate(std::size_t bytes) {
    if (bytes > bytes_) return exhaust();
    bytes_ -= bytes;
    return step(1 + bytes / 64);
  }
  bool exhausted() const { return exhausted_; }
  std::uint64_t bytes_left() const { return bytes_; }

 private:
  bool exhaust() {
    exhausted_ = true;
    steps_ = 0;
    bytes_ = 0;
    return false;
  }

  std::uint64_t steps_;
  std::uint64_t bytes_;
  bool exhausted_ = false;
};

}  // namespace plumb::cel
