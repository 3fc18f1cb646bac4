// How scalars are written anew: their text as it was, their further lines at another indentation.
#pragma once

#include <string_view>
#include <vector>

#include "engine/lang/format_lines.h"

namespace plumb::lang {

// A plain or quoted scalar; its further lines go to `indent`. Behind the current line's text.
void write_flow_scalar(std::string_view raw, int indent, FormatLines& lines);

struct BlockSurroundings {
  int source_indent = -1;                     // column of the collection around it, -1 for none
  int indent = -1;                            // the column that this collection gets
  std::vector<std::string_view> blank_lines;  // behind it
  bool ends_text = false;                     // what is above is the last line of the file, and without a line break
};

// True where some of the blank lines are left over, because they do not belong to its text.
bool write_block_scalar(std::string_view raw, const BlockSurroundings& around, FormatLines& lines);

}  // namespace plumb::lang
