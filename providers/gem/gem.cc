#include "providers/gem/gem.h"

#include <algorithm>
#include <map>

#include "engine/base/ascii.h"
#include "engine/base/in_order.h"
#include "providers/sdk/asked_programs.h"
#include "providers/sdk/managers.h"
#include "providers/sdk/obstacles.h"
#include "providers/sdk/ownership.h"

namespace plumb::providers::gem {
namespace {

constexpr auto kAsking = std::chrono::seconds(120);

std::string name_of(const Desired& desired) {
  return desired.text("name");
}
std::string folder_of(const Desired& desired) {
  return desired.text("path");
}
std::string program_of(const Desired& desired) {
  return desired.text("program", "gem");
}

// Folders that have gems, and the one that gem would change.
struct Places {
  std::string own;
  std::vector<std::string> all;
};

Result<std::string> ask(const std::vector<std::string>& words, const std::string& user, System& system) {
  // It keeps what its source has in the one folder that it may write to.
  ProcessRequest request;
  request.argv = {"/bin/sh", "-c", R"(exec env GEM_SPEC_CACHE="${TMPDIR:-/nonexistent}" "$0" "$@")"};
  request.argv.insert(request.argv.end(), words.begin(), words.end());
  request.user = user;
  request.timeout = kAsking;
  request.changes_nothing = true;
  PLUMB_TRY_ASSIGN(ProcessResult answer, system.run(request));
  if (answer.exit_code == 0) return std::move(answer.output);
  return fail(Code::kCannotObserve, "gem does not answer: " + said_by(answer));
}

// "  - INSTALLATION DIRECTORY: /var/lib/gems/3.1.0"; below "  - GEM PATHS:" lines such as "     - /var/lib/gems/3.1.0".
Places parse_places(std::string_view told, bool of_user) {
  const std::string_view own = of_user ? "  - USER INSTALLATION DIRECTORY: " : "  - INSTALLATION DIRECTORY: ";
  constexpr std::string_view kPath = "     - ";
  Places places;
  bool inside = false;
  while (!told.empty()) {
    const std::string_view line = take_line(told);
    if (line.starts_with(own)) places.own = line.substr(own.size());
    if (inside && line.starts_with(kPath)) places.all.emplace_back(line.substr(kPath.size()));
    if (!line.starts_with(kPath)) inside = line == "  - GEM PATHS:";
  }
  return places;
}

// "plumb-leaf-1.0.0-x86_64-linux.gemspec" of plumb-leaf is 1.0.0.
std::string version_of(std::string_view file, const std::string& name) {
  constexpr std::string_view kEnding = ".gemspec";
  if (!file.starts_with(name + '-') || !file.ends_with(kEnding)) return {};
  file.remove_prefix(name.size() + 1);
  file.remove_suffix(kEnding.size());
  return is_digit(file.front()) ? std::string(file.substr(0, file.find('-'))) : std::string();
}

// In order, the newest last.
Result<std::vector<std::string>> versions_in(const std::vector<std::string>& folders, const std::string& name,
                                             System& system) {
  std::vector<std::string> versions;
  for (const std::string& folder : folders) {
    for (const char* below : {"/specifications", "/specifications/default"}) {
      PLUMB_TRY_ASSIGN(const auto there, system.stat(folder + below, true));
      if (!there || there->type != FileType::kDirectory) continue;
      PLUMB_TRY_ASSIGN(const std::vector<std::string> files, system.list(folder + below));
      for (const std::string& file : files) {
        if (std::string version = version_of(file, name); !version.empty()) versions.push_back(std::move(version));
      }
    }
  }
  put_in_order(versions, [](const std::string& one, const std::string& other) {
    const int order = compare_versions(one, other);
    return order != 0 ? order < 0 : one < other;
  });
  versions.erase(std::unique(versions.begin(), versions.end()), versions.end());
  return versions;
}

void add_source(const Desired& desired, std::vector<std::string>& words) {
  if (!desired.has("source")) return;
  // Those before it are forgotten, and so would be this one.
  words.insert(words.end(), {"--clear-sources", "--source", desired.text("source")});
}

// "plumb-leaf (1.1.0 ruby java)" is what the source has, and an empty line that it has none.
Result<> note_candidate(const Desired& desired, System& system, Observed& observed) {
  std::vector<std::string> words = {program_of(desired), "list", "--remote", "--exact"};
  if (desired.flag("prerelease", false)) words.emplace_back("--prerelease");
  add_source(desired, words);
  words.push_back(name_of(desired));
  PLUMB_TRY_ASSIGN(const std::string told, ask(words, observed.text("user"), system));
  const std::string begin = name_of(desired) + " (";
  for (std::string_view rest = told; !rest.empty();) {
    std::string_view line = take_line(rest);
    if (!line.starts_with(begin)) continue;
    line.remove_prefix(begin.size());
    observed.attributes["candidate"] = line.substr(0, line.find_first_of(" ,)"));
    return {};
  }
  observed.obstacle = Diagnostic(Code::kRefusedByState, "no source has a gem that is called " + name_of(desired))
                          .with_hint("check its name with `gem search`");
  return {};
}

// What gem tells of itself, once for each user and program.
class Looking {
 public:
  explicit Looking(System& system) : system_(system) {}

