#include "engine/lang/format_source.h"

#include <algorithm>

#include "engine/lang/format_lines.h"
#include "engine/lang/yaml_text.h"

namespace plumb::lang {

FormatSource::FormatSource(std::string_view text) : text_(text), starts_{0} {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') starts_.push_back(i + 1);
  }
}

void FormatSource::reset() {
  comments.clear();
  line_break = false;
  blank_line = false;
}

std::size_t FormatSource::line_start() const {
  const std::size_t before = pos_ == 0 ? std::string_view::npos : text_.rfind('\n', pos_ - 1);
  return before == std::string_view::npos ? 0 : before + 1;
}

int FormatSource::column() const {
  return static_cast<int>(pos_ - line_start());
}

void FormatSource::skip() {
  bool fresh_line = false;  // since the last comment or token
  while (!at_end()) {
    const char c = text_[pos_];
    if (c == '\n') {
      blank_line = blank_line || fresh_line;
      fresh_line = line_break = true;
      ++pos_;
    } else if (is_space(c)) {
      ++pos_;
    } else if (c == '#') {
      const std::size_t end = std::min(text_.find('\n', pos_), text_.size());
      const std::string_view before = text_.substr(line_start(), pos_ - line_start());
      const std::size_t last_ink = before.find_last_not_of(" \t");
      std::string_view comment = text_.substr(pos_, end - pos_);
      comment = comment.substr(0, comment.find_last_not_of(" \t\r") + 1);
      const bool own_line = last_ink == std::string_view::npos;
      comments.push_back(
          {comment, own_line, blank_line, count_characters(before), before.size() - (own_line ? 0 : last_ink + 1)});
      blank_line = fresh_line = false;
      pos_ = end;
    } else {
      break;
    }
  }
}

bool FormatSource::at_indicator(char c) const {
  return peek() == c && (pos_ + 1 >= text_.size() || is_space(text_[pos_ + 1]));
}

std::string_view FormatSource::marker() const {
  const std::string_view mark = text_.substr(std::min(pos_, text_.size()), 3);
  if ((mark != "---" && mark != "...") || column() != 0) return {};
  return pos_ + 3 >= text_.size() || is_space(text_[pos_ + 3]) ? mark : std::string_view();
}

std::size_t FormatSource::offset_of(int line, int column) {
  if (line != known_line_ || column < known_column_) {
    known_line_ = line;
    known_column_ = 1;
    known_offset_ = starts_[static_cast<std::size_t>(line) - 1];
  }
  while (known_column_ < column && known_offset_ < text_.size()) {
    do {
      ++known_offset_;
    } while (known_offset_ < text_.size() && (static_cast<unsigned char>(text_[known_offset_]) & 0xc0) == 0x80);
    ++known_column_;
  }
  return known_offset_;
}

std::string_view FormatSource::take_until_end_of(const SourceSpan& span) {
  return take(std::max(offset_of(span.end_line, span.end_column), pos_) - pos_);
}

std::string_view FormatSource::take(std::size_t size) {
  const std::string_view taken = text_.substr(pos_, size);
  pos_ += taken.size();
  return taken;
}

std::vector<std::string_view> FormatSource::take_blank_lines() {
  std::vector<std::string_view> lines;
  std::size_t line = text_.find('\n', pos_);
  if (line == std::string_view::npos) return lines;
  for (++line; line < text_.size();) {
    const std::size_t end = std::min(text_.find('\n', line), text_.size());
    const std::string_view content = text_.substr(line, end - line);
    if (content.find_first_not_of(" \r") != std::string_view::npos) break;
    lines.push_back(content);
    pos_ = end;
    line = end + 1;
  }
  return lines;
}

}  // namespace plumb::lang
