// Readings that the actions of a plan may change: what comes of them is known only once these are done.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "engine/ir/graph.h"
#include "providers/sdk/kind.h"

namespace plumb::simulate {

class MovedReadings {
 public:
  // Both outlive it; `kinds` by node.
  MovedReadings(const ir::HostGraph& graph, const std::vector<const Kind*>& kinds) : graph_(graph), kinds_(kinds) {}

  struct Moved {
    std::string name;
    std::size_t by = 0;          // the first node whose action may change it
    bool is_waited_for = false;  // by a node of the graph
    // Else by what only comes to be once that action is done, and nobody knows yet what that is.
    bool is_known = true;
  };

  // An action of the node stands in the plan, or in the one after it since the action of `by` stands in this one;
  // `found` is what the host told of it, null for nothing.
  void note(std::size_t node, std::size_t by, Op op, const Observed* found);
  // The first that the node comes of, and that may have changed by its turn; null where there is none.
  Moved* of(std::size_t node);
  // Those on which something hangs, with the address of what may change each.
  std::map<std::string, std::string> that_matter() const;

 private:
  bool may_move(std::size_t node, Op op, const Observed* found, const ir::ReadingCauses& causes) const;
  bool may_move(std::size_t node, const Observed* found, const Address& thing, bool is_there) const;

  const ir::HostGraph& graph_;
  const std::vector<const Kind*>& kinds_;
  std::map<std::string, Moved> moved_;
};

}  // namespace plumb::simulate