  Result<Observed> look(const Desired& desired) {
    Observed observed;
    const std::string folder = folder_of(desired);
    const bool has_gem = !system_.is_image() && !system_.find_program(program_of(desired)).empty();
    PLUMB_TRY(note_user(desired, observed));
    Places places{folder, {folder}};
    if (folder.empty()) {
      places = {};
      if (has_gem && observed.missing.empty()) {
        PLUMB_TRY_ASSIGN(places, places_of(desired, observed));
      }
    }
    const bool gone = wants_absent(desired);
    const std::vector<std::string> own = {places.own};
    PLUMB_TRY_ASSIGN(const auto versions, versions_in(gone ? own : places.all, name_of(desired), system_));
    const std::string asked = desired.text("version");
    const bool has_it = std::find(versions.begin(), versions.end(), asked) != versions.end();
    observed.exists = gone && !asked.empty() ? has_it : !versions.empty();
    if (observed.exists) {
      observed.attributes["version"] = has_it ? asked : versions.back();
      if (versions.size() > 1) observed.attributes["versions"] = versions.size();
    }
    if (gone && !observed.exists) return observed;
    if (system_.is_image()) {
      observed.obstacle = image_runs_nothing();
    } else if (!has_gem) {
      observed.missing.push_back({{"", "package", "ruby"}, "name"});
    } else if (desired.text("state") == "latest" && observed.exists) {
      PLUMB_TRY(note_candidate(desired, system_, observed));
    }
    return observed;
  }

 private:
  Result<> note_user(const Desired& desired, Observed& observed) {
    if (desired.has("user")) observed.attributes["user"] = desired.attribute("user");
    const std::string user = desired.text("user");
    if (!user.empty() && !is_number(user) && !system_.user_by_name(user))
      observed.missing.push_back({{"", "user", user}, "user"});
    if (folder_of(desired).empty()) return {};
    PLUMB_TRY_ASSIGN(const auto there, system_.stat(folder_of(desired), true));
    if (there && there->type != FileType::kDirectory) {
      observed.obstacle = Diagnostic(Code::kRefusedByState, folder_of(desired) + " is there and is no folder");
    }
    // What comes into a folder is its owner's, and so is what is built there.
    if (there && user.empty() && there->uid != 0) observed.attributes["user"] = std::to_string(there->uid);
    if (!there && !wants_absent(desired)) PLUMB_TRY(note_missing_parent(folder_of(desired), system_, observed));
    return {};
  }

  Result<Places> places_of(const Desired& desired, const Observed& observed) {
    const std::string user = observed.text("user");
    const std::string key = program_of(desired) + '\n' + user;
    if (const auto found = told_.find(key); found != told_.end()) return parse_places(found->second, !user.empty());
    PLUMB_TRY_ASSIGN(std::string told, ask({program_of(desired), "environment"}, user, system_));
    return parse_places(told_.emplace(key, std::move(told)).first->second, !user.empty());
  }

