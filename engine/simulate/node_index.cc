#include "engine/simulate/node_index.h"

namespace plumb::simulate {
namespace {

template <class Key>
std::optional<std::size_t> look_up(const std::map<Key, std::size_t>& places, const Key& key) {
  const auto found = places.find(key);
  return found == places.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

Address thing(const Address& address) {
  return {"", address.kind, address.identity};
}

std::optional<std::size_t> NodeIndex::at(const std::string& address) {
  if (addresses_.empty()) {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      for (std::string& one : graph_.nodes[i].addresses()) addresses_.emplace(std::move(one), i);
    }
  }
  return look_up(addresses_, address);
}

std::optional<std::size_t> NodeIndex::about(const Address& what) {
  if (things_.empty()) {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) things_.emplace(thing(graph_.nodes[i].desired.address), i);
  }
  return look_up(things_, thing(what));
}

}  // namespace plumb::simulate
