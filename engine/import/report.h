// What an import made of each task, for people.
#pragma once

#include <string>
#include <vector>

namespace plumb::imports {

enum class Outcome {
  kTranslated,  // a resource, a block, a use of a module
  kOtherWay,    // said elsewhere: a reading, a value, a check, what another resource does by itself
  kPartly,      // translated, but for a part that the notes name
  kByHand,      // a comment stands in its place
  kNotNeeded,   // nothing is to be said: a message, a pause
};

struct TaskOutcome {
  std::string file;
  int line = 0;
  std::string name;
  std::string module;
  Outcome outcome = Outcome::kTranslated;
  bool is_resource = false;  // it asks for something to be so on the host
  std::vector<std::string> notes;
  int effort = 0;  // 1 to 5: about how much somebody has to think about it
};

struct Report {
  std::string source;
  std::vector<TaskOutcome> tasks;
  std::vector<std::string> notes;  // of files and variables

  int count(Outcome outcome, bool resources_alone = false) const;
  int total(bool resources_alone = false) const;
  // Tasks that need nobody, of all, in tenths of a percent.
  int share(bool resources_alone = false) const;
};

std::string report_text(const Report& report);
// One file without anything from elsewhere.
std::string report_html(const Report& report);
// "translated", "another way" and so on.
const char* words_for(Outcome outcome);

}  // namespace plumb::imports
