// What several modules declare with the same wishes is one resource: it is declared in several places, and has an
// address for each of them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/config/resource.h"
#include "engine/ir/graph.h"

namespace plumb::ir {

// What a node comes of: one, or several that became one. The one that gives its address stands first, the rest as they
// are declared.
using Declarations = std::vector<const config::Resource*>;

// `nodes` in declared order, `declarations` beside them, each with one. A node that becomes one with others stands
// where the first of them stood. Gives, for each node that there was, which one it is now.
//
// What is run is never one with another, since its turns count; nor are two of one module.
std::vector<std::size_t> unite(std::vector<Node>& nodes, std::vector<Declarations>& declarations,
                               const Registry& kinds);

// What keeps two of one kind from being one.
struct Differences {
  std::vector<std::string> attributes;  // sorted
  bool variables = false;               // of their programs
  bool ignored = false;                 // what is left alone
  bool rescue = false;                  // one is there only for the case that something fails
  bool turn = false;                    // in its turn, each decides otherwise whether it is there

  bool any() const { return !attributes.empty() || variables || ignored || rescue || turn; }
};
Differences differences(const Node& one, const Node& other, const Kind& kind);

}  // namespace plumb::ir
