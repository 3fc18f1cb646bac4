// Puts the nodes of one host in order: finds the edges, sorts, and reports cycles.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "engine/config/resource.h"
#include "engine/ir/graph.h"
#include "engine/ir/unite.h"

namespace plumb::ir {

// Links one host after the other. Hosts often differ in contents alone, and no edge comes from a content: where all
// else is as it was on the last host, so are the edges and the order. For one thread.
class Linker {
 public:
  explicit Linker(const Registry& providers) : providers_(providers) {}

  // `nodes` in declared order, what each comes of beside them. Nothing comes back where the order is a circle.
  std::shared_ptr<HostGraph> link(std::vector<Node> nodes, const std::vector<Declarations>& declarations,
                                  const SecretOf& secret_of, Diagnostics& diagnostics);
  // Of the graph that link() gave last: which of the nodes it was given each one is.
  const std::vector<std::size_t>& order() const { return last_->order; }

 private:
  // What a declaration says of the order.
  struct Said {
    std::vector<config::Pattern> after;
    std::vector<config::Pattern> before;
  };
  // All that edges come from, and what came of it.
  struct Linked {
    std::vector<Node> nodes;  // in declared order
    std::vector<std::vector<Said>> said;
    std::vector<std::size_t> order;
    std::vector<Edge> edges;  // as they stand in the graph
  };

  static bool says_the_same(const std::vector<Said>& said, const Declarations& declarations);
  bool is_like(const Linked& last, const std::vector<Node>& nodes, const std::vector<Declarations>& declarations) const;
  std::optional<Linked> find(const std::vector<Node>& nodes, const std::vector<Declarations>& declarations,
                             Diagnostics& diagnostics) const;

  const Registry& providers_;
  std::optional<Linked> last_;
};

}  // namespace plumb::ir
