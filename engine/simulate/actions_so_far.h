// The actions of a host's plan so far, and which of them are a node's.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/plan/action.h"
#include "engine/simulate/node_list.h"

namespace plumb::simulate {

class ActionsSoFar {
 public:
  explicit ActionsSoFar(std::size_t nodes) : of_node_(nodes) {}

  void add(std::size_t node, plan::Action action);

  std::size_t size() const { return actions_.size(); }
  // One of the node's actions is a restart or a reload.
  bool restarts(std::size_t node) const;
  const plan::Action& back() const { return actions_.back(); }

  // What is due once actions of these nodes have begun. Probes change nothing, and so owe nothing.
  void owe(const NodeList& by, const plan::Due& due);
  // A restart that is to be confirmed is taken back by taking back what set it off: so that is to be confirmed too.
  void confirm(const NodeList& by, int within);

  // Whether the actions of the node are done is decided in their turn by this, which is known once these have acted.
  void decide_in_turn(std::size_t node, const Json& when, const std::vector<std::string>& unknown_until);

  plan::Actions take() && { return std::move(actions_); }

 private:
  plan::Actions actions_;
  std::vector<std::vector<std::size_t>> of_node_;  // by node: places in `actions_`
};

// The host can undo all of it by itself.
bool can_be_undone(const std::vector<Operation>& operations);

}  // namespace plumb::simulate
