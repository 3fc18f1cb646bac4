#include "engine/base/glob.h"

#include <cstddef>

namespace plumb {
namespace {

// Matches one character against the set that starts at pattern[at] == '['. Returns the place after the
// set, or npos where the bracket is never closed (it then stands for itself).
std::size_t match_set(std::string_view pattern, std::size_t at, char c, bool& matched) {
  std::size_t i = at + 1;
  const bool negated = i < pattern.size() && (pattern[i] == '!' || pattern[i] == '^');
  if (negated) ++i;
  bool found = false;
  for (bool first = true; i < pattern.size() && (first || pattern[i] != ']'); first = false) {
    const char low = pattern[i];
    char high = low;
    if (i + 2 < pattern.size() && pattern[i + 1] == '-' && pattern[i + 2] != ']') {
      high = pattern[i + 2];
      i += 2;
    }
    found = found || (low <= c && c <= high);
    ++i;
  }
  if (i >= pattern.size()) return std::string_view::npos;
  matched = found != negated;
  return i + 1;
}

// `plain`: so many bytes of the pattern hold no sets, and a bracket there means itself.
bool matches(std::string_view pattern, std::string_view text, std::size_t plain) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;  // place after the last `*`, to come back to
  std::size_t star_text = 0;
  while (t < text.size()) {
    bool step = false;
    std::size_t next = p + 1;
    if (p < pattern.size()) {
      const char c = pattern[p];
      if (c == '*') {
        star = ++p;
        star_text = t;
        continue;
      }
      if (c == '?') {
        step = true;
      } else if (c == '\\' && p + 1 < pattern.size()) {
        step = pattern[p + 1] == text[t];
        next = p + 2;
      } else if (c == '[' && p >= plain) {
        next = match_set(pattern, p, text[t], step);
        if (next == std::string_view::npos) {
          step = text[t] == '[';
          next = p + 1;
        }
      } else {
        step = c == text[t];
      }
    }
    if (step) {
      p = next;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace

bool glob_match(std::string_view pattern, std::string_view text) {
  return matches(pattern, text, 0);
}

bool address_matches(std::string_view selector, std::string_view address) {
  if (selector == address || glob_match(selector, address)) return true;
  return selector.find('[') < selector.find(':') && matches(selector, address, selector.find(':'));
}

bool is_glob(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '*' || text[i] == '?' || text[i] == '[') {
      return true;
    }
  }
  return false;
}

}  // namespace plumb
