// Why a resource cannot be planned, told to who wrote it.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "engine/plan/plan.h"
#include "engine/simulate/brought.h"
#include "engine/simulate/node_index.h"

namespace plumb::simulate {

class Refusals {
 public:
  // `of` and `taken`: by node. Everything referred to outlives this.
  Refusals(const ir::HostGraph& graph, const Registry& kinds, const std::vector<const Kind*>& of,
           const std::vector<bool>& taken, NodeIndex& index, const std::string& host_name, Diagnostics& diagnostics)
      : graph_(graph),
        kinds_(kinds),
        of_(of),
        taken_(taken),
        index_(index),
        host_name_(host_name),
        diagnostics_(diagnostics) {}

  // An action of this node takes away what it is about.
  void takes_away(std::size_t node);

  // Two resources that are one thing on this host. What is seen before a host is asked, the configuration's check
  // tells.
  void check_claims(const Observation& observation);
  // What is said to be one thing and is two.
  void check_moves(const Observation& observation);
  // What the host said, on the resource where it names no place. `shapers`: nodes whose actions have to do with it;
  // `other`: the address of the other resource that it is about.
  void by_host(std::size_t node, Diagnostic said, const std::vector<std::size_t>& shapers = {},
               const std::string& other = {});
  // Two resources that take back each other's change would do so for ever. True where that was told.
  bool is_undone(std::size_t node, const Observed& observed);
  // What may not be done whatever the host is like: false where that was told.
  // `taken`: what it takes from the login over which the host is reached; "" for nothing.
  bool allows(std::size_t node, const Change& change, const Observed& observed, const std::string& taken);
  // What it removes takes away one that is declared no more, and may not be removed.
  void loses(std::size_t node, const std::string& address);
  // An earlier file of the same plan keeps the node from being as it is asked for.
  void contradicted(std::size_t node, std::size_t by, Diagnostic why);
  // What cannot go and is declared by nobody, and why; nothing else is refused for it.
  void stays(std::size_t node, const Diagnostic& why);
  // Nothing provides what the node misses.
  // `set_off_by`: without which it would not be missed. `taken_by`: who takes something away before it.
  void missing(std::size_t node, const Missing& missing, const std::vector<std::size_t>& set_off_by,
               const std::vector<std::size_t>& taken_by);
  // What runs when its turn comes finds no more what an earlier action took away.
  void check_needs_are_left(std::size_t node);

 private:
  bool is_confirmed(std::size_t node, const Change& change) const;
  bool keeps_line(std::size_t node, const Change& change, const Observed& observed, const std::string& taken);
  const ir::Node& node(std::size_t i) const { return graph_.nodes[i]; }
  std::string quoted(std::size_t i) const { return "`" + graph_.nodes[i].desired.address.str() + "`"; }
  const Provider& provider(std::size_t i) const { return *of_[i]->provider; }
  void tell(Diagnostic diagnostic);

  const ir::HostGraph& graph_;
  const Registry& kinds_;
  const std::vector<const Kind*>& of_;
  const std::vector<bool>& taken_;
  NodeIndex& index_;
  const std::string& host_name_;
  Diagnostics& diagnostics_;
  std::map<Address, std::size_t> taken_away_;
};

}  // namespace plumb::simulate
