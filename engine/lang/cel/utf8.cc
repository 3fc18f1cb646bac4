#include "engine/lang/cel/utf8.h"

#include <algorithm>

namespace plumb::cel {
namespace {

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

// Length of the well-formed sequence that starts at `position`; 0 where there is none.
std::size_t sequence_length(std::string_view bytes, std::size_t position) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char lead = at(position);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || position + length > bytes.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(bytes[position + i])) return 0;
  }
  const unsigned char second = at(position + 1);
  const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
  const bool surrogate = lead == 0xED && second >= 0xA0;
  const bool too_high = lead == 0xF4 && second >= 0x90;
  return overlong || surrogate || too_high ? 0 : length;
}

}  // namespace

std::uint32_t next_code_point(std::string_view text, std::size_t& position) {
  const auto lead = static_cast<unsigned char>(text[position++]);
  if (lead < 0x80) return lead;
  std::uint32_t code_point = lead >= 0xF0 ? lead & 0x07U : lead >= 0xE0 ? lead & 0x0FU : lead & 0x1FU;
  while (position < text.size() && is_continuation(text[position])) {
    code_point = (code_point << 6U) | (static_cast<unsigned char>(text[position++]) & 0x3FU);
  }
  return code_point;
}

std::size_t count_code_points(std::string_view text) {
  return text.size() - static_cast<std::size_t>(std::count_if(text.begin(), text.end(), is_continuation));
}

std::size_t byte_of(std::string_view text, std::size_t index) {
  std::size_t position = 0;
  while (index > 0 && position < text.size()) {
    ++position;
    while (position < text.size() && is_continuation(text[position])) ++position;
    --index;
  }
  return index == 0 ? position : std::string_view::npos;
}

std::string repair_utf8(std::string_view bytes) {
  std::string text;
  bool broken = false;
  for (std::size_t position = 0; position < bytes.size();) {
    const std::size_t length = sequence_length(bytes, position);
    if (length > 0) {
      text.append(bytes, position, length);
    } else if (!broken) {
      text += "\xEF\xBF\xBD";
    }
    broken = length == 0;
    position += std::max<std::size_t>(length, 1);
  }
  return text;
}

bool is_white_space(std::uint32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

}  // namespace plumb::cel
