// The lines that a formatted text is made of.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::lang {

class FormatLines {
 public:
  // Starts a line.
  void start(int indent);
  void add(std::string_view text) { lines_.back().text += text; }
  // Starts a line that takes no text.
  void blank() { lines_.push_back({}); }
  // A comment behind the text of this line: `gap` characters after it, in `column` of the source.
  void trail(std::string_view comment, std::size_t gap, std::size_t column);

  bool empty() const { return lines_.empty(); }
  // The spaces in front of the text of this line.
  int indent() const;

  // The whole text. Comments that stood below one another in the source do so again.
  std::string join() const;

 private:
  struct Line {
    std::string text;
    std::string comment;
    std::size_t gap = 0;
    std::size_t column = 0;
  };
  // Where the comments of the group that starts at line `first` go; `end` is set to the line after the group.
  std::size_t comment_column(std::size_t first, std::size_t& end) const;

  std::vector<Line> lines_;
};

// The number of characters in UTF-8 text.
std::size_t count_characters(std::string_view text);

}  // namespace plumb::lang
