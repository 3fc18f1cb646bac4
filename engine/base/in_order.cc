#include "engine/base/in_order.h"

#include <algorithm>
#include <numeric>

namespace plumb {

std::vector<std::size_t> places_in_order(std::size_t count, const void* things, LessByPlace less) {
  std::vector<std::size_t> places(count);
  std::iota(places.begin(), places.end(), std::size_t{0});
  std::sort(places.begin(), places.end(), [&](std::size_t one, std::size_t other) {
    return less(things, one, other) || (one < other && !less(things, other, one));
  });
  return places;
}

}  // namespace plumb
