#include "providers/package/apk/answer.h"

#include "providers/package/answer_words.h"
#include "providers/sdk/managers.h"

namespace plumb::providers::package::apk {
namespace {

// "(1/2) Upgrading jq (1.6-r2 -> 1.7-r0)"; false where it is none.
bool add_change(std::string_view line, Simulation& simulation) {
  const std::vector<std::string_view> words = words_in(line);
  if (words.size() < 4 || words.front().find('/') == std::string_view::npos || !words[3].starts_with('(')) return false;
  const std::string_view verb = words[1];
  const std::string name(words[2].substr(0, words[2].find('@')));
  const auto plain = [](std::string_view word) {
    if (word.starts_with('(')) word.remove_prefix(1);
    if (word.ends_with(')')) word.remove_suffix(1);
    return std::string(word);
  };
  const bool is_known = verb == "Purging" || verb == "Installing" || verb == "Upgrading" || verb == "Downgrading" ||
                        verb == "Replacing" || verb == "Re-installing";
  if (!is_known) return false;
  if (verb == "Purging") {
    simulation.removes.insert(name);
    simulation.versions[name] = plain(words[3]);
    return true;
  }
  simulation.installs[name] = plain(words.back());
  if (words.size() > 4) simulation.versions[name] = plain(words[3]);
  if (verb == "Downgrading") simulation.downgrades.insert(name);
  return true;
}

// What a line below the name of a package says of it: "required by: world[jq]", "breaks: new-1.0-r0[!old]".
void add_reason(const std::string& about, std::string_view why, Answer& answer) {
  constexpr std::string_view kWanted = "breaks: world[";
  constexpr std::string_view kProvided = "provided by: ";
  Simulation& simulation = answer.simulation;
  if (why.starts_with("required by: world[")) {
    // A name that several provide was told above.
    simulation.unknown.try_emplace(about, "no package is called " + about);
  } else if (why.starts_with(kProvided)) {
    simulation.unknown[about] = about + " is provided by " + std::string(why.substr(kProvided.size())) +
                                ", and apk wants one of them to be named";
  } else if (why.starts_with(kWanted)) {
    answer.unfit.emplace(why.substr(kWanted.size(), why.find_first_of("=<>~]", kWanted.size()) - kWanted.size()));
  } else if (why.starts_with("breaks: ") && why.find("[!") != std::string_view::npos) {
    answer.torn.insert(about);
  }
  if (simulation.errors.empty()) simulation.errors.push_back(about + ' ' + std::string(why));
}

}  // namespace

Answer parse_answer(std::string_view said) {
  constexpr std::string_view kError = "ERROR: ";
  Answer answer;
  Simulation& simulation = answer.simulation;
  std::string about;  // the package that the lines below tell of
  std::string summary;
  bool stays = false;  // they tell of what needs it
  while (!said.empty()) {
    const std::string_view line = take_line(said);
    if (line.starts_with('(') && add_change(line, simulation)) continue;
    if (line.starts_with("OK: ")) {
      answer.ended = true;
    } else if (line.starts_with(kError)) {
      if (summary.empty()) summary = line.substr(kError.size());
    } else if (line.find("are not removed due to:") != std::string_view::npos) {
      stays = true;
    } else if (line.starts_with("    ") && !about.empty()) {
      add_reason(about, line.substr(4), answer);
    } else if (line.starts_with("  ") && line.ends_with(':')) {
      // "  jq-1.6-r2:", "  jq (no such package):"
      about = line.substr(2, line.find_first_of(" :", 2) - 2);
    } else if (const std::size_t colon = line.find(": "); stays && line.starts_with("  ") && colon != line.npos) {
      simulation.errors.push_back(std::string(line.substr(2, colon - 2)) + " is needed by " +
                                  std::string(line.substr(colon + 2)));
    }
  }
  if (!summary.empty() && simulation.errors.empty()) simulation.errors.push_back(summary);
  return answer;
}

}  // namespace plumb::providers::package::apk
