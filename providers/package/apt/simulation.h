// What `apt-get -s install` says it would do.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "providers/sdk/system.h"

namespace plumb::providers::package::apt {

struct Simulation {
  std::map<std::string, std::string> installs;  // name -> version
  std::set<std::string> removes;
  std::set<std::string> downgrades;
  std::set<std::string> held;                                // would change although they are held
  std::map<std::string, std::vector<std::string>> children;  // installed or upgraded on behalf of
  std::map<std::string, std::string> selected;               // instead of a virtual name
  std::map<std::string, std::string> unknown;                // name -> why it cannot be installed
  std::vector<std::string> errors;                           // the other ones

  // `name` and what is installed on its behalf, `name` first, the rest sorted.
  std::vector<std::string> closure(const std::string& name) const;
};

Simulation parse_simulation(std::string_view output);

// How apt-get is told of a package by its name, since `foo-` and `foo+` are orders to it where no package is called so.
std::string argument_of(const std::string& name);

// Which sources there are, and of each what the names of its lists in /var/lib/apt/lists begin with.
ProcessRequest ask_sources();
std::vector<std::string> parse_sources(std::string_view output);

// What to ask apt-get. Each argument is a name, a name with a version or, with a minus behind it, a name to remove;
// `older`: packages may become older.
ProcessRequest question(const std::vector<std::string>& arguments, bool older);

}  // namespace plumb::providers::package::apt
