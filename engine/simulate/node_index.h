// Finds the nodes of a graph by what they are about. Most plans never ask, so nothing is gathered before the first
// question.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "engine/ir/graph.h"

namespace plumb::simulate {

// What a host has is the same thing in whatever module it is declared.
Address thing(const Address& address);

class NodeIndex {
 public:
  // The graph outlives this.
  explicit NodeIndex(const ir::HostGraph& graph) : graph_(graph) {}

  std::optional<std::size_t> at(const std::string& address);
  // The first one that is about the same thing.
  std::optional<std::size_t> about(const Address& what);

 private:
  const ir::HostGraph& graph_;
  std::map<std::string, std::size_t> addresses_;
  std::map<Address, std::size_t> things_;
};

}  // namespace plumb::simulate
