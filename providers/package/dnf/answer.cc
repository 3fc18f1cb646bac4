#include "providers/package/dnf/answer.h"

#include <algorithm>
#include <map>

#include "engine/base/joined.h"
#include "providers/package/answer_words.h"
#include "providers/package/rpm.h"
#include "providers/sdk/managers.h"

namespace plumb::providers::package::dnf {
namespace {

constexpr std::size_t kLongestError = 400;

// Behind `begin`, where the line begins so.
bool take(std::string_view line, std::string_view begin, std::string_view& rest) {
  if (!line.starts_with(begin)) return false;
  rest = line.substr(begin.size());
  return true;
}

class Reader {
 public:
  Answer read(std::string_view output) {
    while (!output.empty()) {
      std::string_view line = take_line(output);
      while (line.ends_with(' ') || line.ends_with('\r')) line.remove_suffix(1);
      if (!line.empty()) read_line(line);
    }
    if (!problem_.empty()) answer_.simulation.errors.push_back(problem_.substr(0, kLongestError));
    return std::move(answer_);
  }

 private:
  enum class Section { kNone, kComes, kComesAlong, kOlder, kGoes, kProblem };

  void read_line(std::string_view line) {
    std::string_view rest;
    if (line.front() == ' ') {
      if (take_problem(line)) return;
      return section_ == Section::kProblem ? add_problem(line) : read_row(line);
    }
    if (take(line, "Problem", rest) && rest.find(": ") != std::string_view::npos) {
      section_ = Section::kProblem;
      return add_problem(rest.substr(rest.find(": ") + 2));
    }
    const bool summary = line.starts_with("Transaction Summary");
    if (line.ends_with(':') && !summary && !line.starts_with("Error")) {
      section_ = section_of(line);
      return;
    }
    section_ = Section::kNone;
    if (summary || line.starts_with("Nothing to do")) answer_.ended = true;
    if (take(line, "No match for argument: ", rest)) {
      note_unknown(rest, "no package is called ");
    } else if (take(line, "All matches were filtered out by exclude filtering for argument: ", rest) ||
               take(line, "Argument '", rest)) {
      note_unknown(rest.substr(0, rest.find('\'')), "the settings of the host exclude ");
    } else if (take(line, "No package ", rest) && rest.ends_with(" available.")) {
      note_unknown(rest.substr(0, rest.find(' ')), "no package is called ");
    } else if (const std::size_t at = line.find("Cache-only enabled but no cache for "); at != std::string_view::npos) {
      note_unread(line.substr(at));
    } else if (line == "Error:") {
      section_ = Section::kProblem;
    } else if (take(line, "Error: ", rest)) {
      // Of what could not be found was told already.
      if (!rest.starts_with("Unable to find a match") && !rest.starts_with("No packages marked for ") &&
          !rest.starts_with("Nothing to do") && !rest.starts_with("No package"))
        answer_.simulation.errors.emplace_back(rest);
    }
  }

  static Section section_of(std::string_view line) {
    const std::string_view word = line.substr(0, line.find(' '));
    const bool along = line.find("dependenc") != std::string_view::npos;
    if (word.starts_with("Installing") || word.starts_with("Upgrading") || word.starts_with("Updating"))
      return along ? Section::kComesAlong : Section::kComes;
    if (word.starts_with("Downgrading")) return Section::kOlder;
    return word.starts_with("Removing") ? Section::kGoes : Section::kNone;
  }

  // " Problem: package a conflicts with b", " Problem 1: …"
  bool take_problem(std::string_view line) {
    std::string_view rest;
    if (!take(line, " Problem", rest) || rest.find(": ") == std::string_view::npos) return false;
    section_ = Section::kProblem;
    add_problem(rest.substr(rest.find(": ") + 2));
    return true;
  }

  void add_problem(std::string_view line) {
    line.remove_prefix(std::min(line.find_first_not_of(" -"), line.size()));
    if (line.empty() || line.starts_with("conflicting requests") || line.starts_with("cannot install the best")) return;
    append_item(problem_, line, "; ");
  }

