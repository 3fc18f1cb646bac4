// What the host's record says may not be removed, and is declared no more: nothing else may take it away either.
#pragma once

#include <map>
#include <string>

#include "engine/simulate/simulate.h"

namespace plumb::simulate {

class Protected {
 public:
  Protected(const ir::HostGraph& graph, const Registry& kinds, const Observation& observation);

  // The address of one that this change of another resource takes away with what it removes; "" where there is none.
  std::string lost_with(const Provider& provider, const Desired& desired, const Change& change) const;

 private:
  std::string at(const std::string& thing) const;
  std::string at_or_below(const std::string& path) const;

  std::map<std::string, std::string> owners_;  // addresses, by path and by claim
};

}  // namespace plumb::simulate
