// The actions of a resource, as its kind decides on them. What they stand on is not said yet.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "engine/ir/graph.h"
#include "engine/plan/action.h"
#include "engine/simulate/simulate.h"

namespace plumb::simulate {

class Drafts {
 public:
  // `of`: by node. Everything referred to outlives this.
  Drafts(const ir::HostGraph& graph, const std::vector<const Kind*>& of, const Observation& observation)
      : graph_(graph), of_(of), observation_(observation) {}

  // Makes the change; `desired` is what is asked for of the node.
  plan::Action change(std::size_t node, const Desired& desired, const Change& change) const;
  // Something may be there when the node's turn comes that is not there now.
  plan::Action conditional(std::size_t node, const Desired& desired) const;
  // A restart, reload or run that something sets off.
  plan::Action triggered(std::size_t node, const Desired& desired, const Change& change) const;
  // The node's probes; `restarted`: what serves may still be what was there before.
  plan::Action probe(std::size_t node, const Desired& desired, bool restarted) const;

 private:
  plan::Action begun(std::size_t node, const Desired& desired, Op op) const;
  bool can_be_undone(std::size_t node, const Desired& desired, const Change& change) const;
  // Attribute -> why it changes.
  std::map<std::string, std::string> because(std::size_t node, const Desired& desired, const Change& change) const;
  plan::Seen seen(std::size_t node) const;
  plan::Action filled(std::size_t node, const Desired& desired, const Change& change) const;

  const ir::HostGraph& graph_;
  const std::vector<const Kind*>& of_;
  const Observation& observation_;
};

}  // namespace plumb::simulate
