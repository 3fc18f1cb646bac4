#include "engine/report/path_changes.h"

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "engine/base/outside_text.h"
#include "engine/report/text_diff.h"

namespace plumb::report {
namespace {

using Items = std::vector<const ValueTree*>;

std::string path_step(const std::string& name) {
  const bool is_plain = !name.empty() && name.find_first_of(".[]\"=: \t") == std::string::npos && visible(name) == name;
  return is_plain ? visible(name) : '"' + visible(name) + '"';
}

std::string path_below(const std::string& path, const std::string& name) {
  return path.empty() ? path_step(name) : path + "." + path_step(name);
}

std::string path_of_item(const std::string& path, std::size_t place) {
  return path + "[" + std::to_string(place) + "]";
}

const ValueTree* member_of(const ValueTree& map, std::string_view name) {
  const auto found = std::find(map.names.begin(), map.names.end(), name);
  return found == map.names.end() ? nullptr : &map.values[static_cast<std::size_t>(found - map.names.begin())];
}

// How people name the items of a list: "name=web"; "" where no member does.
std::string item_name(const ValueTree& item) {
  static constexpr std::array<std::string_view, 6> kNaming = {"name", "id", "key", "host", "path", "PublicKey"};
  if (item.kind != ValueTree::Kind::kMap) return {};
  for (const std::string_view name : kNaming) {
    const ValueTree* member = member_of(item, name);
    if (member != nullptr && member->kind == ValueTree::Kind::kValue && member->text.size() < 60)
      return std::string(name) + "=" + member->shown;
  }
  return {};
}

bool is_only_one(const Items& items, const std::string& name) {
  return std::count_if(items.begin(), items.end(), [&](const ValueTree* item) { return item_name(*item) == name; }) ==
         1;
}

// All that stands somewhere of it.
void add_places(const ValueTree& tree, std::vector<TextPlace>& places) {
  if (tree.place.begin < tree.place.end) places.push_back(tree.place);
  places.insert(places.end(), tree.name_places.begin(), tree.name_places.end());
  for (const ValueTree& value : tree.values) add_places(value, places);
}

std::size_t times_given(const ValueTree& value) {
  return value.repeats ? value.values.size() : 1;
}

// The names of a map, each as often as the text gives it and where it does, but for those that `other` gives more or
// less often.
std::vector<std::string_view> names_as_given(const ValueTree& map, const ValueTree& other) {
  std::map<std::string_view, std::size_t> times;
  for (std::size_t i = 0; i < other.names.size(); ++i) times.emplace(other.names[i], times_given(other.values[i]));
  std::vector<std::pair<std::size_t, std::string_view>> all;
  for (std::size_t i = 0; i < map.names.size(); ++i) {
    const ValueTree& value = map.values[i];
    const auto there = times.find(map.names[i]);
    if (there == times.end() || there->second != times_given(value)) continue;
    if (!value.repeats) all.emplace_back(map.name_places[i].begin, map.names[i]);
    for (std::size_t k = 0; value.repeats && k < value.values.size(); ++k) {
      std::vector<TextPlace> places;
      add_places(value.values[k], places);
      const auto first = std::min_element(places.begin(), places.end(),
                                          [](const TextPlace& a, const TextPlace& b) { return a.begin < b.begin; });
      if (first != places.end()) all.emplace_back(first->begin, map.names[i]);
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string_view> names;
  for (const auto& [begin, name] : all) names.push_back(name);
  return names;
}

// Whether names that stand there several times stand between other ones by now.
bool repeats_moved(const ValueTree& before, const ValueTree& after) {
  const auto repeats = [](const ValueTree& value) { return value.repeats; };
  return std::any_of(before.values.begin(), before.values.end(), repeats) &&
         names_as_given(before, after) != names_as_given(after, before);
}

class TreeComparison {
 public:
  explicit TreeComparison(std::size_t most) : most_(most) {}

  void compare(const std::string& path, const ValueTree& before, const ValueTree& after) {
    if (is_too_many() || tree_line(before) == tree_line(after)) {
      if (!is_too_many()) look_at_order(before, after);
      return;
    }
    using Kind = ValueTree::Kind;
    if (before.kind == Kind::kMap && after.kind == Kind::kMap) return maps(path, before, after);
    if (before.kind == Kind::kList && after.kind == Kind::kList) return lists(path, items_of(before), items_of(after));
    if (before.repeats || after.repeats) return lists(path, items_or_one(before), items_or_one(after));
    PathChange change;
    change.path = path;
    change.before = &before;
    change.after = &after;
    add_places(before, change.before_places);
    add_places(after, change.after_places);
    changes_.all.push_back(std::move(change));
  }

  std::optional<PathChanges> take() {
    if (is_too_many()) return std::nullopt;
    return std::move(changes_);
  }

 private:
  bool is_too_many() const { return changes_.all.size() > most_; }

  static Items items_of(const ValueTree& list) {
    Items items;
    for (const ValueTree& value : list.values) items.push_back(&value);
    return items;
  }
  static Items items_or_one(const ValueTree& tree) {
    return tree.kind == ValueTree::Kind::kList ? items_of(tree) : Items{&tree};
  }

  void gone(const std::string& path, const ValueTree& tree, TextPlace name) {
    PathChange change{.sign = '-', .path = path, .before = &tree};
    if (name.begin < name.end) change.before_places.push_back(name);
    add_places(tree, change.before_places);
    changes_.all.push_back(std::move(change));
  }
  void come(const std::string& path, const ValueTree& tree, TextPlace name) {
    PathChange change{.sign = '+', .path = path, .after = &tree};
    if (name.begin < name.end) change.after_places.push_back(name);
    add_places(tree, change.after_places);
    changes_.all.push_back(std::move(change));
  }

  void look_at_order(const ValueTree& before, const ValueTree& after) {
    if (repeats_moved(before, after)) changes_.reordered = true;
    if (before.names == after.names) {
      for (std::size_t i = 0; i < before.values.size(); ++i) look_at_order(before.values[i], after.values[i]);
      return;
    }
    changes_.reordered = true;
    std::map<std::string_view, const ValueTree*> partners;
    for (std::size_t i = 0; i < after.names.size(); ++i) partners.emplace(after.names[i], &after.values[i]);
    for (std::size_t i = 0; i < before.names.size(); ++i) {
      const auto partner = partners.find(before.names[i]);
      if (partner != partners.end()) look_at_order(before.values[i], *partner->second);
    }
  }

  void maps(const std::string& path, const ValueTree& before, const ValueTree& after) {
    std::map<std::string_view, std::size_t> places;
    for (std::size_t i = 0; i < after.names.size(); ++i) places.emplace(after.names[i], i);
    std::map<std::string_view, std::size_t> before_places;
    for (std::size_t i = 0; i < before.names.size(); ++i) before_places.emplace(before.names[i], i);
    std::size_t last = 0;
    if (repeats_moved(before, after)) changes_.reordered = true;
    for (std::size_t i = 0; i < before.names.size() && !is_too_many(); ++i) {
      const auto found = places.find(before.names[i]);
      const std::string below = path_below(path, before.names[i]);
      if (found == places.end()) {
        gone(below, before.values[i], before.name_places[i]);
        continue;
      }
      changes_.reordered = changes_.reordered || found->second < last;
      last = found->second;
      compare(below, before.values[i], after.values[found->second]);
    }
    for (std::size_t i = 0; i < after.names.size() && !is_too_many(); ++i) {
      if (!before_places.contains(after.names[i]))
        come(path_below(path, after.names[i]), after.values[i], after.name_places[i]);
    }
  }

  // What neither has in common with the other stands in runs between what both have.
  void lists(const std::string& path, const Items& before, const Items& after) {
    // The one value of a list needs no place.
    const auto is_one = [](const Items& items) {
      return items.size() == 1 && items[0]->kind == ValueTree::Kind::kValue;
    };
    if (is_one(before) && is_one(after)) {
      compare(path, *before[0], *after[0]);
      return;
    }
    const auto lines = [](const Items& items) {
      std::string text;
      for (const ValueTree* item : items) text += tree_line(*item) + "\n";
      return text;
    };
    std::size_t old_place = 0;
    std::size_t new_place = 0;
    std::vector<std::size_t> old_run;
    std::vector<std::size_t> new_run;
    const auto end_run = [&] { run(path, before, after, std::exchange(old_run, {}), std::exchange(new_run, {})); };
    for (const DiffLine& line : text_diff(lines(before), lines(after), 0)) {
      if (line.sign == '@') {
        end_run();
        old_place = std::stoul(line.text.substr(line.text.find('-') + 1)) - 1;
        new_place = std::stoul(line.text.substr(line.text.find('+') + 1)) - 1;
      } else if (line.sign == '-') {
        old_run.push_back(old_place++);
      } else {
        new_run.push_back(new_place++);
      }
    }
    end_run();
  }

  void run(const std::string& path, const Items& before, const Items& after, std::vector<std::size_t> gone_ones,
           std::vector<std::size_t> new_ones) {
    std::vector<std::pair<std::size_t, std::size_t>> partners;
    std::map<std::string, std::deque<std::size_t>> named;  // new ones
    for (const std::size_t k : new_ones) {
      if (std::string name = item_name(*after[k]); !name.empty()) named[std::move(name)].push_back(k);
    }
    std::set<std::size_t> taken;
    std::erase_if(gone_ones, [&](std::size_t i) {
      const auto same = named.find(item_name(*before[i]));
      if (same == named.end() || same->second.empty()) return false;
      partners.emplace_back(i, same->second.front());
      taken.insert(same->second.front());
      same->second.pop_front();
      return true;
    });
    std::erase_if(new_ones, [&](std::size_t k) { return taken.contains(k); });
    if (gone_ones.size() == new_ones.size()) {
      for (std::size_t i = 0; i < gone_ones.size(); ++i) partners.emplace_back(gone_ones[i], new_ones[i]);
      gone_ones.clear();
      new_ones.clear();
    }
    std::sort(partners.begin(), partners.end());
    // What stands before another one by now is told as gone and come: of a list the order counts.
    std::size_t next = 0;
    std::erase_if(partners, [&](const std::pair<std::size_t, std::size_t>& one) {
      if (one.second >= next) {
        next = one.second + 1;
        return false;
      }
      gone_ones.push_back(one.first);
      new_ones.push_back(one.second);
      return true;
    });
    std::sort(gone_ones.begin(), gone_ones.end());
    std::sort(new_ones.begin(), new_ones.end());
    for (const auto& [old_one, new_one] : partners) {
      if (is_too_many()) return;
      const std::string name = item_name(*before[old_one]);
      const bool keeps_name =
          !name.empty() && name == item_name(*after[new_one]) && is_only_one(before, name) && is_only_one(after, name);
      compare(keeps_name ? path + "[" + name + "]" : path_of_item(path, new_one), *before[old_one], *after[new_one]);
    }
    for (const std::size_t i : gone_ones) {
      if (!is_too_many()) gone(path_of_item(path, i), *before[i], {});
    }
    for (const std::size_t i : new_ones) {
      if (!is_too_many()) come(path_of_item(path, i), *after[i], {});
    }
  }

  std::size_t most_;
  PathChanges changes_;
};

std::string short_line(const ValueTree& tree) {
  constexpr std::size_t kShortLine = 60;
  if (tree.kind == ValueTree::Kind::kValue) return tree.shown;
  const bool is_map = tree.kind == ValueTree::Kind::kMap;
  std::string line(1, is_map ? '{' : '[');
  for (std::size_t i = 0; i < tree.values.size(); ++i) {
    const std::string value = short_line(tree.values[i]);
    if (value.empty()) return {};
    line += (i == 0 ? "" : ", ") + (is_map ? path_step(tree.names[i]) + ": " : std::string()) + value;
    if (line.size() > kShortLine) return {};
  }
  return line + (is_map ? "}" : "]");
}

void add_path_values(const std::string& path, const ValueTree& tree, std::vector<PathValue>& out) {
  const std::string line = short_line(tree);
  if (tree.kind == ValueTree::Kind::kValue || !line.empty()) {
    out.push_back({path, line, tree.kind == ValueTree::Kind::kValue ? &tree : nullptr});
    return;
  }
  for (std::size_t i = 0; i < tree.values.size(); ++i) {
    const bool is_map = tree.kind == ValueTree::Kind::kMap;
    add_path_values(is_map ? path_below(path, tree.names[i]) : path_of_item(path, i), tree.values[i], out);
  }
}

}  // namespace

std::optional<PathChanges> path_changes(const ValueTree& before, const ValueTree& after, std::size_t most) {
  TreeComparison comparison(most);
  comparison.compare("", before, after);
  return comparison.take();
}

std::vector<PathValue> path_values(const std::string& path, const ValueTree& tree) {
  std::vector<PathValue> values;
  add_path_values(path, tree, values);
  return values;
}

}  // namespace plumb::report
