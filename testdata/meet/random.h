// Numbers that are the same on every machine for one seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace plumb::meet {

class Random {
 public:
  // Neighbouring seeds must not give one sequence with other beginnings.
  explicit Random(std::uint64_t seed) : state_(mixed(mixed(seed + 1) + seed)) {}

  std::uint64_t next() { return mixed(state_ += 0x9e3779b97f4a7c15U); }  // splitmix64
  // 0 up to and excluding `count`, which is not 0.
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(next() % count); }
  bool one_in(std::size_t count) { return below(count) == 0; }

  template <class T>
  const T& of(const std::vector<T>& values) {
    return values[below(values.size())];
  }
  template <class T>
  T of(std::initializer_list<T> values) {
    return values.begin()[below(values.size())];
  }

 private:
  static std::uint64_t mixed(std::uint64_t z) {
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }

  std::uint64_t state_;
};

}  // namespace plumb::meet
