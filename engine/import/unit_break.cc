// What the check of the written project finds: what stands there is mended, waits, or is by hand.
#include <algorithm>
#include <functional>

#include "engine/import/expression.h"
#include "engine/import/open_types.h"
#include "engine/import/unit.h"

namespace plumb::imports {
namespace {

// A play for a group without hosts, as one that asks each host whether it is in the group.
bool for_nobody(Item& item, const std::string& why) {
  const Written* on = item.find("on");
  const bool about_hosts = why.find("no host matches the pattern") != std::string::npos ||
                           why.find("no host or group matches") != std::string::npos;
  if (on == nullptr || !about_hosts || on->text.find_first_of(":,&!*?[]~") != std::string::npos) return false;
  const std::string asks = cel_text(on->text) + " in host.groups";
  std::erase_if(item.keys, [](const WrittenEntry& key) { return key.name == "on"; });
  if (Written* when = item.find("when")) {
    when->text = asks + " && (" + when->text + ")";
  } else {
    item.keys.insert(item.keys.begin(), {"when", Written::of_text(asks)});
  }
  return true;
}

bool mentions(const Written& value, const std::string& name) {
  return value.text.find(name) != std::string::npos ||
         std::any_of(value.items.begin(), value.items.end(), [&](const Written& one) { return mentions(one, name); }) ||
         std::any_of(value.entries.begin(), value.entries.end(),
                     [&](const WrittenEntry& one) { return mentions(one.value, name); });
}

// What stands twice: an item of a loop that is the same again, a command that is called as another one.
bool told_apart(Item& item, const std::string& why) {
  if (why.find("is declared twice") == std::string::npos) return false;
  Written* loop = item.find("for_each");
  if (why.find("for two elements of `for_each`") != std::string::npos) {
    if (loop == nullptr || loop->entries.size() != 1 || !item.opened.insert("distinct").second) return false;
    Written& list = loop->entries.front().value;
    if (!list.is_scalar() || !list.text.starts_with("${")) return false;
    std::string items = "(" + list.text.substr(2, list.text.size() - 3) + ")";
    // What is made of an item may be the same though the items are not.
    const std::string& element = loop->entries.front().name;
    Written* name = item.find(item.type);
    const bool alone = std::none_of(item.keys.begin(), item.keys.end(), [&](const WrittenEntry& key) {
      return key.name != item.type && key.name != "for_each" && mentions(key.value, element);
    });
    if (alone && name != nullptr && name->text != "${" + element + "}" && name->text.starts_with("${") &&
        name->text.find('}') == name->text.size() - 1) {
      items += ".map(" + element + ", " + name->text.substr(2, name->text.size() - 3) + ")";
      name->text = "${" + element + "}";
    }
    list.text = "${" + items + ".distinct()}";
    return true;
  }
  constexpr int kMostOfOneName = 9;
  const bool done = item.type == "command" || item.type == "wait" || item.type == "http";
  Written* name = item.find(item.type);
  if (!done || name == nullptr || loop != nullptr) return false;
  for (int number = 2; number <= kMostOfOneName; ++number) {
    if (!item.opened.insert("number " + std::to_string(number)).second) continue;
    if (number > 2) name->text.resize(name->text.rfind(' '));
    name->text += " " + std::to_string(number);
    item.patterns = {item.type + ":" + name->text};
    return true;
  }
  return false;
}

std::string_view line_of(std::string_view text, int line) {
  for (int at = 1; at < line && !text.empty(); ++at) {
    const std::size_t end = text.find('\n');
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return text.substr(0, text.find('\n'));
}

}  // namespace

bool Unit::break_at(const std::string& file, int line, const std::string& why) {
  const std::string_view faulty = line_of(written_[file], line);
  // Types that do not go together are left to the host first.
  const bool opens = is_about_types(why);
  const auto mark = [&](Item& item) {
    if (item.broken) return false;
    if (opens && item.opened.insert(why).second) {
      bool any = false;
      for (auto& [key, value] : item.keys) any = open_types(value, key == "when", why) || any;
      if (any) return true;
    }
    if (const std::string printed = text_that_is_a_number(why); !printed.empty() && item.opened.insert(why).second) {
      if (Written* value = item.find(printed); value != nullptr && print_numbers(*value)) return true;
    }
    if (wait_for_values(item, faulty, why) || told_apart(item, why)) return true;
    item.broken = true;
    item.comment = why;
    const Written* use = item.kind == Item::Kind::kUse ? item.find("use") : nullptr;
    if (use != nullptr && item.row < 0) tell_once("the use of `" + use->text + "` is by hand: " + why);
    std::vector<int> rows = item.other_rows;
    rows.push_back(item.row);
    for (const int row : rows) {
      if (row < 0) continue;
      set_outcome(row, Outcome::kByHand);
      note(row, why);
      report_.tasks[static_cast<std::size_t>(row)].effort = 2;
    }
    return true;
  };
  const std::function<bool(Items&)> in_items = [&](Items& items) {
    for (auto& item : items) {
      if (item->kind == Item::Kind::kBlock) {
        if (in_items(item->children) || in_items(item->rescue)) return true;
      }
      if (item->broken || item->kind == Item::Kind::kComment || line < item->first_line || line > item->last_line)
        continue;
      if (item->kind == Item::Kind::kBlock) {
        // For a group that the inventory has not, it is there for nobody.
        if (for_nobody(*item, why)) return true;
        // Its own condition or loop is at fault: all of it goes.
        bool any = false;
        const std::function<void(Items&)> all = [&](Items& inner) {
          for (auto& child : inner) {
            if (child->kind == Item::Kind::kBlock) {
              all(child->children);
            } else if (child->kind != Item::Kind::kComment) {
              any = mark(*child) || any;
            }
          }
        };
        all(item->children);
        all(item->rescue);
        return any;
      }
      return mark(*item);
    }
    return false;
  };
  if (file != file_) {
    for (const auto& [key, place] : name_lines_) {
      if (!key.starts_with(file + "\n") || line < place.first || line > place.second) continue;
      return broken_names_.insert(key.substr(file.size() + 1)).second;
    }
    bool any = false;
    const std::function<void(Items&)> uses = [&](Items& items) {
      for (auto& item : items) {
        auto& own = item->template_files;
        if (opens && std::find(own.begin(), own.end(), file) != own.end() && item->opened.insert(why).second) {
          std::string text = text_with_open_types(files_[file], why);
          if (text != files_[file]) {
            files_[file] = std::move(text);
            any = true;
            return;
          }
        }
        const auto here = std::find(own.begin(), own.end(), file);
        if (here != own.end() && own.size() > 1) {
          // One of several that it may be: a host that asks for it is told so.
          own.erase(here);
          files_.erase(file);
          note(item->row, "the template `" + file + "` is by hand: " + why);
          set_outcome(item->row, Outcome::kPartly);
          any = true;
        } else if (here != own.end()) {
          any = mark(*item) || any;
        }
        uses(item->children);
        uses(item->rescue);
      }
    };
    uses(items_);
    return any;
  }
  for (const auto& [condition, place] : check_lines_) {
    if (line < place.first || line > place.second) continue;
    // What the defaults themselves do not hold is somebody's to set: a warning until it is.
    if (why.find("this does not hold") != std::string::npos && broken_names_.insert("warn " + condition).second)
      return true;
    for (const auto& [own, row] : check_rows_) {
      if (own != condition) continue;
      set_outcome(row, Outcome::kByHand);
      note(row, why);
      report_.tasks[static_cast<std::size_t>(row)].effort = 1;
    }
    return broken_names_.insert("check " + condition).second;
  }
  for (const auto& [key, place] : name_lines_) {
    if (!key.starts_with(file_ + "\n") || line < place.first || line > place.second) continue;
    const std::string name = key.substr(file_.size() + 1);
    if (name.starts_with("readings.")) {
      tell_once((shown_.empty() ? name_ : shown_) + ": the reading `" + name.substr(9) + "` is by hand: " + why);
      return broken_names_.insert(name).second;
    }
    for (auto& [own, symbol] : symbols_) {
      const std::string safe = safe_name(own);
      const bool value = name == "values." + safe || name == "values." + safe + "_default";
      if (!value || !symbol.problem.empty()) continue;
      if (opens && symbol.opened.insert(why).second) {
        std::optional<Written>& own_value = name == "values." + safe ? symbol.value : symbol.before;
        if (own_value && open_types(*own_value, false, why)) return true;
      }
      if (name == "values." + safe && wait_for_values(own, symbol, why)) return true;
      // The value is somebody's to give; what reads it finds it under its old name.
      symbol.problem = why;
      for (const Symbol::Step& step : symbol.steps) {
        set_outcome(step.row, Outcome::kByHand);
        note(step.row, why);
      }
      symbol.before.reset();
      symbol.value = Written::of_text("${dyn(inputs." + safe + ")}");
      symbol.is_input = true;
      symbol.may_be_null = true;
      report_.notes.push_back((shown_.empty() ? name_ : shown_) + ": the value of `" + own + "` is by hand: " + why);
      return true;
    }
    return false;
  }
  return in_items(items_);
}

}  // namespace plumb::imports
