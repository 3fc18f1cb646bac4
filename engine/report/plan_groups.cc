#include "engine/report/plan_groups.h"

#include <algorithm>
#include <map>
#include <string_view>

#include "engine/base/digest.h"

namespace plumb::report {
namespace {

// The elements of a list as its canonical text holds them.
std::vector<std::string_view> elements(std::string_view list) {
  std::vector<std::string_view> all;
  std::size_t depth = 0;
  std::size_t begin = 1;
  for (std::size_t at = 0; at < list.size(); ++at) {
    const char c = list[at];
    if (c == '"') {
      while (list[++at] != '"') at += list[at] == '\\' ? 1 : 0;
    } else if (c == '[' || c == '{') {
      ++depth;
    } else if (c == ']' || c == '}') {
      --depth;
    }
    if ((c == ',' && depth == 1) || (depth == 0 && at > begin)) {
      all.push_back(list.substr(begin, at - begin));
      begin = at + 1;
    }
  }
  return all;
}

}  // namespace

std::vector<ActionsOfHosts> distinct_lists(const plan::Plan& plan) {
  std::vector<ActionsOfHosts> lists;
  std::map<std::string_view, std::size_t> known;
  for (const auto& [host, host_plan] : plan.hosts) {
    if (host_plan.actions.empty()) continue;
    const auto [place, is_new] = known.try_emplace(host_plan.actions.digest(), lists.size());
    if (is_new) lists.push_back({&host_plan.actions, {}});
    lists[place->second].hosts.push_back(host);
  }
  return lists;
}

std::vector<ActionGroup> group_by_hosts(const std::vector<ActionsOfHosts>& lists) {
  if (lists.size() == 1) {
    ActionGroup only;
    only.hosts = {lists.front().hosts.begin(), lists.front().hosts.end()};
    for (std::size_t i = 0; i < lists.front().actions->size(); ++i) only.positions.push_back(i);
    return {std::move(only)};
  }
  struct Entry {
    std::vector<std::size_t> lists;
    std::size_t position = 0;  // in the first of them
    std::size_t place = 0;     // the last position that it has
  };
  std::map<std::string, Entry> entries;  // by the digest of the action's own JSON
  for (std::size_t list = 0; list < lists.size(); ++list) {
    const std::string text = lists[list].actions->text();
    const std::vector<std::string_view> actions = elements(text);
    for (std::size_t i = 0; i < actions.size(); ++i) {
      Entry& entry = entries[digest(actions[i])];
      if (entry.lists.empty()) entry.position = i;
      if (entry.lists.empty() || entry.lists.back() != list) entry.lists.push_back(list);
      entry.place = std::max(entry.place, i);
    }
  }
  std::map<std::vector<std::size_t>, std::vector<const Entry*>> by_lists;
  for (const auto& [key, entry] : entries) by_lists[entry.lists].push_back(&entry);
  std::vector<ActionGroup> groups;
  for (auto& [of, all] : by_lists) {
    std::sort(all.begin(), all.end(), [](const Entry* a, const Entry* b) {
      return a->place != b->place ? a->place < b->place : a->position < b->position;
    });
    ActionGroup group;
    for (const std::size_t list : of)
      group.hosts.insert(group.hosts.end(), lists[list].hosts.begin(), lists[list].hosts.end());
    std::sort(group.hosts.begin(), group.hosts.end());
    group.list = of.front();
    for (const Entry* entry : all) group.positions.push_back(entry->position);
    groups.push_back(std::move(group));
  }
  std::sort(groups.begin(), groups.end(), [](const ActionGroup& a, const ActionGroup& b) { return a.hosts < b.hosts; });
  return groups;
}

}  // namespace plumb::report
