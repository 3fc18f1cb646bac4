// What every command understands.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace plumb::cmd {

struct Options {
  std::string folder = ".";              // -C
  std::string inventory;                 // -i; "" for hosts.yaml of the project
  std::string on = "all";                // --on
  std::string limit;                     // --limit; "" for none
  std::vector<std::string> assignments;  // --set
  std::vector<std::string> input_files;  // --inputs
  std::string output = "human";          // --output
  std::size_t forks = 0;                 // --forks; 0 for the default
  std::string root;                      // --root
  bool yes = false;                      // --yes
  bool no_color = false;
  std::string log_level = "warn";  // --log-level
  bool accept_new_host_keys = false;
  bool ask_become_password = false;
};

}  // namespace plumb::cmd
