#include "engine/ir/placed.h"

namespace plumb::ir {

std::vector<const config::Pattern*> patterns_of(const config::Module& module, const config::ParsedPlacement& placement,
                                                config::BlockIndex block) {
  std::vector<const config::Pattern*> patterns;
  for (const std::size_t around : module.chain_of(block)) {
    if (const auto& on = module.blocks[around].written.placement.on) patterns.push_back(&*on);
  }
  if (placement.on) patterns.push_back(&*placement.on);
  return patterns;
}

}  // namespace plumb::ir
