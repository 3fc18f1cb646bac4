// The text of a pattern as a tree.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/base/pattern.h"

namespace plumb {

struct PatternNode {
  enum class Kind { kEmpty, kClass, kAssert, kSequence, kChoice, kRepeat, kGroup };
  Kind kind = Kind::kEmpty;
  Pattern::Ranges ranges;   // kClass
  std::uint8_t places = 0;  // kAssert
  std::vector<std::unique_ptr<PatternNode>> parts;
  int least = 0;  // kRepeat
  int most = 0;   // -1: any number
  bool greedy = true;
  std::size_t group = 0;  // kGroup
};

struct ParsedPattern {
  std::unique_ptr<PatternNode> tree;
  std::size_t groups = 0;
};

Result<ParsedPattern> parse_pattern(std::string_view text);

}  // namespace plumb
