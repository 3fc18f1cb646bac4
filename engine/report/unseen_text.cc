#include "engine/report/unseen_text.h"

#include <algorithm>
#include <utility>

#include "engine/base/json.h"
#include "engine/base/outside_text.h"

namespace plumb::report {
namespace {

bool is_odd_blank(char32_t c) {
  return c == 0xa0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f || c == 0x3000;
}

// Marks on the letter before them, and the vowels and ends of Korean syllables that are written in parts.
bool joins_before(char32_t c) {
  return (c >= 0x300 && c <= 0x36f) || (c >= 0x1160 && c <= 0x11ff) || c == 0x3099 || c == 0x309a;
}

// Cyrillic and Greek letters that look like those of ASCII, which stand for them here.
char32_t as_it_looks(char32_t c) {
  static constexpr std::u32string_view kOthers =
      U"\u0430\u0441\u0435\u043e\u0440\u0445\u0443\u0456\u0458\u0455\u04bb\u0501\u051b\u051d"
      U"\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0425\u0406\u0408\u0405"
      U"\u03bf\u0391\u0392\u0395\u0396\u0397\u0399\u039a"
      U"\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7";
  static constexpr std::u32string_view kLooks =
      U"aceopxyijshdqwABEKMHOPCTXIJS"
      U"oABEZHIKMNOPTYX";
  static_assert(kOthers.size() == kLooks.size());
  const std::size_t at = kOthers.find(c);
  return at == std::u32string_view::npos ? c : kLooks[at];
}

std::string escape_of(char32_t c) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string digits;
  for (; c != 0; c >>= 4U) digits.insert(digits.begin(), kHex[c & 15U]);
  return "\\u{" + digits + "}";
}

// A part of a line, in bytes.
struct Part {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Where two lines differ: what is between what they begin and end with alike, whole characters of both.
std::pair<Part, Part> differing(std::string_view one, std::string_view other) {
  const auto within_character = [](std::string_view text, std::size_t at) {
    return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80;
  };
  std::size_t begin = 0;
  const std::size_t shorter = std::min(one.size(), other.size());
  while (begin < shorter && one[begin] == other[begin]) ++begin;
  while (begin > 0 && (within_character(one, begin) || within_character(other, begin))) --begin;
  std::size_t behind = 0;
  while (behind < shorter - begin && one[one.size() - 1 - behind] == other[other.size() - 1 - behind]) ++behind;
  while (behind > 0 && (within_character(one, one.size() - behind) || within_character(other, other.size() - behind)))
    --behind;
  return {{begin, one.size() - behind}, {begin, other.size() - behind}};
}

// What of a text is seen: its characters without blanks and what shows nothing, and without marks on letters.
struct Look {
  std::u32string letters;
  bool marks = false;
};

Look look_of(std::string_view text) {
  Look look;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    at += c.size;
    if (joins_before(c.point)) {
      look.marks = true;
    } else if (c.point > 0x20 && !is_odd_blank(c.point) && !is_unsafe(c.point)) {
      look.letters += as_it_looks(c.point);
    }
  }
  return look;
}

// Whether nobody tells two texts apart by looking. A letter with its mark beside it may be one that has it in itself.
bool look_alike(std::string_view one, std::string_view other) {
  const Look a = look_of(one);
  const Look b = look_of(other);
  return a.marks || b.marks ? a.letters.size() == b.letters.size() : a.letters == b.letters;
}

// A line as it is shown; of `unseen` all but ASCII is written out, and tabs.
std::string spelled(std::string_view line, Part unseen) {
  const std::size_t end = line.find_last_not_of(" \t") + 1;  // npos + 1 is 0
  std::string out;
  for (std::size_t at = 0; at < line.size();) {
    const CodePoint c = code_point_at(line, at);
    const std::string_view piece = line.substr(at, c.size);
    const bool all = at >= unseen.begin && at < unseen.end;
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
  std::vector<Part> unseen(lines.size());
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
      const std::string_view before = lines[gone + k].text;
      const std::string_view after = lines[come + k].text;
      const auto [left, right] = differing(before, after);
      const auto of = [](std::string_view text, Part part) { return text.substr(part.begin, part.end - part.begin); };
      if (!look_alike(of(before, left), of(after, right))) continue;
      unseen[gone + k] = left;
      unseen[come + k] = right;
    }
  }
  std::vector<std::string> shown;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const DiffLine& line = lines[i];
    if (line.sign == '@') {
      shown.push_back(line.text);
    } else {
      shown.push_back(line.sign == ' ' ? visible(line.text) : spelled(line.text, unseen[i]));
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
