// What could stand in the place of a word that is being typed, for the shells.
#pragma once

#include <string>
#include <vector>

#include "cmd/plumb/commands.h"

namespace plumb::cmd {

struct Candidate {
  std::string word;
  std::string description = {};  // one line; "" for none
};

struct Candidates {
  bool files = false;  // the shell knows better: names of files
  std::vector<Candidate> words;
};

// `words` are those behind `plumb`, the last one as far as it is typed. What the project holds (hosts, addresses, runs,
// inputs) is looked up where the words want it, without asking a host; a project that cannot be read has none of it.
Candidates complete(Program& program, const std::vector<std::string>& words);

}  // namespace plumb::cmd
