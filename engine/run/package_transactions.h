// What transactions of packages bring one after the other.
//
// A host is asked about all packages at once, and what all of them together bring is what a plan tells. Where they are
// carried out in several transactions, an earlier one knows nothing of the packages of a later one: of two that can
// stand for one another it may bring the other. So a host whose plan has several is asked once more, with the number of
// its transaction beside each package.
#pragma once

#include <cstddef>
#include <map>

#include "engine/ir/graph.h"
#include "engine/plan/action.h"
#include "engine/simulate/simulate.h"

namespace plumb::run {

// By node, from 0 in the order in which they are carried out. Empty where the plan has no two of them.
std::map<std::size_t, std::size_t> package_transactions(const plan::Actions& actions, const ir::HostGraph& graph);

// Puts what was seen of these nodes in the place of what was seen of them before. False where it is the same.
bool take_over(const std::map<std::size_t, std::size_t>& transactions, simulate::Observation seen,
               simulate::Observation& into);

}  // namespace plumb::run
