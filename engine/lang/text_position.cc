#include "engine/lang/text_position.h"

#include <algorithm>

namespace plumb::lang {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

// Walks the decoded text and the source side by side. Folding and indentation differ in white space alone, so that
// everything else finds its place by skipping some.
class Alignment {
 public:
  Alignment(const Node& scalar, std::string_view source) : scalar_(scalar), source_(source) {
    origin_.file = scalar.span.file;
    origin_.text = scalar.text;
  }

  cel::Origin run() {
    at_ = offset_of(scalar_.span.line, scalar_.span.column);
    begin_content();
    const std::string& text = origin_.text;
    for (std::size_t i = 0; i < text.size();) {
      if (at_ >= source_.size()) break;
      if (const std::size_t bytes = escape(i); bytes > 0) {
        i += bytes;
      } else if (source_[at_] == text[i]) {
        place(i++, at_);
        step();
      } else if (is_space(source_[at_])) {
        step();
      } else if (is_space(text[i])) {
        place(i++, at_);
      } else {
        break;
      }
    }
    if (origin_.runs.empty() || origin_.runs.front().offset != 0)
      origin_.runs.insert(origin_.runs.begin(), {0, scalar_.span.line, scalar_.span.column});
    return std::move(origin_);
  }

 private:
  std::size_t offset_of(int line, int column) {
    std::size_t at = source_.starts_with("\xef\xbb\xbf") ? 3 : 0;
    for (; line_ < line && at < source_.size(); ++at) line_ += source_[at] == '\n' ? 1 : 0;
    for (; column_ < column && at < source_.size(); ++column_) {
      ++at;
      while (at < source_.size() && !starts_character(source_[at])) ++at;
    }
    return at;
  }

  void step() {
    if (source_[at_] == '\n') {
      ++line_;
      column_ = 1;
      fresh_ = true;
    } else if (starts_character(source_[at_])) {
      ++column_;
    }
    ++at_;
  }

  // Past the quote, or the line that begins a block.
  void begin_content() {
    if (scalar_.style == Style::kSingleQuoted || scalar_.style == Style::kDoubleQuoted) {
      if (at_ < source_.size()) step();
    } else if (scalar_.style != Style::kPlain) {
      while (at_ < source_.size() && source_[at_] != '\n') step();
      if (at_ < source_.size()) step();
    }
  }

  void place(std::size_t offset, std::size_t at) {
    if (fresh_ || at != expected_ || offset != expected_offset_) origin_.runs.push_back({offset, line_, column_});
    fresh_ = false;
    expected_ = at + 1;
    expected_offset_ = offset + 1;
  }

  // An escape in the source that stands for the text at `i`: how many bytes of it; 0 where there is none.
  std::size_t escape(std::size_t i) {
    if (scalar_.style == Style::kSingleQuoted && source_.substr(at_, 2) == "''" && origin_.text[i] == '\'') {
      place(i, at_);
      step();
      step();
      return 1;
    }
    if (scalar_.style != Style::kDoubleQuoted || source_[at_] != '\\' || at_ + 1 >= source_.size()) return 0;
    const char kind = source_[at_ + 1];
    if (kind == '\n' || kind == '\r') {  // the line goes on in the next
      step();
      while (at_ < source_.size() && is_space(source_[at_])) step();
      return 0;
    }
    place(i, at_);
    const std::size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    for (std::size_t n = 0; n < 2 + digits && at_ < source_.size(); ++n) step();
    std::size_t bytes = 1;
    while (i + bytes < origin_.text.size() && !starts_character(origin_.text[i + bytes])) ++bytes;
    return bytes;
  }

  const Node& scalar_;
  std::string_view source_;
  cel::Origin origin_;
  std::size_t at_ = 0;
  int line_ = 1;
  int column_ = 1;
  bool fresh_ = true;
  std::size_t expected_ = 0;
  std::size_t expected_offset_ = 0;
};

}  // namespace

cel::Origin origin_of(const Node& scalar, std::string_view source) {
  return Alignment(scalar, source).run();
}

}  // namespace plumb::lang
