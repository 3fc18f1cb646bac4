// What the action of each node stands on: earlier nodes whose actions have to be done.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "engine/simulate/node_list.h"

namespace plumb::simulate {

class Needs {
 public:
  explicit Needs(std::size_t nodes) : needs_(nodes), is_held_back_(nodes) {}

  // What an unchanged node waits for, whoever comes after it waits for too.
  void inherit(std::size_t node, std::size_t earlier) { needs_[node].add_all(needs_[earlier]); }
  void add(std::size_t node, std::size_t need) { needs_[node].add(need); }
  const NodeList& of(std::size_t node) const { return needs_[node]; }

  // From here on whoever comes after the node comes after its action.
  void stand_on_itself(std::size_t node) {
    needs_[node] = {};
    needs_[node].add(node);
  }
  void hold_back(std::size_t node) {
    is_held_back_[node] = true;
    stand_on_itself(node);
  }
  bool is_held_back(std::size_t node) const { return is_held_back_[node]; }
  // The first that is held back of what the node stands on.
  std::optional<std::size_t> held(std::size_t node) const {
    for (const std::size_t need : needs_[node]) {
      if (is_held_back_[need]) return need;
    }
    return std::nullopt;
  }

 private:
  std::vector<NodeList> needs_;     // by node
  std::vector<bool> is_held_back_;  // by node
};

}  // namespace plumb::simulate
