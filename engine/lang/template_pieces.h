// The pieces of a template: text, `${…}` and `%{…}`, with trimming done.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/lang/cel/fault.h"

namespace plumb::lang {

struct TemplatePiece {
  enum class Kind { kText, kExpression, kDirective };
  Kind kind = Kind::kText;
  std::string text;       // kText: as it comes out
  std::size_t begin = 0;  // kExpression, kDirective: of what lies between the braces, without `~`
  std::size_t end = 0;
};

cel::Outcome<std::vector<TemplatePiece>> split_template(std::string_view text);

}  // namespace plumb::lang
