#include "providers/package/simulation.h"

namespace plumb::providers::package {

std::vector<std::string> Simulation::closure(const std::string& name) const {
  std::vector<std::string> open = {name};
  std::set<std::string> seen = {name};
  while (!open.empty()) {
    const auto found = children.find(open.back());
    open.pop_back();
    if (found == children.end()) continue;
    for (const std::string& child : found->second) {
      if (seen.insert(child).second) open.push_back(child);
    }
  }
  std::vector<std::string> result = {name};
  for (const std::string& one : seen) {
    if (one != name && installs.contains(one)) result.push_back(one);
  }
  return result;
}

void Simulation::merge(Simulation&& part) {
  installs.merge(part.installs);
  versions.merge(part.versions);
  removes.merge(part.removes);
  downgrades.merge(part.downgrades);
  held.merge(part.held);
  children.merge(part.children);
  selected.merge(part.selected);
  unknown.merge(part.unknown);
  errors.insert(errors.end(), part.errors.begin(), part.errors.end());
}

Result<Simulation> simulate_each(const std::vector<Wish>& wishes,
                                 const std::function<Result<Simulation>(const std::vector<Wish>& these)>& ask) {
  constexpr std::size_t kAskedAlone = 16;
  PLUMB_TRY_ASSIGN(Simulation all, ask(wishes));
  if (!all.errors.empty() || !all.unknown.empty()) return all;
  std::vector<const Wish*> coming;
  std::set<std::string> along;
  for (const auto& [name, version] : all.installs) along.insert(name);
  for (const Wish& wish : wishes) {
    if (wish.goes) continue;
    coming.push_back(&wish);
    along.erase(wish.package);
  }
  if (coming.empty() || along.empty()) return all;
  for (const Wish* wish : coming) {
    std::set<std::string> its = along;
    std::string root = wish->package;
    if (coming.size() > 1 && coming.size() <= kAskedAlone) {
      PLUMB_TRY_ASSIGN(const Simulation alone, ask({*wish}));
      its.clear();
      for (const auto& [name, version] : alone.installs) its.insert(name);
      if (const auto selected = alone.selected.find(wish->name); selected != alone.selected.end())
        root = selected->second;
    } else if (const auto selected = all.selected.find(wish->name); selected != all.selected.end()) {
      root = selected->second;
    }
    its.erase(root);
    all.children[root].assign(its.begin(), its.end());
  }
  return all;
}

}  // namespace plumb::providers::package
