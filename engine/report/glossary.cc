#include "engine/report/glossary.h"

#include "engine/base/trimmed.h"

namespace plumb::report {
namespace {

// As text: what stands in backquotes stays so, and a star that stresses goes.
std::string plain(std::string_view cell) {
  std::string text;
  for (const char c : trimmed(cell)) {
    if (c != '*') text += c;
  }
  return text;
}

// `[the plan](formats/plan.md)` is formats/plan.md.
std::string link_of(std::string_view cell) {
  const std::size_t begin = cell.find("](");
  const std::size_t end = cell.find(')', begin == std::string_view::npos ? 0 : begin);
  if (begin == std::string_view::npos || end == std::string_view::npos) return {};
  return std::string(cell.substr(begin + 2, end - begin - 2));
}

}  // namespace

std::vector<GlossaryWord> glossary(std::string_view page) {
  std::vector<GlossaryWord> words;
  bool in_table = false;
  while (!page.empty()) {
    const std::size_t end = page.find('\n');
    std::string_view line = page.substr(0, end);
    page.remove_prefix(end == std::string_view::npos ? page.size() : end + 1);
    if (!line.starts_with('|')) {
      in_table = false;
      continue;
    }
    if (line.starts_with("|---")) {
      in_table = true;
      continue;
    }
    if (!in_table) continue;
    std::vector<std::string_view> cells;
    for (line.remove_prefix(1); !line.empty();) {
      const std::size_t bar = line.find('|');
      cells.push_back(line.substr(0, bar));
      line.remove_prefix(bar == std::string_view::npos ? line.size() : bar + 1);
    }
    if (cells.size() >= 3) words.push_back({plain(cells[0]), plain(cells[1]), link_of(cells[2])});
  }
  return words;
}

}  // namespace plumb::report
