#include "engine/lang/yaml_text.h"

#include <algorithm>
#include <set>

#include "engine/base/json.h"
#include "engine/lang/yaml_scalar.h"

namespace plumb::lang {
namespace {

constexpr std::size_t kBlock = 256;

bool starts_character(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
}

Diagnostic syntax(const TextIndex& index, std::size_t begin, std::size_t end, std::string summary, std::string label) {
  return Diagnostic(Code::kYamlSyntax, std::move(summary)).at(index.span(begin, end), std::move(label));
}

Diagnostic tab(const TextIndex& index, std::size_t pos) {
  return Diagnostic(Code::kYamlTab, "a tab is used for indentation")
      .at(index.span(pos, pos + 1), "a tab")
      .with_hint("indent with spaces");
}

// The lines of a scalar after its first must be indented deeper than the collection around it, with spaces.
void check_continuation(const TextIndex& index, std::size_t begin, std::size_t end, int indent,
                        Diagnostics& diagnostics) {
  const std::string_view text = index.text().substr(0, end);  // a search past the end would make long lines slow
  for (std::size_t line = text.find('\n', begin); line < end; line = text.find('\n', line + 1)) {
    std::size_t pos = line + 1;
    while (pos < end && text[pos] == ' ') ++pos;
    const int spaces = static_cast<int>(pos - line) - 1;
    std::size_t first = pos;
    while (first < end && is_blank(text[first])) ++first;
    if (first >= end || text[first] == '\n' || text[first] == '\r' || spaces > indent) continue;
    if (text[pos] == '\t') {
      diagnostics.add(tab(index, pos));
    } else {
      diagnostics.add(syntax(index, first, first + 1, "a text of several lines is not indented deeply enough",
                             "must stand deeper than the key or dash it belongs to"));
    }
    return;
  }
}

// True where both hold the same characters when white space is left out.
bool same_ink(std::string_view a, std::string_view b) {
  std::size_t i = 0;
  for (const char c : b) {
    if (is_space(c)) continue;
    while (i < a.size() && is_space(a[i])) ++i;
    if (i >= a.size() || a[i] != c) return false;
    ++i;
  }
  while (i < a.size() && is_space(a[i])) ++i;
  return i >= a.size();
}

std::size_t end_of_double(const TextIndex& index, std::size_t pos, Diagnostics& diagnostics) {
  const std::string_view text = index.text();
  for (std::size_t i = pos + 1; i < text.size(); ++i) {
    if (text[i] == '"') return i + 1;
    if (text[i] != '\\') continue;
    ++i;
    if (i < text.size() && std::string_view("0abt\tnvfre \"/\\N_LPxuU\n\r").find(text[i]) == std::string_view::npos) {
      diagnostics.add(syntax(index, i - 1, i + 1, "a backslash sequence that YAML does not know", "unknown sequence")
                          .with_hint("write \\\\ for a backslash, or use single quotes"));
    }
  }
  return std::string_view::npos;
}

std::size_t end_of_single(std::string_view text, std::size_t pos) {
  for (std::size_t i = pos + 1; i < text.size(); ++i) {
    if (text[i] != '\'') continue;
    if (i + 1 < text.size() && text[i + 1] == '\'') {
      ++i;
    } else {
      return i + 1;
    }
  }
  return std::string_view::npos;
}

// A plain scalar holds its own characters, so its end is where the last of them stands.
std::size_t end_of_plain(std::string_view text, std::size_t pos, std::string_view value) {
  std::size_t i = pos;
  std::size_t end = pos;
  for (const char c : value) {
    if (is_space(c)) continue;
    while (i < text.size() && is_space(text[i])) ++i;
    if (i >= text.size() || text[i] != c) return std::string_view::npos;
    end = ++i;
  }
  return end;
}

struct BlockExtent {
  std::size_t begin = 0;  // of the first line below the sign
  std::size_t end = 0;    // of the last line that is not empty
  BlockText text;
};

BlockExtent scan_block(const TextIndex& index, std::size_t pos, int indent, Diagnostics& diagnostics) {
  const std::string_view text = index.text();
  BlockExtent block;
  block.text.folded = text[pos] == '>';
  int width = 0;
  std::size_t i = pos + 1;
  for (; i < text.size() && std::string_view("+-123456789").find(text[i]) != std::string_view::npos; ++i) {
    if (text[i] == '+') block.text.chomping = Chomping::kKeep;
    if (text[i] == '-') block.text.chomping = Chomping::kStrip;
    if (text[i] >= '1' && text[i] <= '9') width = text[i] - '0';
  }
  std::size_t comment = i;
  while (comment < text.size() && is_blank(text[comment])) ++comment;
  const std::size_t line_end = std::min(text.find('\n', i), text.size());
  const bool breaks = comment >= line_end || text[comment] == '\r';
  if (!breaks && (text[comment] != '#' || comment == i)) {
    diagnostics.add(syntax(index, i, line_end, "text after the sign of a block text",
                           "only a comment after white space may stand here"));
  }
  block.begin = std::min(line_end + 1, text.size());
  block.end = line_end;
  int content = width > 0 ? std::max(indent, 0) + width : -1;
  std::size_t widest_blank = 0;
  std::size_t past = block.begin;
  for (std::size_t line = block.begin; line < text.size();) {
    const std::size_t next = std::min(text.find('\n', line), text.size());
    std::size_t first = line;
    while (first < next && text[first] == ' ') ++first;
    const int spaces = static_cast<int>(first - line);
    const bool empty = first == next || text[first] == '\r';
    // Empty anywhere else, but here it may have been meant as one of the text.
    if (!empty && text[first] == '\t' && spaces < (content < 0 ? indent + 1 : content) &&
        text.find_first_not_of(" \t\r", first) >= next) {
      diagnostics.add(tab(index, first));
    }
    if (empty) {
      if (content < 0) widest_blank = std::max(widest_blank, first - line);
    } else {
      if (content < 0) {
        if (spaces <= indent) break;
        content = spaces;
        if (widest_blank > first - line) {
          diagnostics.add(syntax(index, first, first + 1, "an empty line above is indented deeper than this text",
                                 "the first line of text sets the indentation"));
        }
      }
      if (spaces < content) break;
      block.end = text[next - 1] == '\r' ? next - 1 : next;
    }
    line = next + 1;
    past = std::min(line, text.size());
  }
  block.text.indent = content < 0 ? widest_blank : static_cast<std::size_t>(content);
  block.text.lines = text.substr(block.begin, past - block.begin);
  return block;
}

}  // namespace

TextIndex::TextIndex(std::string file, std::string_view text) : file_(std::move(file)), text_(text), starts_{0} {
  std::size_t characters = 0;
  characters_.reserve(text.size() / kBlock + 1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i % kBlock == 0) characters_.push_back(characters);
    if (starts_character(text[i])) ++characters;
    if (text[i] == '\n') starts_.push_back(i + 1);
  }
  if (text.size() % kBlock == 0) characters_.push_back(characters);
}

