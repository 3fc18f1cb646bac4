// From the text of a pattern to the steps that match it.
#pragma once

#include <string_view>
#include <vector>

#include "engine/base/pattern.h"

namespace plumb {

struct PatternProgram {
  std::vector<Pattern::Instruction> steps;
  std::vector<Pattern::CharacterClass> classes;
  std::size_t groups = 0;
};

Result<PatternProgram> compile_pattern(std::string_view text);

}  // namespace plumb
