#include "engine/inventory/group_tree.h"

#include <algorithm>
#include <tuple>

#include "engine/base/nearest.h"

namespace plumb::inventory {

GroupTree::GroupTree(const std::map<std::string, GroupLinks>& groups, Diagnostics& diagnostics) {
  for (const auto& [name, links] : groups) nodes_[name].links = &links;
  for (const auto& [name, links] : groups) {
    for (const auto& [child, span] : links.children) {
      if (const auto found = nodes_.find(child); found != nodes_.end()) {
        found->second.parents.insert(name);
        continue;
      }
      const std::string near = nearest(child, names());
      diagnostics.add(Diagnostic(Code::kUnknownGroup, "there is no group `" + child + "`")
                          .at(span, near.empty() ? "not declared under `groups`" : "did you mean `" + near + "`?"));
    }
  }
  std::vector<std::string> path;
  for (const auto& [name, group] : nodes_) measure(name, path, diagnostics);
}

int GroupTree::measure(const std::string& name, std::vector<std::string>& path, Diagnostics& diagnostics) {
  Group& group = nodes_[name];
  if (group.depth >= 0) return group.depth;
  if (group.open) {
    report_cycle(path, name, diagnostics);
    return 0;
  }
  group.open = true;
  path.push_back(name);
  int depth = 0;
  for (const std::string& parent : group.parents) depth = std::max(depth, measure(parent, path, diagnostics) + 1);
  path.pop_back();
  group.open = false;
  return group.depth = depth;
}

void GroupTree::report_cycle(const std::vector<std::string>& path, const std::string& name, Diagnostics& diagnostics) {
  // The path goes from child to parent; it is told from parent to child.
  std::vector<std::string> cycle(std::find(path.begin(), path.end(), name), path.end());
  std::reverse(cycle.begin(), cycle.end());
  std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
  std::string shown;
  for (const std::string& one : cycle) shown += one + " → ";
  Diagnostic diagnostic(Code::kGroupCycle, "groups contain each other: " + shown + cycle.front());
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    const std::string& child = cycle[(i + 1) % cycle.size()];
    const SourceSpan& span = nodes_[cycle[i]].links->children.at(child);
    std::string words = "`" + cycle[i] + "` contains `" + child + "`";
    if (i == 0) {
      diagnostic.span = span;
      diagnostic.label = std::move(words);
    } else {
      diagnostic.related.push_back({span, std::move(words)});
    }
  }
  diagnostics.add(std::move(diagnostic));
}

std::vector<std::string> GroupTree::names() const {
  std::vector<std::string> all;
  for (const auto& [name, group] : nodes_) all.push_back(name);
  return all;
}

std::vector<std::string> GroupTree::lineage(const std::set<std::string>& direct) const {
  std::set<std::string> found;
  std::vector<std::string> open(direct.begin(), direct.end());
  while (!open.empty()) {
    const std::string name = std::move(open.back());
    open.pop_back();
    const auto group = nodes_.find(name);
    if (group == nodes_.end() || !found.insert(name).second) continue;
    open.insert(open.end(), group->second.parents.begin(), group->second.parents.end());
  }
  std::vector<std::string> ordered(found.begin(), found.end());
  std::stable_sort(ordered.begin(), ordered.end(), [&](const std::string& a, const std::string& b) {
    const Group& one = nodes_.at(a);
    const Group& other = nodes_.at(b);
    return std::tie(one.depth, one.links->priority) < std::tie(other.depth, other.links->priority);
  });
  return ordered;
}

}  // namespace plumb::inventory
