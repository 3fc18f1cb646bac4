#include "engine/report/unseen_text.h"

#include "engine/base/json.h"
#include "engine/base/outside_text.h"

namespace plumb::report {
namespace {

bool is_odd_blank(char32_t c) {
  return c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f || c == 0x3000;
}

bool is_combining(char32_t c) {
  return c >= 0x300 && c <= 0x36f;
}

std::string escape_of(char32_t c) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string digits;
  for (; c != 0; c >>= 4U) digits.insert(digits.begin(), kHex[c & 15U]);
  return "\\u{" + digits + "}";
}

// What of a line can be told from what of another by looking: letters of ASCII, without those that a mark changes.
std::string look_of(std::string_view line) {
  std::string look;
  for (std::size_t at = 0; at < line.size();) {
    const CodePoint c = code_point_at(line, at);
    at += c.size;
    if (is_combining(c.point) && !look.empty()) look.pop_back();
    if (c.point > 0x20 && c.point < 0x7f) look += static_cast<char>(c.point);
  }
  return look;
}

std::string spelled(std::string_view line, bool all) {
  const std::size_t end = line.find_last_not_of(" \t") + 1;  // npos + 1 is 0
  std::string out;
  for (std::size_t at = 0; at < line.size();) {
    const CodePoint c = code_point_at(line, at);
    const std::string_view piece = line.substr(at, c.size);
    const bool known = c.point < 0x80 || piece.size() > 1;  // else it is no UTF-8
    if (piece == "\t" && (all || at >= end)) {
      out += "\\t";
    } else if (piece == " " && at >= end) {
      out += "\\x20";
    } else if (known && (is_odd_blank(c.point) || (all && c.point >= 0x80))) {
      out += escape_of(c.point);
    } else {
      out += visible(piece);
    }
    at += c.size;
  }
  return out;
}

}  // namespace

std::vector<std::string> shown_lines(const std::vector<DiffLine>& lines) {
  std::vector<bool> alike(lines.size(), false);
  for (std::size_t i = 0; i < lines.size();) {
    if (lines[i].sign != '-') {
      ++i;
      continue;
    }
    const std::size_t gone = i;
    while (i < lines.size() && lines[i].sign == '-') ++i;
    const std::size_t come = i;
    while (i < lines.size() && lines[i].sign == '+') ++i;
    for (std::size_t k = 0; gone + k < come && come + k < i; ++k) {
      if (look_of(lines[gone + k].text) != look_of(lines[come + k].text)) continue;
      alike[gone + k] = alike[come + k] = true;
    }
  }
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const DiffLine& line = lines[i];
    if (line.sign == '@') {
      shown.push_back(line.text);
    } else {
      shown.push_back(line.sign == ' ' ? visible(line.text) : spelled(line.text, alike[i]));
    }
  }
  return shown;
}

std::string_view form_of(std::string_view bytes) {
  if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) return "UTF-16";
  if (bytes.find('\0') != std::string_view::npos) return "binary";
  return valid_utf8(bytes) ? "" : "in another encoding than UTF-8";
}

}  // namespace plumb::report
