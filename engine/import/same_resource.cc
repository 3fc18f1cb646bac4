// Tasks that speak of one resource: with Ansible each does its part, here all of them are one.
#include <algorithm>

#include "engine/import/resource.h"

namespace plumb::imports {
namespace {

constexpr std::string_view kMerged[] = {"apt_repository",  "directory", "download",      "file",  "git",     "group",
                                        "kernel_module",   "link",      "locale",        "mount", "package", "sysctl",
                                        "selinux_boolean", "user",      "yum_repository"};

bool same(const Written& a, const Written& b) {
  const auto same_entry = [](const WrittenEntry& one, const WrittenEntry& other) {
    return one.name == other.name && same(one.value, other.value);
  };
  return a.kind == b.kind && a.text == b.text &&
         std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), same) &&
         std::equal(a.entries.begin(), a.entries.end(), b.entries.begin(), b.entries.end(), same_entry);
}

// What is no attribute of the resource itself.
bool is_around(std::string_view key) {
  return in_list(key, {"tags", "when", "retry", "on_failure", "once", "id"});
}

// Where one holds, the other one does.
bool holds_too(const std::string& wide, const std::string& narrow) {
  return wide == "true" || wide == narrow || narrow.starts_with(wide + " && ");
}

void add_tags(Item& to, const Item& from) {
  Written* tags = to.find("tags");
  const auto found =
      std::find_if(from.keys.begin(), from.keys.end(), [](const auto& key) { return key.name == "tags"; });
  // What has no tags is for every run but one that asks for some.
  if (tags == nullptr || found == from.keys.end()) return;
  for (const Written& tag : found->value.items) {
    if (std::none_of(tags->items.begin(), tags->items.end(), [&](const Written& one) { return one.text == tag.text; }))
      tags->items.push_back(tag);
  }
}

// What it holds: of two such the later one does not add to the earlier one.
bool decides_content(const WrittenEntry& key) {
  return in_list(key.name, {"content", "source", "template", "remote_source", "fragments", "target", "url", "file",
                            "repository", "hard", "uris", "baseurl"});
}

}  // namespace

// The condition under which an item is there.
std::string Builder::condition_of(Item& item) const {
  const Written* own = item.find("when");
  const std::string& guard = around_.guard.text;
  if (own == nullptr) return guard;
  return guard == "true" ? own->text : guard + " && " + own->text;
}

// Names of packages that are asked for already need not be asked for again.
bool Builder::take_off_known(Item& item, const std::string& condition) {
  Written* names = item.find("package");
  if (names == nullptr || item.find("for_each") != nullptr) return false;
  const auto known = [&](const Written& name) {
    const auto there = unit_.declared_.find("package\n" + name.text);
    return there != unit_.declared_.end() && std::any_of(there->second.begin(), there->second.end(), [&](auto& one) {
             return holds_too(one.condition, condition) && one.item->find("state") == nullptr &&
                    one.item->find("version") == nullptr;
           });
  };
  if (item.find("state") != nullptr || item.find("version") != nullptr) return false;
  if (names->is_list()) {
    std::erase_if(names->items, known);
    return names->items.empty();
  }
  return false;
}

void Builder::declare(Item& item, const std::string& condition) {
  const Written* identity = item.find(item.type);
  if (identity == nullptr || item.find("for_each") != nullptr) return;
  if (identity->is_list()) {
    for (const Written& name : identity->items)
      unit_.declared_[item.type + "\n" + name.text].push_back({&item, condition});
  } else {
    unit_.declared_[item.type + "\n" + identity->text].push_back({&item, condition});
  }
}

// True where an earlier task's resource has taken over what this one says.
Item* Builder::joined(Item& item) {
  if (std::find(std::begin(kMerged), std::end(kMerged), item.type) == std::end(kMerged) || around_.in_loop ||
      around_.in_rescue)
    return nullptr;
  const Written* identity = item.find(item.type);
  if (identity == nullptr || item.find("for_each") != nullptr || item.find("manager") != nullptr) return nullptr;
  const std::string condition = condition_of(item);
  if (item.type == "package" && identity->is_list()) {
    const std::vector<Written> all = identity->items;
    if (take_off_known(item, condition)) {
      Item* earlier = unit_.declared_.at("package\n" + all.front().text).front().item;
      earlier->other_rows.push_back(item.row);
      return earlier;
    }
    declare(item, condition);
    return nullptr;
  }
  const auto there = unit_.declared_.find(item.type + "\n" + identity->text);
  Item* earlier = nullptr;
  bool equal = false;
  if (there != unit_.declared_.end()) {
    for (const auto& one : there->second) {
      if (!holds_too(one.condition, condition) || one.item->kind != Item::Kind::kResource) continue;
      earlier = one.item;
      equal = one.condition == condition;
    }
  }
  if (earlier == nullptr || !merge(*earlier, item, equal)) {
    declare(item, condition);
    return nullptr;
  }
  return earlier;
}

bool Builder::merge(Item& earlier, Item& item, bool equal) {
  const auto goes = [](const Item& one) {
    return std::any_of(one.keys.begin(), one.keys.end(), [](const WrittenEntry& key) {
      return key.name == "state" && (key.value.text == "absent" || key.value.text == "purged");
    });
  };
  if (goes(earlier) != goes(item)) return false;
  WrittenMap fresh;
  for (const WrittenEntry& key : item.keys) {
    if (key.name == item.type || is_around(key.name)) continue;
    const Written* before = earlier.find(key.name);
    if (before != nullptr && same(*before, key.value)) continue;
    // `present` of what is there anyway.
    if (before == nullptr && key.name == "state" && in_list(key.value.text, {"present", "exists"})) continue;
    if (decides_content(key) && (before != nullptr || item.type != "file")) return false;
    fresh.push_back(key);
  }
  // What only some hosts have besides is no attribute of all.
  if (!equal && !fresh.empty()) return false;
  for (const WrittenEntry& key : fresh) {
    Written* before = earlier.find(key.name);
    const bool adds = item.type == "user" && key.name == "groups" && before != nullptr && before->is_list() &&
                      key.value.is_list() && item.find("append") != nullptr;
    if (adds) {
      for (const Written& group : key.value.items) {
        if (std::none_of(before->items.begin(), before->items.end(),
                         [&](const Written& one) { return same(one, group); }))
          before->items.push_back(group);
      }
      continue;
    }
    if (before != nullptr)
      no_word(key.name, "is `" + before->text + "` in an earlier task: here it is what the last one says");
    earlier.put(key.name, key.value);
  }
  // A file that had to be there only is one with this content.
  for (const char* content : {"content", "source", "template", "remote_source", "fragments"}) {
    const Written* state = earlier.find("state");
    if (item.find(content) != nullptr && item.find("state") == nullptr && state != nullptr && state->text == "exists")
      std::erase_if(earlier.keys, [](const WrittenEntry& key) { return key.name == "state"; });
  }
  earlier.template_files.insert(earlier.template_files.end(), item.template_files.begin(), item.template_files.end());
  add_tags(earlier, item);
  earlier.other_rows.push_back(item.row);
  return true;
}

}  // namespace plumb::imports
