// Templates of Jinja cut into texts, expressions, statements and comments, with the blanks away that Jinja takes away.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/trimmed.h"

namespace plumb::imports {

struct Piece {
  enum class Kind { kText, kOutput, kStatement, kComment };
  Kind kind = Kind::kText;
  std::string text;
  bool eats_before = false;  // {%-
  bool eats_after = false;   // -%}
  bool ends_line = false;    // the line break behind it is taken away
  int line = 1;
};

// What a template's own settings are.
struct Layout {
  bool trim_blocks = true;
  bool lstrip_blocks = false;
};

// In order; `source` goes into another template or is one itself. `line` counts from 1, and is past a `#jinja2:` line
// afterwards. Throws Untranslatable.
std::vector<Piece> pieces_of(std::string_view source, bool is_included, int& line, const Layout& given = {});

// Up to a blank or an opening bracket: "for" of "for x in y".
std::string first_word(std::string_view text);

}  // namespace plumb::imports
