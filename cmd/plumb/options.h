// What every command understands.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "providers/sdk/builtin.h"

namespace plumb::cmd {

struct Options {
  Registry kinds = described_builtin_kinds();

  std::string folder = ".";                          // -C
  std::string inventory;                             // -i; "" for hosts.yaml of the project
  std::string on = "all";                            // --on
  std::string limit;                                 // --limit; "" for none
  std::vector<std::string> assignments;              // --set
  std::vector<std::string> input_files;              // --inputs
  std::map<std::string, std::string> input_streams;  // of those that are no files, what they held
  std::string output = "human";                      // --output
  std::size_t forks = 0;                             // --forks; 0 for the default
  std::chrono::seconds host_timeout{0};              // --host-timeout; 0 for none
  std::chrono::seconds run_timeout{0};               // --run-timeout; 0 for none
  std::string root;                                  // --root
  bool yes = false;                                  // --yes
  bool no_color = false;
  bool no_live = false;    // --no-live
  bool no_pager = false;   // --no-pager
  std::string log_level;   // --log-level; "" for the default
  std::string log_format;  // --log-format
  std::string log_file;    // --log-file; "" for standard error
  std::string run_id;      // of this start of the program: in its log, its events and, where it applies, the history
  bool accept_new_host_keys = false;
  bool ask_become_password = false;
};

}  // namespace plumb::cmd
