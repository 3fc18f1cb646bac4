// Does a piece of work for each of `count` items on at most `forks` threads, in order of their indices.
#pragma once

#include <cstddef>
#include <functional>

namespace plumb {

// As many forks as there are cores: what fits work that only computes.
std::size_t core_count();

// Returns when all are done. `work` is called once an index, from any of the threads, of which this is one; it writes
// to slots of its own.
void for_each_parallel(std::size_t count, std::size_t forks, const std::function<void(std::size_t)>& work);

}  // namespace plumb
