// The groups of an inventory and how they contain each other.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/base/diagnostic.h"
#include "engine/lang/yaml.h"

namespace plumb::config {

class GroupTree {
 public:
  // Reports children that are not declared and groups that contain themselves.
  GroupTree(const lang::Node& groups, Diagnostics& diagnostics);

  bool has(const std::string& name) const { return nodes_.contains(name); }
  std::vector<std::string> names() const;
  // These groups and all that contain them, parents before children, then by name.
  std::vector<std::string> lineage(const std::set<std::string>& direct) const;

 private:
  struct Group {
    const lang::Entry* entry = nullptr;
    std::set<std::string> parents;
    int depth = -1;  // longest way from a group without parents
    bool open = false;
  };
  int measure(const std::string& name, std::vector<std::string>& path, Diagnostics& diagnostics);
  void report_cycle(const std::vector<std::string>& path, const std::string& name, Diagnostics& diagnostics);

  std::map<std::string, Group> nodes_;
};

}  // namespace plumb::config
