// What `apt-get -s install` says it would do.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace plumb::providers::package {

struct Simulation {
  std::map<std::string, std::string> installs;  // name -> version
  std::set<std::string> removes;
  std::set<std::string> downgrades;
  std::map<std::string, std::vector<std::string>> children;  // installed on behalf of
  std::map<std::string, std::string> selected;               // instead of a virtual name
  std::map<std::string, std::string> unknown;                // name -> why it cannot be installed
  std::vector<std::string> errors;                           // the other ones

  // `name` and what is installed on its behalf, `name` first, the rest sorted.
  std::vector<std::string> closure(const std::string& name) const;
};

Simulation parse_simulation(std::string_view output);

}  // namespace plumb::providers::package
