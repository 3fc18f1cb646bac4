// A map by place, of which most questions are about places that are not in it.
//
// A host's paths begin alike, so it takes long to compare them, and each question is about all folders above as well.
// That nothing stands at a place its hash tells.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <unordered_set>

namespace plumb {

template <class Value>
class PlaceMap : private std::map<std::string, Value, std::less<>> {
  using Map = std::map<std::string, Value, std::less<>>;

 public:
  using Map::begin;
  using Map::empty;
  using Map::end;
  using Map::erase;
  using Map::lower_bound;

  auto find(std::string_view place) { return may_hold(place) ? Map::find(place) : Map::end(); }
  auto find(std::string_view place) const { return may_hold(place) ? Map::find(place) : Map::end(); }
  bool contains(std::string_view place) const { return may_hold(place) && Map::contains(place); }
  Value& operator[](const std::string& place) {
    hashes_.insert(std::hash<std::string_view>()(place));
    return Map::operator[](place);
  }

 private:
  bool may_hold(std::string_view place) const { return hashes_.contains(std::hash<std::string_view>()(place)); }

  std::unordered_set<std::size_t> hashes_;  // of all places that were ever in it
};

}  // namespace plumb
