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
  // All outlive it; `kinds` by node.
  MovedReadings(const ir::HostGraph& graph, const Registry& registry, const std::vector<const Kind*>& kinds);

  struct Moved {
    std::string name;
    std::size_t by = 0;          // the first node whose action may change it
    bool is_waited_for = false;  // by a node of the graph
    // Else by what only comes to be once that action is done, and nobody knows yet what that is.
    bool is_known = true;
    std::vector<std::size_t> movers = {};  // all whose actions in this plan may change it, in order
    bool moves_later = false;              // so may what is left to the next plan, or what comes to be
  };

  // An action of the node stands in the plan, or in the one after it since the action of `by` stands in this one;
  // `found` is what the host told of it, null for nothing.
  void note(std::size_t node, std::size_t by, Op op, const Observed* found);
  // The first that the node comes of, and that may have changed by its turn; null where there is none.
  Moved* of(std::size_t node);

  // Of a node that is decided in its turn: those that may have changed by then.
  struct Turn {
    std::vector<std::size_t> movers;  // whose actions may change one of them, in order
    Moved* first = nullptr;           // null where none may have: what was told decides
    Moved* later = nullptr;           // one that may change once more after this plan
  };
  Turn turn_of(std::size_t node);

  // Those on which something hangs, with the address of what may change each.
  std::map<std::string, std::string> that_matter() const;

 private:
  // What comes to be in the next plan, since the action of `by` changes a reading, may change others.
  void note_what_may_come(const std::string& reading, std::size_t by);

  const ir::HostGraph& graph_;
  const Registry& registry_;
  const std::vector<const Kind*>& kinds_;
  bool has_turns_;  // something is decided in its turn, so that all movers count and not the first alone
  std::map<std::string, Moved> moved_;
};

}  // namespace plumb::simulate
