// What brew prints.
#include <algorithm>

#include "providers/package/brew/brew.h"
#include "providers/sdk/text_lines.h"

namespace plumb::providers::package::brew {
namespace {

// "1.7.1", and "1.7.1_2" of one that was made anew.
std::string version_of(const Json& formula) {
  std::string version = text_of(member_of(formula, "versions"), "stable");
  const Json& revision = member_of(formula, "revision");
  if (!version.empty() && revision.is_number_integer() && revision.get<int>() > 0) version += '_' + revision.dump();
  return version;
}

void add_outdated(const Json& list, Simulation& simulation) {
  if (!list.is_array()) return;
  for (const Json& one : list) {
    const std::string name = text_of(one, "name");
    if (name.empty() || flag_of(one, "pinned", false)) continue;
    simulation.installs[name] = text_of(one, "current_version");
    const Json& there = member_of(one, "installed_versions");
    const std::vector<std::string> versions = texts_in(there);
    simulation.versions[name] =
        versions.empty() ? (there.is_string() ? there.get<std::string>() : "") : versions.back();
  }
}

}  // namespace

void add_candidates(const Json& answer, std::map<std::string, std::string>& candidates) {
  const auto add = [&](const Json& one, const char* short_form, const std::string& version) {
    // By each name that somebody may have asked for.
    for (const std::string& name : {text_of(one, short_form), text_of(one, "full_name"), text_of(one, "full_token")}) {
      if (!name.empty()) candidates[name] = version;
    }
    for (const char* others : {"aliases", "oldnames", "old_tokens"}) {
      for (const std::string& name : texts_in(member_of(one, others))) candidates[name] = version;
    }
  };
  if (const Json& formulae = member_of(answer, "formulae"); formulae.is_array()) {
    for (const Json& one : formulae) add(one, "name", version_of(one));
  }
  if (const Json& casks = member_of(answer, "casks"); casks.is_array()) {
    for (const Json& one : casks) add(one, "token", text_of(one, "version"));
  }
}

Simulation parse_outdated(const Json& answer) {
  Simulation simulation;
  add_outdated(member_of(answer, "formulae"), simulation);
  add_outdated(member_of(answer, "casks"), simulation);
  return simulation;
}

// "==> Would install 2 dependencies for jq:" and the names on the line behind it.
std::map<std::string, std::vector<std::string>> parse_dry_run(std::string_view answer) {
  constexpr std::string_view kMark = "==> Would install ";
  std::map<std::string, std::vector<std::string>> children;
  std::string of;
  while (!answer.empty()) {
    const std::string_view line = take_line(answer);
    if (line.starts_with("==>")) {
      const std::size_t at = line.find(" for ");
      const bool tells = line.starts_with(kMark) && line.find("dependenc") != std::string_view::npos;
      of = tells && at != std::string_view::npos ? std::string(line.substr(at + 5, line.rfind(':') - at - 5)) : "";
    } else if (!of.empty()) {
      for (std::string& name : words_of(line)) children[of].push_back(std::move(name));
    }
  }
  return children;
}

}  // namespace plumb::providers::package::brew
