#include "engine/config/module.h"

#include <algorithm>

namespace plumb::config {

std::vector<std::size_t> Module::chain_of(BlockIndex block) const {
  std::vector<std::size_t> chain;
  for (; block; block = blocks[*block].written.around) chain.insert(chain.begin(), *block);
  return chain;
}

bool Module::repeats(BlockIndex block) const {
  const std::vector<std::size_t> chain = chain_of(block);
  return std::any_of(chain.begin(), chain.end(),
                     [this](std::size_t one) { return !blocks[one].written.placement.loops.empty(); });
}

bool Module::may_be_left_out(BlockIndex block) const {
  const std::vector<std::size_t> chain = chain_of(block);
  return std::any_of(chain.begin(), chain.end(), [this](std::size_t one) {
    const ParsedPlacement& placement = blocks[one].written.placement;
    return placement.when || placement.on;
  });
}

}  // namespace plumb::config
