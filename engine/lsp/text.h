// A text as an editor counts in it: lines from 0 and characters in an encoding that both sides agreed on. Diagnostics
// count lines and code points from 1 (SourceSpan). In between stand bytes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/base/json.h"

namespace plumb::lsp {

enum class Encoding { kUtf8, kUtf16, kUtf32 };

struct Position {
  std::size_t line = 0;
  std::size_t character = 0;  // in units of the encoding
};

struct Range {
  Position begin;
  Position end;  // exclusive
};

class Text {
 public:
  explicit Text(std::string text = {});

  const std::string& str() const { return text_; }
  std::size_t line_count() const { return starts_.size(); }
  // Without its end; empty past the last one.
  std::string_view line(std::size_t index) const;

  // Places that are not there are drawn to the nearest that is.
  std::size_t offset(Position position, Encoding encoding) const;
  Position position(std::size_t offset, Encoding encoding) const;
  // Of a place as spans name it.
  std::size_t offset(int line, int column) const;
  Range range(const SourceSpan& span, Encoding encoding) const;
  Range range(std::size_t begin, std::size_t end, Encoding encoding) const;
  // As a span names the place at `offset`: line and column.
  std::pair<int, int> place(std::size_t offset) const;

  // The text with `with` in the place of [begin, end).
  std::string replaced(std::size_t begin, std::size_t end, std::string_view with) const;

 private:
  // What stands in a line before a place of it. Long lines have them every so often, so that nobody counts from their
  // beginning.
  struct Mark {
    std::size_t offset = 0;  // of a character, in the text
    std::size_t points = 0;  // code points
    std::size_t pairs = 0;   // those of them that UTF-16 has as two units
  };
  static std::size_t counted(const Mark& mark, std::size_t line_start, Encoding encoding);
  void mark_line(std::size_t begin, std::size_t end);
  // The last one of the line that `past` is not true of; the line's own beginning where there is none.
  template <class Past>
  Mark last_mark(std::size_t line, const Past& past) const;

  std::string text_;
  std::vector<std::size_t> starts_;  // of lines
  std::vector<Mark> marks_;          // in the order of the text
};

Json to_json(const Position& position);
Json to_json(const Range& range);
// Of what an editor sent; 0 for what is no number.
Position position_of(const Json& json);
Range range_of(const Json& json);

}  // namespace plumb::lsp
