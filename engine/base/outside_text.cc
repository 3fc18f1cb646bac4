#include "engine/base/outside_text.h"

#include <algorithm>

#include "engine/base/host_text.h"
#include "engine/base/json.h"

namespace plumb {
namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";
constexpr std::string_view kEllipsis = "\xe2\x80\xa6";
constexpr char kEscape = '\x1b';
constexpr char kBell = '\x07';

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < '\x7f'; });
}

bool is_in(char c, char first, char last) {
  return c >= first && c <= last;
}

// Up to the end of a text that a terminal takes for itself: BEL or ESC \.
std::size_t end_of_string(std::string_view text, std::size_t at) {
  for (; at < text.size(); ++at) {
    if (text[at] == kBell) return at + 1;
    if (text[at] == kEscape) return text.substr(at + 1).starts_with('\\') ? at + 2 : at;
  }
  return at;
}

// Parameters, intermediates, and the byte that ends them (ECMA-48).
std::size_t end_of_control(std::string_view text, std::size_t at) {
  while (at < text.size() && is_in(text[at], 0x20, 0x3f)) ++at;
  return at < text.size() && is_in(text[at], 0x40, 0x7e) ? at + 1 : at;
}

// Behind the terminal sequence that begins at `at`, or `at` where none does.
std::size_t behind_sequence(std::string_view text, std::size_t at) {
  if (text[at] == '\xc2' && at + 1 < text.size()) {
    if (text[at + 1] == '\x9b') return end_of_control(text, at + 2);
    if (text[at + 1] == '\x9d' || text[at + 1] == '\x90') return end_of_string(text, at + 2);
  }
  if (text[at] != kEscape) return at;
  if (++at == text.size()) return at;
  const char kind = text[at];
  if (kind == '[') return end_of_control(text, at + 1);
  if (kind == ']' || kind == 'P' || kind == '^' || kind == '_' || kind == 'X') return end_of_string(text, at + 1);
  while (at < text.size() && is_in(text[at], 0x20, 0x2f)) ++at;
  return at < text.size() && is_in(text[at], 0x30, 0x7e) ? at + 1 : at;
}

// Bytes past what can be kept are not looked at; a sequence that is cut there is gone altogether.
std::string_view within(std::string_view text, std::size_t longest) {
  return longest >= text.size() ? text : text.substr(0, 4 * longest + 4);
}

void append_hex(std::string& out, unsigned char byte) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out.append("\\x").append(1, kHex[byte >> 4]).append(1, kHex[byte & 15]);
}

// At most `longest` bytes of valid UTF-8, the mark of what was cut included.
std::string cut_to(std::string text, std::size_t longest) {
  if (text.size() <= longest) return text;
  std::size_t size = longest < kEllipsis.size() ? 0 : longest - kEllipsis.size();
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) --size;
  text.resize(size);
  if (longest >= kEllipsis.size()) text += kEllipsis;
  return text;
}

std::string cleaned(std::string_view text, bool one_line) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    if (const std::size_t behind = behind_sequence(text, i); behind != i) {
      i = behind;
      continue;
    }
    const CodePoint c = code_point_at(text, i);
    const bool breaks = c.point == '\n' || c.point == '\r' || c.point == 0x2028 || c.point == 0x2029 || c.point == 0x85;
    if (breaks) {
      // A carriage return before a line break belongs to it; alone it would let a line overwrite itself.
      const bool belongs = c.point == '\r' && text.substr(i + 1).starts_with('\n');
      if (!belongs) out += one_line ? ' ' : '\n';
    } else if (c.point == '\t') {
      out += one_line ? ' ' : '\t';
    } else if (const int byte = byte_behind(c.point); byte >= 0) {
      append_hex(out, static_cast<unsigned char>(byte));
    } else {
      out += is_unsafe(c.point) ? kReplacement : text.substr(i, c.size);
    }
    i += c.size;
  }
  return out;
}

}  // namespace

CodePoint code_point_at(std::string_view text, std::size_t at) {
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
         point == 0x61c || point == 0x180e || (point >= 0x200b && point <= 0x200f) ||
         (point >= 0x2028 && point <= 0x202e) || (point >= 0x2060 && point <= 0x206f) ||
         (point >= 0xe0000 && point <= 0xe007f);
}

std::string repaired_utf8(std::string_view bytes) {
  if (valid_utf8(bytes)) return std::string(bytes);
  std::string out;
  for (std::size_t i = 0; i < bytes.size();) {
    const CodePoint c = code_point_at(bytes, i);
    out += c.point == 0xfffd ? kReplacement : bytes.substr(i, c.size);
    i += c.size;
  }
  return out;
}

std::string outside_text(std::string_view text, std::size_t longest) {
  if (text.size() <= longest && is_plain(text)) return std::string(text);
  return cut_to(cleaned(within(text, longest), false), longest);
}

std::string outside_line(std::string_view text, std::size_t longest) {
  std::string line = text.size() <= longest && is_plain(text) ? std::string(text)
                                                              : cut_to(cleaned(within(text, longest), true), longest);
  const std::size_t begin = line.find_first_not_of(' ');
  if (begin == std::string::npos) return {};
  return line.substr(begin, line.find_last_not_of(' ') + 1 - begin);
}

std::string visible(std::string_view data) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out;
  out.reserve(data.size());
  for (std::size_t i = 0; i < data.size();) {
    // Most of every text.
    std::size_t plain = i;
    while (plain < data.size() && data[plain] >= ' ' && data[plain] <= '~') ++plain;
    out += data.substr(i, plain - i);
    i = plain;
    if (i == data.size()) break;
    const CodePoint c = code_point_at(data, i);
    const bool byte = c.point < 0x80 || (c.point == 0xfffd && c.size == 1);
    if (const int stands_for = byte_behind(c.point); stands_for >= 0) {
      append_hex(out, static_cast<unsigned char>(stands_for));
    } else if (!is_unsafe(c.point) || c.point == '\t' || (c.point == 0xfffd && !byte)) {
      out += data.substr(i, c.size);
    } else if (byte) {
      append_hex(out, static_cast<unsigned char>(data[i]));
    } else {
      std::string digits;
      for (char32_t rest = c.point; rest != 0; rest >>= 4) digits.insert(digits.begin(), kHex[rest & 15]);
      out += "\\u{" + digits + "}";
    }
    i += c.size;
  }
  return out;
}

}  // namespace plumb
