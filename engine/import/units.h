// All that an import makes: the project, a module for each role, and where the project uses them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/import/unit.h"
#include "engine/lang/yaml.h"

namespace plumb::imports {

// Where a play names a role.
struct RoleUse {
  Item* item = nullptr;
  std::string role;                               // its module
  std::map<std::string, const lang::Node*> with;  // variables that it may be handed
  std::map<std::string, const lang::Node*> own;   // those of them that this use alone says
};

struct Units {
  std::unique_ptr<Unit> root;
  std::map<std::string, std::unique_ptr<Unit>> roles;  // by module
  std::vector<std::string> order;                      // of modules, as they were found
  std::map<std::string, std::string> paths;            // of roles as a whole
  std::vector<RoleUse> uses;
  std::vector<std::unique_ptr<lang::Node>> trees;  // that units and uses point into

  // The uses of a module that are left, in the project and in other modules.
  std::vector<Item*> live_uses(const std::string& role) const;
  // The module of a role that is named as plays and roles name one: by a text, or in a map.
  std::string role_named(const lang::Node& named) const;
};

}  // namespace plumb::imports
