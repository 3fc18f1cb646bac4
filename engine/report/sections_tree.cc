#include "engine/report/sections_tree.h"

#include <algorithm>
#include <map>
#include <utility>

#include "engine/base/outside_text.h"

namespace plumb::report {
namespace {

TextPlace trimmed_place(std::string_view text, std::size_t begin, std::size_t end) {
  const auto is_blank = [&](std::size_t at) { return text[at] == ' ' || text[at] == '\t' || text[at] == '\r'; };
  while (begin < end && is_blank(begin)) ++begin;
  while (end > begin && is_blank(end - 1)) --end;
  return {begin, end};
}

// Names in the order of their first time; what stands there again makes a list of them.
class NamedOnes {
 public:
  explicit NamedOnes(ValueTree& map) : map_(map) { map_.kind = ValueTree::Kind::kMap; }

  // It stays where it is until the next one is added.
  ValueTree& add(const std::string& name, TextPlace place) {
    const auto [at, is_new] = places_.try_emplace(name, map_.values.size());
    if (is_new) {
      map_.names.push_back(name);
      map_.name_places.push_back(place);
      return map_.values.emplace_back();
    }
    ValueTree& held = map_.values[at->second];
    if (!held.repeats) {
      ValueTree list;
      list.kind = ValueTree::Kind::kList;
      list.repeats = true;
      list.values.push_back(std::exchange(held, {}));
      give_place(list.values.front(), map_.name_places[at->second]);
      held = std::move(list);
    }
    // The name of each stands with it.
    ValueTree& item = held.values.emplace_back();
    item.name_places.push_back(place);
    return item;
  }

 private:
  static void give_place(ValueTree& item, TextPlace place) {
    if (item.kind == ValueTree::Kind::kMap) {
      item.place = place;
    } else {
      item.name_places.push_back(place);
    }
  }

  ValueTree& map_;
  std::map<std::string, std::size_t> places_;
};

struct SectionLine {
  std::string name;
  TextPlace name_place;
  std::string value;
  TextPlace place;
};

struct SectionText {
  std::string name;  // "" for what stands above the first one
  TextPlace place;
  std::vector<SectionLine> lines;
};

std::optional<std::vector<SectionText>> sections_of(std::string_view text, BareNames bare) {
  std::vector<SectionText> sections(1);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const TextPlace line = trimmed_place(text, at, end);
    const std::size_t begin = std::exchange(at, end + 1);
    if (line.begin == line.end || text[line.begin] == '#' || text[line.begin] == ';') continue;
    if (line.begin != begin || text[line.end - 1] == '\\') return std::nullopt;
    if (text[line.begin] == '[') {
      if (text[line.end - 1] != ']') return std::nullopt;
      sections.push_back({std::string(text.substr(line.begin + 1, line.end - line.begin - 2)), line, {}});
      continue;
    }
    const std::size_t sign = std::min(text.find('=', line.begin), line.end);
    const TextPlace name = trimmed_place(text, line.begin, sign);
    if (name.begin == name.end || (sign == line.end && bare == BareNames::kRefuse)) return std::nullopt;
    const TextPlace value = trimmed_place(text, std::min(sign + 1, line.end), line.end);
    sections.back().lines.push_back({std::string(text.substr(name.begin, name.end - name.begin)), name,
                                     std::string(text.substr(value.begin, value.end - value.begin)), value});
  }
  return sections;
}

}  // namespace

std::optional<ValueTree> read_sections(std::string_view text, BareNames bare, bool needs_section) {
  const std::optional<std::vector<SectionText>> sections = sections_of(text, bare);
  if (!sections || (needs_section && sections->size() == 1)) return std::nullopt;
  ValueTree root;
  NamedOnes of_root(root);
  for (const SectionText& section : *sections) {
    const bool is_root = &section == &sections->front();
    ValueTree made;
    NamedOnes of_section(made);
    for (const SectionLine& line : section.lines) {
      ValueTree& value = (is_root ? of_root : of_section).add(line.name, line.name_place);
      value.text = line.value;
      value.is_text = true;
      value.shown = line.value.empty() ? "\"\"" : visible(line.value);
      value.place = line.place;
    }
    if (is_root) continue;
    ValueTree& held = of_root.add(section.name, section.place);
    std::vector<TextPlace> own = std::move(held.name_places);
    held = std::move(made);
    if (!own.empty()) held.place = own.front();
  }
  return root;
}

}  // namespace plumb::report
