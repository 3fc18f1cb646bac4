// Walks through the source of a YAML tree from one token to the next and gathers the comments between them.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.h"

namespace plumb::lang {

struct SourceComment {
  std::string_view text;
  bool own_line = false;      // nothing but white space stands before it
  bool blank_before = false;  // a blank line stands before it
  std::size_t column = 0;     // characters before it in its line
  std::size_t gap = 0;        // white space directly before it
};

class FormatSource {
 public:
  explicit FormatSource(std::string_view text);

  // Moves on to the next token, and adds what lies in between to the members below.
  void skip();
  bool at_end() const { return pos_ >= text_.size(); }
  char peek() const { return at_end() ? '\0' : text_[pos_]; }
  // `c` stands here as an indicator: white space or the end comes after it.
  bool at_indicator(char c) const;
  // "---" or "..." stands here alone at the start of a line; else empty.
  std::string_view marker() const;
  // Takes what lies from here to where `span` ends. Costs less when spans come in the order of the text.
  std::string_view take_until_end_of(const SourceSpan& span);
  std::string_view take(std::size_t size);
  // Takes the lines of white space that start behind this line.
  std::vector<std::string_view> take_blank_lines();
  // Bytes between the start of the line and here.
  int column() const;

  // Since the last reset:
  std::vector<SourceComment> comments;
  bool line_break = false;
  bool blank_line = false;  // directly before this token
  void reset();

 private:
  std::size_t line_start() const;
  std::size_t offset_of(int line, int column);

  std::string_view text_;
  std::size_t pos_ = 0;
  std::vector<std::size_t> starts_;  // of lines
  // The place found last: spans count characters, which takes a walk along the line.
  int known_line_ = 1;
  int known_column_ = 1;
  std::size_t known_offset_ = 0;
};

}  // namespace plumb::lang
