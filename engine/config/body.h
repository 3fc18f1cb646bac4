// The entries of `resources` in a row: a list of identities is a resource for each, blocks are opened.
#pragma once

#include <vector>

#include "engine/config/parsed.h"
#include "engine/lang/yaml.h"
#include "providers/sdk/kind.h"

namespace plumb::config {

struct BodyEntry {
  lang::Node* node = nullptr;  // a resource or a use; in the tree that was given
  BlockIndex block;
  const lang::Node* item = nullptr;  // of `resources`, that it is or stands in
};

// Spreads lists in the tree itself. Blocks are added to those that there are, each behind the one around it.
std::vector<BodyEntry> open_body(lang::Node& resources, const Registry& kinds, std::vector<ParsedBlock>& blocks,
                                 Diagnostics& diagnostics);

bool is_use(const lang::Node& node);

// Order and tags of the blocks around it are with each that is written in them; whether it is there is for all of a
// block together.
template <class Written>
void put_in_block(Written& written, BlockIndex block, const std::vector<ParsedBlock>& blocks) {
  written.block = block;
  for (; block; block = blocks[*block].around) {
    const ParsedBlock& one = blocks[*block];
    written.tags.insert(one.tags.begin(), one.tags.end());
    std::vector<WrittenValue>& after = written.placement.after;
    after.insert(after.end(), one.placement.after.begin(), one.placement.after.end());
    std::vector<WrittenValue>& before = written.placement.before;
    before.insert(before.end(), one.placement.before.begin(), one.placement.before.end());
  }
}

// Every use in `resources`, in blocks too.
std::vector<const lang::Node*> uses_in(const lang::Node& resources);

}  // namespace plumb::config
