#include "engine/lang/text_position.h"

#include <algorithm>

#include "engine/lang/cel/utf8.h"
#include "engine/lang/yaml_text.h"

namespace plumb::lang {
namespace {

// A place in the source that moves on byte by byte and knows its line and column.
class Cursor {
 public:
  // `source` begins with the line `first`.
  Cursor(std::string_view source, int first, const SourceSpan& span) : source_(source), line_(first), column_(1) {
    // Lines before it are only counted.
    while (line_ < span.line) {
      const std::size_t end = source_.find('\n', position_);
      if (end == std::string_view::npos) break;
      position_ = end + 1;
      ++line_;
    }
    while (position_ < source_.size() && (line_ < span.line || (line_ == span.line && column_ < span.column)))
      advance();
  }

  void advance() {
    const char c = source_[position_++];
    if (c == '\n') {
      ++line_;
      column_ = 1;
    } else if (position_ >= source_.size() || (static_cast<unsigned char>(source_[position_]) & 0xC0U) != 0x80U) {
      ++column_;
    }
  }
  void advance(std::size_t count) {
    for (; count > 0 && !at_end(); --count) advance();
  }

  bool at_end() const { return position_ >= source_.size(); }
  char peek(std::size_t ahead = 0) const {
    return position_ + ahead < source_.size() ? source_[position_ + ahead] : '\0';
  }
  std::size_t position() const { return position_; }
  cel::Origin::Run run(std::size_t offset) const { return {offset, line_, column_}; }
  std::string_view rest() const { return source_.substr(position_); }

 private:
  std::string_view source_;
  std::size_t position_ = 0;
  int line_;
  int column_;
};

class Mapper {
 public:
  Mapper(const Node& scalar, std::string_view source, int first)
      : text_(scalar.text), cursor_(source, first, scalar.span), origin_{scalar.span.file, scalar.text, {}} {}

  // Characters other than white space stand in the source in the order of the text, and as they are.
  void map_by_ink(bool doubled_quotes) {
    for (std::size_t offset = 0; offset < text_.size(); ++offset) {
      if (is_space(text_[offset])) continue;
      while (!cursor_.at_end() && is_space(cursor_.peek())) cursor_.advance();
      note(offset, 1);
      cursor_.advance();
      if (doubled_quotes && text_[offset] == '\'') cursor_.advance();
    }
  }

  void map_double_quoted() {
    cursor_.advance();
    for (std::size_t offset = 0; offset < text_.size() && !cursor_.at_end();) {
      if (cursor_.peek() == '\\') {
        offset += escape(offset);
      } else if (is_space(cursor_.peek())) {
        offset += white_space(offset);
      } else {
        note(offset++, 1);
        cursor_.advance();
      }
    }
  }

  void skip(std::size_t count) { cursor_.advance(count); }
  void skip_line() {
    while (!cursor_.at_end() && cursor_.peek() != '\n') cursor_.advance();
    cursor_.advance(1);
  }

  cel::Origin finish() && {
    if (origin_.runs.empty()) origin_.runs.push_back(cursor_.run(0));
    origin_.runs.front().offset = 0;
    return std::move(origin_);
  }

 private:
  // Text from `offset` on stands where the cursor is.
  void note(std::size_t offset, std::size_t size) {
    if (origin_.runs.empty() || offset != next_offset_ || cursor_.position() != next_position_) {
      origin_.runs.push_back(cursor_.run(offset));
    }
    next_offset_ = offset + size;
    next_position_ = cursor_.position() + size;
  }

  // Bytes of the text that the escape at the cursor stands for.
  std::size_t escape(std::size_t offset) {
    const char kind = cursor_.peek(1);
    // The line goes on behind the next one's indentation; empty lines are line ends.
    if (kind == '\n' || kind == '\r') {
      cursor_.advance(kind == '\r' ? 3 : 2);
      std::size_t breaks = 0;
      for (; !cursor_.at_end() && is_space(cursor_.peek()); cursor_.advance()) breaks += cursor_.peek() == '\n' ? 1 : 0;
      return breaks;
    }
    note(offset, 1);
    next_position_ = std::string_view::npos;
    const std::size_t digits = kind == 'x' ? 2 : kind == 'u' ? 4 : kind == 'U' ? 8 : 0;
    cursor_.advance(2 + digits);
    const bool wide = digits > 0 || std::string_view("N_LP").find(kind) != std::string_view::npos;
    std::size_t end = offset;
    if (wide) cel::next_code_point(text_, end);
    return wide ? end - offset : 1;
  }

  // Blanks stand for themselves, unless a line break is among them: one break is a blank, more are breaks less one.
  std::size_t white_space(std::size_t offset) {
    std::size_t size = 0;
    std::size_t breaks = 0;
    const std::string_view rest = cursor_.rest();
    for (; size < rest.size() && is_space(rest[size]); ++size) breaks += rest[size] == '\n' ? 1 : 0;
    if (breaks == 0) note(offset, size);
    cursor_.advance(size);
    return breaks == 0 ? size : std::max<std::size_t>(breaks - 1, 1);
  }

  std::string_view text_;
  Cursor cursor_;
  cel::Origin origin_;
  std::size_t next_offset_ = 0;
  std::size_t next_position_ = 0;
};

cel::Origin mapped(const Node& scalar, Mapper&& mapper) {
  switch (scalar.style) {
    case Style::kPlain:
      mapper.map_by_ink(false);
      break;
    case Style::kSingleQuoted:
      mapper.skip(1);
      mapper.map_by_ink(true);
      break;
    case Style::kDoubleQuoted:
      mapper.map_double_quoted();
      break;
    case Style::kLiteral:
    case Style::kFolded:
      mapper.skip_line();
      mapper.map_by_ink(false);
      break;
  }
  return std::move(mapper).finish();
}

}  // namespace

cel::Origin origin_of(const Node& scalar, std::string_view source) {
  const bool marked = source.starts_with(kByteOrderMark) && scalar.span.line > 1;
  return mapped(scalar, Mapper(scalar, marked ? source.substr(kByteOrderMark.size()) : source, 1));
}

cel::Origin origin_of(const Node& scalar, const SourceMap& sources) {
  const std::string_view source = sources.text(scalar.span.file);
  const int first = scalar.span.line;
  const std::optional<std::string_view> line = first > 1 ? sources.line(scalar.span.file, first) : std::nullopt;
  if (!line) return origin_of(scalar, source);
  return mapped(scalar, Mapper(scalar, source.substr(static_cast<std::size_t>(line->data() - source.data())), first));
}

}  // namespace plumb::lang