std::size_t TextIndex::characters_before(std::size_t pos) const {
  return characters_[pos / kBlock] + characters_between(pos / kBlock * kBlock, pos);
}

std::size_t TextIndex::characters_between(std::size_t begin, std::size_t end) const {
  return static_cast<std::size_t>(std::count_if(text_.begin() + static_cast<std::ptrdiff_t>(begin),
                                                text_.begin() + static_cast<std::ptrdiff_t>(end), starts_character));
}

std::size_t TextIndex::line_of(std::size_t pos) const {
  return static_cast<std::size_t>(std::upper_bound(starts_.begin(), starts_.end(), pos) - starts_.begin()) - 1;
}

std::size_t TextIndex::line_start(std::size_t pos) const {
  return starts_[line_of(std::min(pos, text_.size()))];
}

// `line` is counted from 0 and holds `pos`.
TextIndex::Place TextIndex::place(std::size_t line, std::size_t pos) const {
  const std::size_t start = starts_[line];
  const std::size_t characters =
      pos - start <= kBlock ? characters_between(start, pos) : characters_before(pos) - characters_before(start);
  return {static_cast<int>(line) + 1, static_cast<int>(characters) + 1};
}

SourceSpan TextIndex::span(std::size_t begin, std::size_t end) const {
  begin = std::min(begin, text_.size());
  end = std::clamp(end, begin, text_.size());
  const std::size_t line = line_of(begin);
  const bool ends_there = line + 1 == starts_.size() || end < starts_[line + 1];
  const Place from = place(line, begin);
  const Place to = place(ends_there ? line : line_of(end), end);
  return {file_, from.line, from.column, to.line, to.column};
}

std::size_t skip_space(std::string_view text, std::size_t pos) {
  while (pos < text.size()) {
    if (text[pos] == '#') {
      pos = std::min(text.find('\n', pos), text.size());
    } else if (is_space(text[pos])) {
      ++pos;
    } else {
      break;
    }
  }
  return pos;
}

