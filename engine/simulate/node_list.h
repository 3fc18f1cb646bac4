// Nodes of a graph in the order in which they were added, each once.
#pragma once

#include <cstddef>
#include <set>
#include <vector>

namespace plumb::simulate {

class NodeList {
 public:
  void add(std::size_t node) {
    if (known_.insert(node).second) nodes_.push_back(node);
  }
  void add_all(const NodeList& other) {
    for (const std::size_t node : other.nodes_) add(node);
  }

  bool empty() const { return nodes_.empty(); }
  std::size_t size() const { return nodes_.size(); }
  std::size_t front() const { return nodes_.front(); }
  auto begin() const { return nodes_.begin(); }
  auto end() const { return nodes_.end(); }

 private:
  std::vector<std::size_t> nodes_;
  std::set<std::size_t> known_;
};

}  // namespace plumb::simulate
