// What dnf says it would do: the table that it asks its question below. That of dnf 4 and of dnf 5 alike.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "providers/package/simulation.h"

namespace plumb::providers::package::dnf {

struct Answer {
  Simulation simulation;              // `unknown` by what was asked for: "nginx", "nginx-1.2*"
  std::vector<std::string> main;      // what comes or changes for its own sake, in the order of the table
  std::set<std::string> takes_place;  // what comes in the place of others, which are in `removes`
  std::vector<std::string> full;      // what comes, as dnf is told of it exactly: "jq-1.6-17.el9.x86_64"
  std::set<std::string> unread;       // sources that were never read
  bool ended = false;                 // with a table, or with nothing to do
};
Answer parse_answer(std::string_view output);

// Of each package what it provides and needs, as kDetailsFormat prints it: who comes on whose behalf.
extern const char* const kDetailsFormat;
void note_children(std::string_view details, const std::vector<std::string>& asked, Answer& answer);

// What comes in the place of each of `asked` that no package is called, by what packages provide.
void note_selected(std::string_view details, const std::vector<std::string>& asked, Answer& answer);

}  // namespace plumb::providers::package::dnf
