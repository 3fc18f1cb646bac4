#include "engine/report/text_width.h"

#include <algorithm>
#include <array>

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

int width_of(char32_t point) {
  const auto in = [point](const Range& range) { return point >= range.first && point <= range.last; };
  if (std::any_of(kCombining.begin(), kCombining.end(), in)) return 0;
  return std::any_of(kWide.begin(), kWide.end(), in) ? 2 : 1;
}

int columns(std::string_view text) {
  int total = 0;
  for (std::size_t i = 0; i < text.size();) {
    const CodePoint c = code_point_at(text, i);
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
    const CodePoint c = code_point_at(text, i);
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
