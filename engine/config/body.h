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
};

// Spreads lists in the tree itself. Blocks are added to those that there are, each behind the one around it.
std::vector<BodyEntry> open_body(lang::Node& resources, const Registry& kinds, std::vector<ParsedBlock>& blocks,
                                 Diagnostics& diagnostics);

bool is_use(const lang::Node& node);

// Every use in `resources`, in blocks too.
std::vector<const lang::Node*> uses_in(const lang::Node& resources);

}  // namespace plumb::config
