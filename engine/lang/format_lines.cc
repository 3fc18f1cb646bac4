#include "engine/lang/format_lines.h"

#include <algorithm>

namespace plumb::lang {

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

void FormatLines::start(int indent) {
  lines_.push_back({});
  lines_.back().text.assign(static_cast<std::size_t>(std::max(indent, 0)), ' ');
}

void FormatLines::trail(std::string_view comment, std::size_t gap, std::size_t column) {
  lines_.back().comment = comment;
  lines_.back().gap = std::max<std::size_t>(gap, 1);
  lines_.back().column = column;
}

int FormatLines::indent() const {
  const std::string& text = lines_.back().text;
  return static_cast<int>(std::min(text.find_first_not_of(' '), text.size()));
}

std::size_t FormatLines::comment_column(std::size_t first, std::size_t& end) const {
  std::size_t widest = 0;
  std::size_t gap = lines_[first].gap;
  for (end = first; end < lines_.size(); ++end) {
    const Line& line = lines_[end];
    if (line.comment.empty() || line.column != lines_[first].column) break;
    widest = std::max(widest, count_characters(line.text));
    gap = std::min(gap, line.gap);
  }
  return widest + gap;
}

std::string FormatLines::join() const {
  std::string out;
  std::size_t group_end = 0;
  std::size_t column = 0;
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    const Line& line = lines_[i];
    out += line.text;
    if (!line.comment.empty()) {
      if (i >= group_end) column = comment_column(i, group_end);
      out.append(column - count_characters(line.text), ' ');
      out += line.comment;
    }
    out += '\n';
  }
  return out;
}

}  // namespace plumb::lang
