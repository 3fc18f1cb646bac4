// What a tree of a broken text must hold.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "engine/lang/yaml.h"

namespace plumb::lang {

// Characters in each line of a text, without its end.
inline std::vector<int> line_widths(std::string_view text) {
  std::vector<int> widths(1);
  for (const char c : text) {
    if (c == '\n') {
      widths.push_back(0);
    } else if ((static_cast<unsigned char>(c) & 0xc0) != 0x80) {
      ++widths.back();
    }
  }
  return widths;
}

inline bool is_inside(const SourceSpan& span, const std::vector<int>& widths) {
  const auto place = [&](int line, int column) {
    return line >= 1 && line <= static_cast<int>(widths.size()) && column >= 1 &&
           column <= widths[static_cast<std::size_t>(line) - 1] + 2;  // one past the end of the line, or of its break
  };
  return place(span.line, span.column) && place(span.end_line, span.end_column) &&
         (span.line < span.end_line || (span.line == span.end_line && span.column <= span.end_column));
}

// Empty, or the first node whose place is not in the text. A null root has none.
inline std::string outside(const Node& node, const std::vector<int>& widths, bool root = true) {
  if (!(root && node.is_null()) && !is_inside(node.span, widths)) return "a node at " + node.span.str();
  for (const Node& item : node.items) {
    if (std::string found = outside(item, widths, false); !found.empty()) return found;
  }
  for (const Entry& entry : node.entries) {
    if (!is_inside(entry.key_span, widths)) return "a key at " + entry.key_span.str();
    if (std::string found = outside(entry.value, widths, false); !found.empty()) return found;
  }
  return {};
}

// Empty, or what stands in `whole` before `line`, which is broken, and not in `part`. Of a collection in brackets that
// goes on in that line nothing needs to be there.
inline std::string lost_before(const Node& whole, const Node& part, int line) {
  if (whole.is_null() || whole.span.line >= line) return {};
  const bool ends = whole.span.end_line < line;
  if (whole.is_scalar()) return !ends || same_values(whole, part) ? "" : "the value at " + whole.span.str();
  if (whole.flow && !ends) return {};
  if (whole.items.empty() && whole.entries.empty()) return {};
  const auto first = whole.is_map() ? whole.entries.front().key_span.line : whole.items.front().span.line;
  if (first >= line) return {};
  if (part.kind != whole.kind) return "the collection at " + whole.span.str();
  for (std::size_t i = 0; i < whole.items.size() && whole.items[i].span.line < line; ++i) {
    if (i >= part.items.size()) return "the item at " + whole.items[i].span.str();
    if (std::string found = lost_before(whole.items[i], part.items[i], line); !found.empty()) return found;
  }
  for (const Entry& entry : whole.entries) {
    if (entry.key_span.line >= line) break;
    const Entry* kept = part.find(entry.key);
    if (kept == nullptr || kept->key_span != entry.key_span) return "the key at " + entry.key_span.str();
    if (std::string found = lost_before(entry.value, kept->value, line); !found.empty()) return found;
  }
  return {};
}

}  // namespace plumb::lang