void check_encoding(const TextIndex& index, Diagnostics& diagnostics) {
  const std::string_view text = index.text();
  std::set<std::string> told;
  // One of a kind: a file that is no text, or in another encoding, has them in every line.
  const auto report = [&](std::size_t pos, std::size_t size, std::string summary, std::string label, std::string hint) {
    if (!told.insert(summary).second) return;
    diagnostics.add(Diagnostic(Code::kYamlEncoding, std::move(summary))
                        .at(index.span(pos, pos + size), std::move(label))
                        .with_hint(std::move(hint)));
  };
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) {
    report(0, 1, "the file is UTF-16", "a UTF-16 byte order mark", "save it as UTF-8");
    return;
  }
  for (std::size_t i = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80) {
      if (byte == '\r' && (i + 1 >= text.size() || text[i + 1] != '\n')) {
        report(i, 1, "a carriage return that ends no line", "carriage return alone", "end lines with LF or CR LF");
      } else if ((byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f) {
        report(i, 1, "a control character", "code " + std::to_string(byte),
               "remove it, or write it as \\xNN inside double quotes");
      }
      ++i;
      continue;
    }
    const std::size_t size = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    const std::string_view character = text.substr(i, size);
    if (character.size() < size || !valid_utf8(character)) {
      report(i, 1, "the text is not UTF-8", "this byte does not belong to a UTF-8 character", "save the file as UTF-8");
      ++i;
      continue;
    }
    const bool c1 = byte == 0xc2 && static_cast<unsigned char>(text[i + 1]) < 0xa0 && text[i + 1] != '\x85';
    if (c1 || character == kByteOrderMark || character == "\xef\xbf\xbe" || character == "\xef\xbf\xbf") {
      report(i, size, "an invisible character that YAML does not allow", "here", "remove it");
    }
    i += size;
  }
}

Scalar scan_scalar(const TextIndex& index, std::size_t pos, const Event& event, int indent, bool in_flow,
                   Diagnostics& diagnostics) {
  const std::string_view text = index.text();
  const char c = pos < text.size() ? text[pos] : '\0';
  Scalar scalar{pos, Style::kPlain, {}};
  const auto inside = [&](std::size_t quotes) { return text.substr(pos + quotes, scalar.end - pos - 2 * quotes); };
  bool seen_equal = true;
  if (event.plain) {
    scalar.end = end_of_plain(text, pos, event.text);
    if (scalar.end != std::string_view::npos) scalar.value = plain_value(inside(0));
  } else if (c == '"') {
    scalar = {end_of_double(index, pos, diagnostics), Style::kDoubleQuoted, {}};
    if (scalar.end != std::string_view::npos) scalar.value = double_quoted_value(inside(1));
  } else if (c == '\'') {
    scalar = {end_of_single(text, pos), Style::kSingleQuoted, {}};
    if (scalar.end != std::string_view::npos) {
      scalar.value = single_quoted_value(inside(1));
      seen_equal = same_ink(scalar.value, event.text);
    }
  } else if (c == '|' || c == '>') {
    const BlockExtent block = scan_block(index, pos, indent, diagnostics);
    scalar = {block.end, c == '|' ? Style::kLiteral : Style::kFolded, block_value(block.text)};
    seen_equal = same_ink(scalar.value, event.text);
  }
  const bool quoted = scalar.style == Style::kDoubleQuoted || scalar.style == Style::kSingleQuoted;
  if (scalar.end == std::string_view::npos) {
    if (quoted) {
      diagnostics.add(syntax(index, pos, pos + 1, "a quoted text is not closed", "opened here"));
    } else {
      const std::size_t line_end = std::min(text.find('\n', pos), text.size());
      diagnostics.add(syntax(index, pos, line_end, "a comment stands inside a text of several lines",
                             "quote the text, or move the comment"));
    }
    // Past an open quote nothing can be told apart.
    scalar.end = quoted ? text.size() : std::min(text.find('\n', pos), text.size());
    return scalar;
  }
  if (!seen_equal) {
    diagnostics.add(syntax(index, pos, pos + 1, "this text cannot be read with certainty", "starts here")
                        .with_hint("indent it deeper than what is around it"));
  }
  if (event.plain && in_flow && event.text.starts_with('-') &&
      (event.text.size() == 1 || is_flow_indicator(event.text[1]))) {
    diagnostics.add(
        syntax(index, pos, pos + 1, "a `-` where no list item can stand", "quote it if it is meant as text"));
  }
  if (event.plain || quoted) check_continuation(index, pos, scalar.end, indent, diagnostics);
  return scalar;
}

}  // namespace plumb::lang
