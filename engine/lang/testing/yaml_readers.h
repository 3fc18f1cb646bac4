// Whether the two readers of YAML agree.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "engine/lang/yaml_readers.h"

namespace plumb::lang {

// Empty where both trees are the same with all their places; else where they part.
inline std::string difference(const Node& a, const Node& b) {
  if (a.kind != b.kind || a.style != b.style || a.flow != b.flow) return "another node at " + a.span.str();
  if (a.span != b.span) return "another place than " + a.span.str();
  if (a.text != b.text) return "`" + a.text + "` and `" + b.text + "` at " + a.span.str();
  if (a.items.size() != b.items.size() || a.entries.size() != b.entries.size())
    return "another size at " + a.span.str();
  for (std::size_t i = 0; i < a.items.size(); ++i) {
    if (std::string found = difference(a.items[i], b.items[i]); !found.empty()) return found;
  }
  for (std::size_t i = 0; i < a.entries.size(); ++i) {
    if (a.entries[i].key != b.entries[i].key || a.entries[i].key_span != b.entries[i].key_span)
      return "another key at " + a.entries[i].key_span.str();
    if (std::string found = difference(a.entries[i].value, b.entries[i].value); !found.empty()) return found;
  }
  return {};
}

// Empty, or in what the quick reader is unlike the whole one. What it does not read is no matter.
inline std::string disagreement(std::string_view text) {
  const auto plain = read_plain_yaml("t.yaml", text);
  if (!plain) return {};
  Diagnostics diagnostics;
  const auto full = read_full_yaml("t.yaml", text, diagnostics);
  if (!full) return "only one reads it: " + diagnostics.items()[0].summary;
  if (!diagnostics.empty()) return "only one finds: " + diagnostics.items()[0].summary;
  return difference(*plain, *full);
}

}  // namespace plumb::lang
