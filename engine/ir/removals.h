// What is to go although nobody declares it any more: orphans become nodes of a graph.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/ir/graph.h"

namespace plumb::ir {

// An address that a host's record holds and its graph does not.
struct Orphan {
  std::string address;
  Json attributes = Json::object();  // as the last run left them
  bool prevented = false;            // it was declared with prevent_destroy
};

struct Removals {
  // With the removals in front: what they free is free for what comes, and what watches them is set off. Those on which
  // something that stays may stand until its turn was go behind all. In front of one another they stand the other way
  // round than they were made. Null where nothing is to be removed.
  std::shared_ptr<const HostGraph> graph;
  // By address, with why: those of which nothing is to be removed, and those that have to stay.
  std::map<std::string, std::string> forgotten;
  std::map<std::string, std::string> kept;
};

// `graph` has no errors.
Removals with_removals(const HostGraph& graph, const std::vector<Orphan>& orphans, const Registry& kinds);

}  // namespace plumb::ir