  // " NAME ARCHITECTURE VERSION SOURCE SIZE", "     replacing  NAME.ARCHITECTURE VERSION"
  void read_row(std::string_view line) {
    if (section_ == Section::kNone) return;
    std::vector<std::string_view> words = words_in(line);
    // A long name has a line of its own.
    if (words.size() == 1) {
      long_name_ = words[0];
      return;
    }
    if (!long_name_.empty()) words.insert(words.begin(), long_name_);
    long_name_ = {};
    if (words.size() < 3) return;
    Simulation& simulation = answer_.simulation;
    if (words[0] == "replacing") {
      const std::size_t dot = words[1].rfind('.');
      // dnf 5 has a column for the architecture here too.
      const bool apart = words.size() > 3;
      const std::string name =
          apart ? name_with_architecture(words[1], words[2])
                : name_with_architecture(words[1].substr(0, dot),
                                         dot == std::string_view::npos ? "" : words[1].substr(dot + 1));
      if (name == last_) {
        simulation.versions[name] = words[apart ? 3 : 2];
        return;
      }
      simulation.removes.insert(name);
      simulation.versions[name] = words[apart ? 3 : 2];
      answer_.takes_place.insert(last_);
      return;
    }
    const std::string name = name_with_architecture(words[0], words[1]);
    const std::string version(words[2].starts_with("0:") ? words[2].substr(2) : words[2]);
    if (section_ == Section::kGoes) {
      simulation.removes.insert(name);
      simulation.versions[name] = version;
      return;
    }
    last_ = name;
    simulation.installs[name] = version;
    if (section_ == Section::kOlder) simulation.downgrades.insert(name);
    if (section_ != Section::kComesAlong) answer_.main.push_back(name);
    answer_.full.push_back(std::string(words[0]) + '-' + version + '.' + std::string(words[1]));
  }

  // "… no cache for 'vendor'", with other quotation marks in dnf 5
  void note_unread(std::string_view line) {
    const std::size_t begin = line.find_first_of("'\"");
    if (begin == std::string_view::npos) return;
    const std::size_t end = line.find(line[begin], begin + 1);
    answer_.unread.emplace(line.substr(begin + 1, end == std::string_view::npos ? end : end - begin - 1));
  }

  void note_unknown(std::string_view what, const char* why) {
    answer_.simulation.unknown[std::string(what)] = why + std::string(what);
  }

  Answer answer_;
  Section section_ = Section::kNone;
  std::string problem_;
  std::string last_;
  std::string_view long_name_;
};

// What one package provides and needs, by names alone.
struct Details {
  std::set<std::string, std::less<>> provides, needs;
};

std::map<std::string, Details> parse_details(std::string_view text) {
  std::map<std::string, Details> all;
  Details* of = nullptr;
  bool provides = true;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (line.starts_with('@')) {
      const std::vector<std::string_view> words = words_in(line.substr(1));
      of = words.size() < 2 ? nullptr : &all[name_with_architecture(words[0], words[1])];
      provides = true;
    } else if (line == "-") {
      provides = false;
    } else if (of != nullptr && !line.empty()) {
      (provides ? of->provides : of->needs).emplace(line.substr(0, line.find(' ')));
    }
  }
  return all;
}

}  // namespace

const char* const kDetailsFormat = "@%{name} %{arch}\n%{provides}\n-\n%{requires}\n%{recommends}\n";

Answer parse_answer(std::string_view output) {
  return Reader().read(output);
}

void note_children(std::string_view details, const std::vector<std::string>& asked, Answer& answer) {
  Simulation& simulation = answer.simulation;
  const std::map<std::string, Details> all = parse_details(details);
  for (const auto& [name, its] : all) {
    for (const auto& [other, others] : all) {
      if (name == other || !simulation.installs.contains(other)) continue;
      const bool needed = std::any_of(its.needs.begin(), its.needs.end(), [&, &given = others](const std::string& one) {
        return given.provides.contains(one);
      });
      if (needed) simulation.children[name].push_back(other);
    }
  }
  // What nobody is known to need, as for a file of it, may come on behalf of any.
  std::set<std::string> known;
  for (const std::string& name : asked) {
    const std::vector<std::string> its = simulation.closure(name);
    known.insert(its.begin(), its.end());
  }
  for (const auto& [name, version] : simulation.installs) {
    if (known.contains(name)) continue;
    for (const std::string& one : asked) simulation.children[one].push_back(name);
  }
}

void note_selected(std::string_view details, const std::vector<std::string>& asked, Answer& answer) {
  Simulation& simulation = answer.simulation;
  const std::map<std::string, Details> all = parse_details(details);
  for (const std::string& name : asked) {
    if (simulation.installs.contains(name)) continue;
    for (const std::string& one : answer.main) {
      const auto its = all.find(one);
      const bool provides = its != all.end() && its->second.provides.contains(name);
      // The same of a second architecture, where there is no other.
      if (!provides && one.substr(0, one.find(':')) != name) continue;
      simulation.selected[name] = one;
      break;
    }
  }
}

}  // namespace plumb::providers::package::dnf
