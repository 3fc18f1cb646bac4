// The raw text behind a YAML tree: places, where scalars end, and what the gaps between them hold.
// yaml-cpp tells only where things start and lets some broken texts pass; this side reads the text again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/lang/yaml.h"
#include "engine/lang/yaml_events.h"

namespace plumb::lang {

// What editors of some systems begin a text with; it is no part of it.
inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Byte offsets to lines and columns in constant time.
class TextIndex {
 public:
  TextIndex(std::string file, std::string_view text);

  std::string_view text() const { return text_; }
  SourceSpan span(std::size_t begin, std::size_t end) const;
  std::size_t line_start(std::size_t pos) const;
  // Bytes between the start of the line and pos.
  int byte_column(std::size_t pos) const { return static_cast<int>(pos - line_start(pos)); }

 private:
  struct Place {
    int line = 0;
    int column = 0;
  };
  std::size_t line_of(std::size_t pos) const;
  Place place(std::size_t line, std::size_t pos) const;
  std::size_t characters_before(std::size_t pos) const;
  std::size_t characters_between(std::size_t begin, std::size_t end) const;

  std::string file_;
  std::string_view text_;
  std::vector<std::size_t> starts_;
  std::vector<std::size_t> characters_;  // before each block of kBlock bytes
};

// Refuses what is not UTF-8, control characters and carriage returns that end no line. Ignores a leading BOM.
void check_encoding(const TextIndex& index, Diagnostics& diagnostics);

// Something that yaml-cpp told the place of. `indent` is the column of the block collection around it, -1 at the root.
struct Piece {
  enum class Kind { kScalar, kFlow, kBlock };
  Kind kind = Kind::kScalar;
  std::size_t begin = 0;
  std::size_t end = 0;  // kScalar only
  int indent = -1;
};

struct Scalar {
  std::size_t end = 0;
  Style style = Style::kPlain;
  std::string value;
};

// Reads the scalar that starts at `pos`, and checks that yaml-cpp saw the same characters but for white space.
Scalar scan_scalar(const TextIndex& index, std::size_t pos, const Event& event, int indent, bool in_flow,
                   Diagnostics& diagnostics);

// Reads everything between the pieces, which must be nothing but structure, white space and comments.
// `pieces` stand in the order of the text.
void check_gaps(const TextIndex& index, const std::vector<Piece>& pieces, Diagnostics& diagnostics);

inline bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
inline bool is_space(char c) {
  return is_blank(c) || c == '\n' || c == '\r';
}
inline bool is_flow_indicator(char c) {
  return c == ',' || c == '[' || c == ']' || c == '{' || c == '}';
}
// Past white space, line breaks and comments.
std::size_t skip_space(std::string_view text, std::size_t pos);

}  // namespace plumb::lang
