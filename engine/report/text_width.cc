#include "engine/report/text_width.h"

#include <algorithm>
#include <array>

#include "engine/base/json.h"

namespace plumb::report {
namespace {

struct Range {
  char32_t first, last;
};
constexpr std::array kCombining = {Range{0x300, 0x36f},   Range{0x483, 0x489},   Range{0x591, 0x5bd},
                                   Range{0x610, 0x61a},   Range{0x64b, 0x65f},   Range{0xe31, 0xe31},
                                   Range{0xe34, 0xe3a},   Range{0x1ab0, 0x1aff}, Range{0x1dc0, 0x1dff},
                                   Range{0x20d0, 0x20ff}, Range{0xfe00, 0xfe0f}, Range{0xfe20, 0xfe2f}};
constexpr std::array kWide = {Range{0x1100, 0x115f},   Range{0x2e80, 0x303e},   Range{0x3041, 0x33ff},
                              Range{0x3400, 0x4dbf},   Range{0x4e00, 0x9fff},   Range{0xa000, 0xa4cf},
                              Range{0xac00, 0xd7a3},   Range{0xf900, 0xfaff},   Range{0xfe30, 0xfe6f},
                              Range{0xff00, 0xff60},   Range{0xffe0, 0xffe6},   Range{0x1f300, 0x1f64f},
                              Range{0x1f680, 0x1f6ff}, Range{0x1f900, 0x1f9ff}, Range{0x20000, 0x3fffd}};

}  // namespace

Character decode(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x80) return {byte, 1};
  const std::size_t size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
  const std::string_view bytes = text.substr(at, size);
  if (bytes.size() < size || !valid_utf8(bytes)) return {0xfffd, 1};
  char32_t point = byte & (0xffU >> (size + 1));
  for (const char c : bytes.substr(1)) point = point << 6 | (static_cast<unsigned char>(c) & 0x3f);
  return {point, size};
}

bool is_unsafe(char32_t point) {
  return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0xfffd || point == 0xfeff || point == 0xad ||
         (point >= 0x200b && point <= 0x200f) || (point >= 0x2028 && point <= 0x202e) ||
         (point >= 0x2060 && point <= 0x206f);
}

int width_of(char32_t point) {
  const auto in = [point](const Range& range) { return point >= range.first && point <= range.last; };
  if (std::any_of(kCombining.begin(), kCombining.end(), in)) return 0;
  return std::any_of(kWide.begin(), kWide.end(), in) ? 2 : 1;
}

std::string clean(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const Character c = decode(text, i);
    if (c.point == '\n' || c.point == '\t') {
      out += ' ';
    } else {
      out += is_unsafe(c.point) ? kReplacement : text.substr(i, c.size);
    }
    i += c.size;
  }
  return out;
}

int columns(std::string_view text) {
  int total = 0;
  for (std::size_t i = 0; i < text.size();) {
    const Character c = decode(text, i);
    total += width_of(c.point);
    i += c.size;
  }
  return total;
}

std::string cut(std::string_view text, int width) {
  if (width <= 0) return {};
  if (columns(text) <= width) return std::string(text);
  std::string out;
  int used = 0;
  for (std::size_t i = 0; i < text.size();) {
    const Character c = decode(text, i);
    if (used + width_of(c.point) > width - 1) break;
    used += width_of(c.point);
    out += text.substr(i, c.size);
    i += c.size;
  }
  return out.append(kEllipsis);
}

std::string fit(std::string_view text, int width) {
  std::string out = cut(text, width);
  const int missing = width - columns(out);
  if (missing > 0) out.append(static_cast<std::size_t>(missing), ' ');
  return out;
}

}  // namespace plumb::report
