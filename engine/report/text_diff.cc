#include "engine/report/text_diff.h"

#include <algorithm>

namespace plumb::report {
namespace {

// Past this many edits nobody reads the script, and its search would cost quadratic time.
constexpr int kMaxEdits = 1000;

struct Lines {
  std::vector<std::string_view> items;
  bool final_newline = true;
};

Lines split(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      lines.items.push_back(text);
      lines.final_newline = false;
      break;
    }
    lines.items.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

using Script = std::vector<DiffLine>;

// The edit script of a[0..n) to b[0..m), or nothing when it takes more than kMaxEdits edits.
bool shortest_script(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b, Script& script) {
  const int n = static_cast<int>(a.size());
  const int m = static_cast<int>(b.size());
  const int limit = std::min(n + m, kMaxEdits);
  const int offset = limit + 1;
  std::vector<int> furthest(static_cast<std::size_t>(2 * limit + 3), 0);
  std::vector<std::vector<int>> history;
  const auto at = [&](std::vector<int>& v, int k) -> int& {
    const int index = k + offset;
    return v[static_cast<std::size_t>(index)];
  };
  int edits = -1;
  for (int d = 0; d <= limit && edits < 0; ++d) {
    history.push_back(furthest);
    for (int k = -d; k <= d; k += 2) {
      const bool down = k == -d || (k != d && at(furthest, k - 1) < at(furthest, k + 1));
      int x = down ? at(furthest, k + 1) : at(furthest, k - 1) + 1;
      while (x < n && x - k < m && x - k >= 0 && a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(x - k)])
        ++x;
      at(furthest, k) = x;
      if (x >= n && x - k >= m) {
        edits = d;
        break;
      }
    }
  }
  if (edits < 0) return false;

  int x = n;
  int y = m;
  for (int d = edits; d > 0; --d) {
    std::vector<int>& v = history[static_cast<std::size_t>(d)];
    const int k = x - y;
    const bool down = k == -d || (k != d && at(v, k - 1) < at(v, k + 1));
    const int from_k = down ? k + 1 : k - 1;
    const int from_x = at(v, from_k);
    const int snake_begin = down ? from_x : from_x + 1;
    while (x > snake_begin) {
      script.push_back({' ', std::string(a[static_cast<std::size_t>(--x)])});
      --y;
    }
    if (down) {
      script.push_back({'+', std::string(b[static_cast<std::size_t>(--y)])});
    } else {
      script.push_back({'-', std::string(a[static_cast<std::size_t>(--x)])});
    }
  }
  while (x > 0) script.push_back({' ', std::string(a[static_cast<std::size_t>(--x)])});
  std::reverse(script.begin(), script.end());
  return true;
}

Script full_script(const Lines& before, const Lines& after) {
  std::vector<std::string_view> a = before.items;
  std::vector<std::string_view> b = after.items;
  Script script;
  if (shortest_script(a, b, script)) return script;
  const std::size_t shorter = std::min(a.size(), b.size());
  std::size_t head = 0;
  while (head < shorter && a[head] == b[head]) ++head;
  std::size_t tail = 0;
  while (tail < shorter - head && a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) ++tail;
  for (std::size_t i = 0; i < head; ++i) script.push_back({' ', std::string(a[i])});
  for (std::size_t i = head; i < a.size() - tail; ++i) script.push_back({'-', std::string(a[i])});
  for (std::size_t i = head; i < b.size() - tail; ++i) script.push_back({'+', std::string(b[i])});
  for (std::size_t i = a.size() - tail; i < a.size(); ++i) script.push_back({' ', std::string(a[i])});
  return script;
}

// A line that differs only by its missing newline must not look equal.
void mark_final_newline(const Lines& before, const Lines& after, Script& script) {
  if (before.final_newline == after.final_newline || script.empty()) return;
  if (script.back().sign != ' ') return;
  const std::string last = script.back().text;
  script.pop_back();
  script.push_back({'-', last + (before.final_newline ? "" : " (no newline at the end)")});
  script.push_back({'+', last + (after.final_newline ? "" : " (no newline at the end)")});
}

}  // namespace

std::vector<DiffLine> text_diff(std::string_view before, std::string_view after, int context) {
  const Lines a = split(before);
  const Lines b = split(after);
  Script script = full_script(a, b);
  mark_final_newline(a, b, script);

  std::vector<bool> shown(script.size(), false);
  for (std::size_t i = 0; i < script.size(); ++i) {
    if (script[i].sign == ' ') continue;
    const std::size_t from = i >= static_cast<std::size_t>(context) ? i - static_cast<std::size_t>(context) : 0;
    const std::size_t to = std::min(script.size(), i + static_cast<std::size_t>(context) + 1);
    for (std::size_t k = from; k < to; ++k) shown[k] = true;
  }
  std::vector<DiffLine> result;
  int old_line = 1;
  int new_line = 1;
  bool gap = true;
  for (std::size_t i = 0; i < script.size(); ++i) {
    if (shown[i]) {
      const bool whole = i == 0;
      if (gap && !whole)
        result.push_back({'@', "@@ -" + std::to_string(old_line) + " +" + std::to_string(new_line) + " @@"});
      result.push_back(script[i]);
    }
    gap = !shown[i];
    if (script[i].sign != '+') ++old_line;
    if (script[i].sign != '-') ++new_line;
  }
  return result;
}

}  // namespace plumb::report
