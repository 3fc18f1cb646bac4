// What a package manager is asked to do, and what it says that it would do then.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace plumb::providers::package {

struct Simulation {
  std::map<std::string, std::string> installs;  // name -> version
  std::map<std::string, std::string> versions;  // of what is there and would change or go
  std::set<std::string> removes;
  std::set<std::string> downgrades;
  std::set<std::string> held;                                // would change although they are held
  std::map<std::string, std::vector<std::string>> children;  // installed or upgraded on behalf of
  std::map<std::string, std::string> selected;               // by the name asked for: instead of a virtual name
  std::map<std::string, std::string> unknown;                // by the name asked for: why it cannot be installed
  std::vector<std::string> errors;                           // the other ones

  // `name` and what is installed on its behalf, `name` first, the rest sorted.
  std::vector<std::string> closure(const std::string& name) const;
  // Adds what was asked in a question of its own.
  void merge(Simulation&& part);
};

// One package that the manager is asked about.
struct Wish {
  std::string name;     // as the configuration has it
  std::string package;  // that the name means on this host
  std::string version = {};
  std::string file = {};  // of the host, that it comes from; "" for the sources
  bool goes = false;
  bool there = false;   // it is installed
  bool latest = false;  // and is to be upgraded
};

// What else it is told of what it may do.
struct Allowed {
  bool older = false;       // packages may become older
  bool held = false;        // what is held may change
  bool recommended = true;  // what packages only recommend may come
};

struct PackageFile {
  std::string name, version;
  std::string trouble = {};  // why it is none
};

// For managers that do not say on whose behalf packages come: `ask` is asked of all wishes, and then of each alone, as
// far as some come along. Of very many it is said of all.
Result<Simulation> simulate_each(const std::vector<Wish>& wishes,
                                 const std::function<Result<Simulation>(const std::vector<Wish>& these)>& ask);

}  // namespace plumb::providers::package
