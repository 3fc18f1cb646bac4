// From the events of a document to its tree.
#pragma once

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/lang/yaml.h"
#include "engine/lang/yaml_events.h"
#include "engine/lang/yaml_text.h"

namespace plumb::lang {

struct BuiltTree {
  Node root;
  std::vector<Piece> pieces;            // for check_gaps()
  std::optional<std::size_t> unclosed;  // the innermost bracket that was open where the events end
  std::size_t end = 0;                  // of what was read last
};

// The events of one document; they may end early, where yaml-cpp stopped.
BuiltTree build_tree(const TextIndex& index, std::vector<Event> events, Diagnostics& diagnostics);

// A key that lost its colon runs on into the next line, whose colon is then one too many. Gives where such a key
// stands before the line of `pos`: its first byte and the one after its last.
std::optional<std::pair<std::size_t, std::size_t>> lost_colon(const TextIndex& index, std::size_t pos);

}  // namespace plumb::lang