  System& system_;
  std::map<std::string, std::string> told_;
};

Run begin(const Desired& desired, const Observed& observed, const char* verb) {
  Run run;
  run.argv = {program_of(desired), verb};
  run.user = observed.text("user");
  // With an option alone gem installs into a folder, and finds nothing there afterwards.
  if (const std::string folder = folder_of(desired); !folder.empty())
    run.env = {{"GEM_HOME", folder}, {"GEM_PATH", folder}};
  if (folder_of(desired).empty() && !run.user.empty()) run.argv.emplace_back("--user-install");
  const Json& timeout = desired.attribute("timeout");
  if (timeout.is_number_integer()) run.timeout_seconds = timeout.get<int>();
  return run;
}

// Runs of digits, without zeros in front, and of letters; a hyphen stands for ".pre.". Zeros at the end of the numbers,
// and of all, say nothing.
std::vector<std::string> segments_of(std::string_view version) {
  std::vector<std::string> segments;
  bool numbers = true;
  const auto end_with_no_zeros = [&segments] {
    while (!segments.empty() && segments.back().empty()) segments.pop_back();
  };
  while (!version.empty()) {
    const char first = version.front();
    const bool digits = is_digit(first);
    const auto is_other = [digits](char c) { return digits ? !is_digit(c) : !is_letter(c); };
    const auto end = std::find_if(version.begin(), version.end(), is_other);
    std::string_view part = version.substr(0, static_cast<std::size_t>(end - version.begin()));
    version.remove_prefix(std::max<std::size_t>(part.size(), 1));
    if (first == '-') part = "pre";
    if (part.empty()) continue;
    if (numbers && !digits) end_with_no_zeros();
    numbers = numbers && digits;
    if (digits) part.remove_prefix(std::min(part.find_first_not_of('0'), part.size()));
    segments.emplace_back(part);
  }
  end_with_no_zeros();
  return segments;
}

}  // namespace

int compare_versions(std::string_view one, std::string_view other) {
  const std::vector<std::string> its = segments_of(one);
  const std::vector<std::string> others = segments_of(other);
  const auto is_text = [](const std::string& segment) { return !segment.empty() && is_letter(segment.front()); };
  for (std::size_t i = 0; i < std::max(its.size(), others.size()); ++i) {
    // What is not there is 0.
    const std::string left = i < its.size() ? its[i] : std::string();
    const std::string right = i < others.size() ? others[i] : std::string();
    // Letters make it older than a number.
    if (is_text(left) != is_text(right)) return is_text(left) ? -1 : 1;
    if (!is_text(left) && left.size() != right.size()) return left.size() < right.size() ? -1 : 1;
    if (const int order = left.compare(right); order != 0) return order;
  }
  return 0;
}

std::vector<Result<Observed>> GemProvider::observe(std::span<const Desired* const> desired, System& system) const {
  Looking looking(system);
  std::vector<Result<Observed>> observed;
  for (const Desired* one : desired) observed.push_back(looking.look(*one));
  return observed;
}

Change GemProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const std::string name = name_of(desired);
  const Json& version = observed.attribute("version");
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    change.before["version"] = version;
    Run run = begin(desired, observed, "uninstall");
    run.argv.insert(run.argv.end(), {"--executables", "--ignore-dependencies"});
    if (desired.has("version")) {
      run.argv.insert(run.argv.end(), {"--version", desired.text("version")});
    } else {
      run.argv.emplace_back("--all");
      if (observed.has("versions")) change.note = "in all its versions";
    }
    run.argv.push_back(name);
    change.operations.emplace_back(std::move(run));
    return change;
  }
  const bool latest = desired.text("state") == "latest";
  const Json wanted = desired.has("version") ? desired.attribute("version")
                      : latest               ? observed.attribute("candidate")
                                             : Json();
  if (observed.exists && (wanted.is_null() || wanted == version)) return change;
  Run run = begin(desired, observed, "install");
  run.argv.emplace_back("--no-document");
  add_source(desired, run.argv);
  if (desired.flag("prerelease", false)) run.argv.emplace_back("--prerelease");
  if (wanted.is_string()) {
    run.argv.insert(run.argv.end(), {"--version", wanted.get<std::string>()});
    change.after["version"] = wanted;
  } else {
    change.after["name"] = name;
    change.fidelity = Fidelity::kBounded;
    change.note = "which version comes is known once gem has it";
  }
  if (observed.exists) {
    change.before["version"] = version;
    change.note = observed.text("version") + " stays beside it";
  }
  run.argv.push_back(name);
  for (std::string& word : texts_in(desired.attribute("extra_args"))) run.argv.push_back(std::move(word));
  change.op = observed.exists ? Op::kUpdate : Op::kCreate;
  change.operations.emplace_back(std::move(run));
  return change;
}

std::vector<Address> GemProvider::infers(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  std::vector<Address> edges;
  if (const std::string folder = folder_of(desired); !folder.empty()) edges = infer_path_edges(desired, folder);
  // Many build parts of their own.
  for (const char* package : {"ruby", "ruby-dev", "build-essential"}) edges.push_back({"", "package", package});
  if (const std::string user = desired.text("user"); !user.empty()) edges.push_back({"", "user", user});
  return edges;
}

std::vector<Address> GemProvider::provides(const Desired& desired) const {
  if (wants_absent(desired) || folder_of(desired).empty()) return {};
  return {{"", "directory", folder_of(desired)}};
}

std::vector<std::string> GemProvider::claims(const Desired& desired) const {
  const std::string folder = folder_of(desired);
  const std::string user = desired.text("user");
  const std::string where = !folder.empty() ? folder : user.empty() ? "the host" : "the user " + user;
  return {"the gem " + name_of(desired) + " of " + where};
}

std::vector<ImpliedPath> GemProvider::implies_paths(const Desired& desired) const {
  if (folder_of(desired).empty()) return {};
  return {{.path = folder_of(desired), .whole = true}};
}

bool GemProvider::asks_about(const Desired& desired, std::string_view name) const {
  const std::string folder = folder_of(desired);
  return !folder.empty() && (name == folder || is_below(name, folder));
}

std::optional<Desired> GemProvider::restore(const Desired& desired, const Observed& before) const {
  Desired again = desired;
  for (const char* attribute : {"version", "state"}) again.attributes.erase(attribute);
  if (wants_absent(desired)) {
    // Of several that went only one is known.
    if (before.has("versions") && !desired.has("version")) return std::nullopt;
    again.attributes["state"] = before.exists ? "present" : "absent";
    if (before.exists) again.attributes["version"] = before.attribute("version");
    return again;
  }
  again.attributes["state"] = "absent";
  if (!before.exists) return again;
  // The one that came goes, and what it came beside is there still.
  const Json& came = desired.has("version") ? desired.attribute("version") : before.attribute("candidate");
  if (came.is_null() || came == before.attribute("version")) {
    again.attributes["state"] = "present";
  } else {
    again.attributes["version"] = came;
  }
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "gem", .provider = make_provider<GemProvider>(), .operations = OperationSet::of<Run>()});
}

}  // namespace plumb::providers::gem
