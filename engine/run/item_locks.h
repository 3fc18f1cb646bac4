// What selectors of `plumb lock` mean on each host.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/ir/graph.h"

namespace plumb::run {

// Selector -> the addresses of a host that it matches, where it matches any.
using MatchedItems = std::map<std::string, std::vector<std::string>>;

// By host. One that matches nothing on any of them is a kNothingToLock, which names the addresses next to it.
std::map<std::string, MatchedItems> match_items(const std::map<std::string, const ir::HostGraph*>& graphs,
                                                const std::vector<std::string>& selectors, Diagnostics& diagnostics);

}  // namespace plumb::run
