// Checks where something is, when and how often: loops, `when`, `id`, `after` and `before`, and the blocks around it.
#pragma once

#include "engine/config/check_scope.h"

namespace plumb::config {

class PlacementCheck : public CheckScope {
 public:
  PlacementCheck(Module& module, const CheckContext& context)
      : CheckScope(module, context), known_in_(module.blocks.size()) {}

  // `reads` has what is read but for `when` and what is around; finish() adds these once all else is checked.
  bool check_placement(const ParsedPlacement& written, Placement& placement, Names& names, Reads& reads);
  ReadsButWhen finish(const Placement& placement, BlockIndex block, Reads& reads) const;
  void check_block(std::size_t index);
  // Values and modules may have become known since the block was checked.
  Names names_in(BlockIndex block);
  // Whether all is well with the block that something stands in.
  bool is_good(BlockIndex block) const;
  // A loop of it, or of what stands around it, could not be read: what its expressions name is not known.
  bool lacks_names(const ParsedPlacement& written, BlockIndex block) const;

 private:
  bool check_loops(const ParsedPlacement& written, Placement& placement, Names& names, Reads& reads);
  // Those of a block are known in all that stands in it.
  bool check_new_names(const ParsedPlacement& written, const Names& names);
  bool check_loop_type(const ParsedLoop& loop, const cel::Type& type, cel::Type& key, cel::Type& element);

  std::vector<std::optional<Known>> known_in_;  // each block, once it is checked
};

}  // namespace plumb::config
