#include "providers/sync/sync.h"

#include <set>

#include "providers/sdk/managers.h"
#include "providers/sdk/observe_each.h"
#include "providers/sdk/obstacles.h"
#include "providers/sdk/ownership.h"

namespace plumb::providers::sync {
namespace {

constexpr const char* kProgram = "rsync";
constexpr std::size_t kMostNames = 20;
constexpr int kLongest = 3600;

// Below the folder, by other resources: "/a/b" of the folder.
constexpr const char* kOthers = "others";

// A name in which nothing stands for something else.
std::string plain_pattern(const std::string& name) {
  constexpr std::string_view kWild = "*?[";
  if (name.find_first_of(kWild) == std::string::npos) return name;
  std::string pattern;
  for (const char c : name) {
    if (c == '\\' || kWild.find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

// What others have put there stays, and so do folders that it is in; and as they change what is in folders, the times
// of those are nobody's.
void spare_others(const Desired& desired, std::vector<std::string>& words) {
  std::set<std::string> names;
  for (const std::string& other : texts_in(desired.attribute(kOthers))) {
    for (std::size_t end = other.find('/', 1); end != std::string::npos; end = other.find('/', end + 1))
      names.insert(other.substr(0, end));
    names.insert(other);
  }
  if (names.empty()) return;
  words.emplace_back("--omit-dir-times");
  if (!desired.flag("delete", false)) return;
  for (const std::string& name : names) words.push_back("--filter=P " + plain_pattern(name));
}

// What is in the one comes into the other.
std::vector<std::string> words_of(const Desired& desired, bool asks) {
  std::vector<std::string> words = {kProgram, "--archive"};
  if (asks) words.insert(words.end(), {"--dry-run", "--itemize-changes"});
  if (desired.flag("hard_links", false)) words.emplace_back("--hard-links");
  if (desired.flag("checksum", false)) words.emplace_back("--checksum");
  if (!desired.flag("owners", true)) words.insert(words.end(), {"--no-owner", "--no-group"});
  if (desired.flag("delete", false)) words.emplace_back("--delete");
  spare_others(desired, words);
  for (const std::string& pattern : texts_in(desired.attribute("exclude"))) words.push_back("--exclude=" + pattern);
  words.insert(words.end(), {"--", desired.text("source") + "/", desired.text("path") + "/"});
  return words;
}

void add_name(const char* attribute, std::string_view name, Observed& observed) {
  Json& names = observed.attributes[attribute];
  if (names.is_null()) names = Json::array();
  if (names.size() < kMostNames) {
    names.push_back(name);
  } else if (names.size() == kMostNames) {
    names.push_back("and more");
  }
}

// "*deleting   old", ">f+++++++++ new", ".d..t...... folder/".
void note_differences(std::string_view told, Observed& observed) {
  constexpr std::string_view kDeleting = "*deleting   ";
  while (!told.empty()) {
    const std::string_view line = take_line(told);
    const std::size_t blank = line.find(' ');
    if (line.starts_with(kDeleting)) {
      add_name("removes", line.substr(kDeleting.size()), observed);
    } else if (blank != std::string_view::npos && blank + 1 < line.size()) {
      add_name("changed", line.substr(blank + 1), observed);
    }
  }
}

// Links resolved, as far as there is something yet.
std::string place_of(const std::string& path, System& system) {
  for (const std::string& folder : {path, parent_of(path)}) {
    const Result<std::string> place = system.resolve(folder);
    if (place) return *place + path.substr(folder.size());
  }
  return path;
}

// rsync would go on for ever, or take away what it reads.
void refuse_nesting(const std::string& path, const std::string& source, System& system, Observed& observed) {
  const std::string into = place_of(path, system), from = place_of(source, system);
  if (into != from && !is_below(into, from) && !is_below(from, into)) return;
  observed.obstacle =
      Diagnostic(Code::kRefusedByState, into == from ? source + " and " + path + " are one folder"
                                                     : "one of " + source + " and " + path + " lies in the other");
  if (into != path || from != source) observed.obstacle->hint = "links lead to " + from + " and to " + into;
}

Result<Observed> observe_one(const Desired& desired, System& system) {
  Observed observed;
  const std::string path = desired.text("path"), source = desired.text("source");
  PLUMB_TRY_ASSIGN(const auto from, system.stat(source, true));
  PLUMB_TRY_ASSIGN(const auto into, system.stat(path, true));
  for (const auto& [info, place] : {std::pair(from, source), std::pair(into, path)}) {
    if (info && info->type != FileType::kDirectory)
      observed.obstacle = Diagnostic(Code::kRefusedByState, place + " is there and is no folder");
  }
  refuse_nesting(path, source, system, observed);
  if (!from) observed.missing.push_back({{"", "directory", source}, "source"});
  if (!into) PLUMB_TRY(note_missing_parent(path, system, observed));
  if (system.is_image() && !observed.obstacle) observed.obstacle = image_runs_nothing();
  if (system.find_program(kProgram).empty()) observed.missing.push_back({{"", "package", kProgram}, "path"});
  if (observed.obstacle || !observed.missing.empty()) return observed;
  observed.exists = into.has_value();
  if (!observed.exists) return observed;
  ProcessRequest request;
  request.argv = words_of(desired, true);
  request.timeout = std::chrono::seconds(kLongest);
  request.output_limit = std::size_t{4} << 20;
  request.about = {source, path};
  request.changes_nothing = true;
  PLUMB_TRY_ASSIGN(const ProcessResult answer, system.run(request));
  if (answer.exit_code != 0)
    return fail(Code::kCannotObserve,
                "rsync does not tell how " + path + " differs from " + source + ": " + last_lines(answer.errors, 5));
  note_differences(answer.output, observed);
  return observed;
}

}  // namespace

std::vector<Result<Observed>> SyncProvider::observe(std::span<const Desired* const> desired, System& system) const {
  return observe_each(desired, [&](const Desired& one) { return observe_one(one, system); });
}

Change SyncProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  for (const char* attribute : {"changed", "removes"}) {
    if (observed.has(attribute) && observed.attribute(attribute) != Json::array()) {
      change.before[attribute] = observed.attribute(attribute);
      change.after[attribute] = Json::array();
    }
  }
  if (observed.exists && change.before.empty()) return change;
  if (!observed.exists) change.after["source"] = desired.text("source");
  change.op = observed.exists ? Op::kUpdate : Op::kCreate;
  change.fidelity = Fidelity::kBounded;
  change.note = "it brings what is in " + desired.text("source") + " by then";
  Run run;
  run.argv = words_of(desired, false);
  run.timeout_seconds = kLongest;
  change.operations.emplace_back(std::move(run));
  return change;
}

std::vector<Address> SyncProvider::infers(const Desired& desired) const {
  std::vector<Address> edges = infer_path_edges({}, desired.text("path"));
  edges.push_back({"", "package", kProgram});
  for (const char* kind : {"directory", "git", "archive", "mount"}) edges.push_back({"", kind, desired.text("source")});
  return edges;
}

std::vector<Address> SyncProvider::provides(const Desired& desired) const {
  return {{"", "directory", desired.text("path")}};
}

std::vector<std::string> SyncProvider::manages_paths(const Desired& desired) const {
  return {desired.text("path")};
}

std::vector<ImpliedPath> SyncProvider::implies_paths(const Desired& desired) const {
  return {{.path = desired.text("path"), .whole = true}, {.path = desired.text("source"), .whole = true}};
}

bool SyncProvider::asks_about(const Desired& desired, std::string_view name) const {
  for (const char* attribute : {"path", "source"}) {
    if (name == desired.text(attribute) || is_below(name, desired.text(attribute))) return true;
  }
  return false;
}

void SyncProvider::see_paths(Desired& desired, const PathsInUse& paths) const {
  const std::string folder = desired.text("path");
  std::set<std::string> others;
  for (const std::set<std::string>* used : {&paths.managed, &paths.edited, &paths.implied}) {
    for (const std::string& path : *used) {
      if (is_below(path, folder)) others.insert(path.substr(folder.size()));
    }
  }
  if (!others.empty()) desired.attributes[kOthers] = others;
}

Observed SyncProvider::as_declared(const Desired&) const {
  Observed observed;
  observed.exists = true;
  return observed;
}

void add_to(Registry& registry) {
  registry.add({.name = "sync",
                .provider = make_provider<SyncProvider>(),
                .operations = OperationSet::of<Run>(),
                .dwindling = {"changed", "removes"},
                .judged = {"changed", "removes"},
                .removal = ""});
}

}  // namespace plumb::providers::sync
