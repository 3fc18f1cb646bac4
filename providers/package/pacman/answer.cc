#include "providers/package/pacman/answer.h"

#include <algorithm>
#include <array>

#include "providers/package/answer_words.h"
#include "providers/package/pacman/database.h"

namespace plumb::providers::package::pacman {
namespace {

// What stands in the lines that say why something is not done; others tell what it is doing.
constexpr std::array<std::string_view, 4> kReasons = {"unable to satisfy", "breaks dependency", "in conflict",
                                                      "exists in filesystem"};

bool is_reason(std::string_view line) {
  return std::any_of(kReasons.begin(), kReasons.end(),
                     [&](std::string_view one) { return line.find(one) != std::string_view::npos; });
}

// "Packages (2) old-1-1 [removal]  new-1-1"
void add_packages(std::string_view line, bool goes, Simulation& simulation) {
  std::string last;
  for (const std::string_view word : words_in(line)) {
    if (word == "[removal]") {
      simulation.installs.erase(last);
      simulation.removes.insert(last);
    } else if (auto one = name_and_version(word)) {
      last = one->first;
      if (goes) {
        simulation.removes.insert(last);
      } else {
        simulation.installs[last] = one->second;
      }
    }
  }
}

}  // namespace

Answer parse_answer(std::string_view output, std::string_view errors, bool goes) {
  Answer answer;
  Simulation& simulation = answer.simulation;
  std::string reason;
  while (!output.empty()) {
    std::string_view line = take_line(output);
    constexpr std::string_view kGroup = " in group ";
    if (line.starts_with("Packages (")) {
      add_packages(line, goes, simulation);
      answer.ended = true;
    } else if (line == " there is nothing to do") {
      answer.ended = true;
    } else if (const std::size_t at = line.find(kGroup); at != std::string_view::npos && line.ends_with(':')) {
      line.remove_prefix(at + kGroup.size());
      const std::string group(line.substr(0, line.size() - 1));
      simulation.unknown[group] = group + " is a group of packages, and no package";
    } else if (reason.empty() && is_reason(line)) {
      reason = line.substr(line.starts_with(":: ") ? 3 : 0);
    }
  }
  while (!errors.empty()) {
    constexpr std::string_view kError = "error: ";
    constexpr std::string_view kNotFound = "target not found: ";
    std::string_view line = take_line(errors);
    // Questions that nobody answered stand in front of it.
    const std::size_t at = line.find(kError);
    if (at == std::string_view::npos) continue;
    line.remove_prefix(at + kError.size());
    if (line.starts_with(kNotFound)) {
      const std::string name(line.substr(kNotFound.size()));
      simulation.unknown[name] = "no package is called " + name;
    } else {
      simulation.errors.emplace_back(line);
    }
  }
  if (!reason.empty() && !simulation.errors.empty()) simulation.errors = {reason};
  return answer;
}

}  // namespace plumb::providers::package::pacman
