#include "engine/base/pattern_characters.h"

#include <algorithm>
#include <array>

#include "engine/base/in_order.h"

namespace plumb {
namespace {

using Ranges = Pattern::Ranges;

constexpr std::uint32_t kLast = 0x1100FF;  // the byte 0xFF that is no part of UTF-8

// Adds the other case of every letter of `low` to `high` that has one there, at a fixed distance.
void fold_between(const Ranges& from, std::uint32_t low, std::uint32_t high, std::uint32_t distance, Ranges& to) {
  for (const auto& [first, last] : from) {
    const std::uint32_t a = std::max(first, low);
    const std::uint32_t b = std::min(last, high);
    if (a <= b) to.emplace_back(a + distance, b + distance);
    const std::uint32_t c = std::max(first, low + distance);
    const std::uint32_t d = std::min(last, high + distance);
    if (c <= d) to.emplace_back(c - distance, d - distance);
  }
}

const Ranges kDigits = {{'0', '9'}};
const Ranges kSpaces = {{'\t', '\n'}, {'\f', '\r'}, {' ', ' '}};
const Ranges kWords = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};

}  // namespace

void tidy(Ranges& ranges) {
  put_in_order(ranges);
  Ranges tidied;
  for (const auto& range : ranges) {
    if (!tidied.empty() && range.first <= tidied.back().second + 1) {
      tidied.back().second = std::max(tidied.back().second, range.second);
    } else {
      tidied.push_back(range);
    }
  }
  ranges = std::move(tidied);
}

Ranges negated(Ranges ranges) {
  tidy(ranges);
  Ranges result;
  std::uint32_t next = 0;
  for (const auto& [low, high] : ranges) {
    if (low > next) result.emplace_back(next, low - 1);
    next = high + 1;
  }
  if (next <= kLast) result.emplace_back(next, kLast);
  return result;
}

void add(Ranges& to, const Ranges& from) {
  to.insert(to.end(), from.begin(), from.end());
}

Ranges folded(Ranges ranges) {
  Ranges more;
  fold_between(ranges, 'A', 'Z', 32, more);
  fold_between(ranges, 0xC0, 0xD6, 32, more);
  fold_between(ranges, 0xD8, 0xDE, 32, more);
  fold_between(ranges, 0x391, 0x3A1, 32, more);
  fold_between(ranges, 0x3A3, 0x3A9, 32, more);
  fold_between(ranges, 0x410, 0x42F, 32, more);
  fold_between(ranges, 0x400, 0x40F, 80, more);
  add(ranges, more);
  tidy(ranges);
  return ranges;
}

const Ranges* named_class(std::string_view name) {
  struct Named {
    std::string_view name;
    Ranges ranges;
  };
  static const std::array<Named, 14> kNamed = {{{"alnum", {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}},
                                                {"alpha", {{'A', 'Z'}, {'a', 'z'}}},
                                                {"ascii", {{0, 0x7F}}},
                                                {"blank", {{'\t', '\t'}, {' ', ' '}}},
                                                {"cntrl", {{0, 0x1F}, {0x7F, 0x7F}}},
                                                {"digit", kDigits},
                                                {"graph", {{'!', '~'}}},
                                                {"lower", {{'a', 'z'}}},
                                                {"print", {{' ', '~'}}},
                                                {"punct", {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}},
                                                {"space", {{'\t', '\r'}, {' ', ' '}}},
                                                {"upper", {{'A', 'Z'}}},
                                                {"word", kWords},
                                                {"xdigit", {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}}}};
  const auto found = std::find_if(kNamed.begin(), kNamed.end(), [&](const Named& one) { return one.name == name; });
  return found == kNamed.end() ? nullptr : &found->ranges;
}

const Ranges* perl_class(char letter) {
  switch (letter) {
    case 'd':
    case 'D':
      return &kDigits;
    case 's':
    case 'S':
      return &kSpaces;
    case 'w':
    case 'W':
      return &kWords;
    default:
      return nullptr;
  }
}

bool is_word(std::uint32_t c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

std::pair<std::uint32_t, std::size_t> next_character(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<std::uint8_t>(text[i])); };
  const std::uint32_t first = byte(at);
  if (first < 0x80) return {first, 1};
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  const std::pair<std::uint32_t, std::size_t> alone{0x110000 + first, 1};
  if (first < 0xC2 || first > 0xF4 || at + size > text.size()) return alone;
  std::uint32_t value = first & (size == 2 ? 0x1FU : size == 3 ? 0x0FU : 0x07U);
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80) return alone;
    value = (value << 6U) | (byte(at + i) & 0x3FU);
  }
  const bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
  const bool half = value >= 0xD800 && value <= 0xDFFF;
  return overlong || half || value > kLastCodePoint ? alone : std::pair(value, size);
}

}  // namespace plumb
