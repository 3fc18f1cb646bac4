#include "engine/import/item.h"

namespace plumb::imports {

Written* Item::find(const std::string& key) {
  for (auto& [name, value] : keys) {
    if (name == key) return &value;
  }
  return nullptr;
}

void Item::put(const std::string& key, Written value) {
  if (Written* there = find(key)) {
    *there = std::move(value);
  } else {
    keys.emplace_back(key, std::move(value));
  }
}

}  // namespace plumb::imports
