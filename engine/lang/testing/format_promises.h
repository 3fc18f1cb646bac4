// What formatting promises of any text.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "engine/lang/format.h"
#include "engine/lang/yaml.h"

namespace plumb::lang {

// The characters of a text, sorted, without those that the layout may change: white space, commas before a closing
// bracket, and the indentation and chomping signs of block scalars.
inline std::string ink(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  std::string out;
  for (const char c : text) {
    if (std::string_view(" \t\r\n,+-123456789").find(c) == std::string_view::npos) out += c;
  }
  std::sort(out.begin(), out.end());
  return out;
}

// Empty, or which promise is broken for this text, which can be read.
inline std::string broken_promise(std::string_view text) {
  Diagnostics diagnostics;
  const auto before = read_yaml("t.yaml", text, diagnostics);
  const auto once = format_yaml("t.yaml", text, diagnostics);
  if (!before || !once) return "refused";
  const auto after = read_yaml("t.yaml", *once, diagnostics);
  if (!after || !same_values(*before, *after)) return "the tree changed";
  if (ink(text) != ink(*once)) return "something was lost or added";
  const auto twice = format_yaml("t.yaml", *once, diagnostics);
  if (!twice) return "refused the second time";
  if (*twice != *once) return "not stable";
  return {};
}

}  // namespace plumb::lang
