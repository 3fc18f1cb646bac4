// Sorting for what the executor is made of: std::sort is written out for each type and each order, a kilobyte of code
// each time, and lists of a host are short.
#pragma once

#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace plumb {

// Whether the thing at one place comes before that at another.
using LessByPlace = bool (*)(const void* things, std::size_t one, std::size_t other);

// The places of `count` things, in their order; of equal ones the earlier comes first.
std::vector<std::size_t> places_in_order(std::size_t count, const void* things, LessByPlace less);

// Equal ones stay in the order in which they stood.
template <class T, class Less = std::less<>>
void put_in_order(std::vector<T>& list, Less less = {}) {
  struct Things {
    const std::vector<T>& list;
    const Less& less;
  };
  const Things things{list, less};
  const std::vector<std::size_t> places =
      places_in_order(list.size(), &things, [](const void* given, std::size_t one, std::size_t other) {
        const auto& all = *static_cast<const Things*>(given);
        return static_cast<bool>(all.less(all.list[one], all.list[other]));
      });
  std::vector<T> ordered;
  ordered.reserve(list.size());
  for (const std::size_t place : places) ordered.push_back(std::move(list[place]));
  list = std::move(ordered);
}

}  // namespace plumb
