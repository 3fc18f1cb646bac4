// The groups of an inventory and how they contain each other.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/base/diagnostic.h"

namespace plumb::inventory {

struct GroupLinks {
  SourceSpan span;                             // of the name
  std::map<std::string, SourceSpan> children;  // where each is named
  int priority = 1;                            // among equally deep groups
};

class GroupTree {
 public:
  // Reports children that are not declared and groups that contain themselves.
  GroupTree(const std::map<std::string, GroupLinks>& groups, Diagnostics& diagnostics);

  bool has(const std::string& name) const { return nodes_.contains(name); }
  std::vector<std::string> names() const;
  // These groups and all that contain them: parents before children, then by priority, then by name.
  std::vector<std::string> lineage(const std::set<std::string>& direct) const;

 private:
  struct Group {
    const GroupLinks* links = nullptr;
    std::set<std::string> parents;
    int depth = -1;  // longest way from a group without parents
    bool open = false;
  };
  int measure(const std::string& name, std::vector<std::string>& path, Diagnostics& diagnostics);
  void report_cycle(const std::vector<std::string>& path, const std::string& name, Diagnostics& diagnostics);

  std::map<std::string, Group> nodes_;
};

}  // namespace plumb::inventory
