#include "providers/directory/directory.h"

#include <algorithm>
#include <iterator>

#include "engine/base/glob.h"
#include "engine/base/joined.h"
#include "providers/directory/tree.h"
#include "providers/directory/walk.h"
#include "providers/sdk/access_list.h"
#include "providers/sdk/beyond_mode.h"
#include "providers/sdk/followed_link.h"
#include "providers/sdk/obstacles.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/place_limits.h"
#include "providers/sdk/refused.h"
#include "providers/sdk/tree_list.h"

namespace plumb::providers::directory {
namespace {

constexpr std::string_view kNewDirectoryMode = "0755";
constexpr std::size_t kMostRemoved = 2'000'000;

std::string count(std::size_t number, std::string_view one, std::string_view many) {
  return std::to_string(number) + ' ' + std::string(number == 1 ? one : many);
}

std::set<std::string> below(const std::set<std::string>& paths, const std::string& folder) {
  std::set<std::string> found;
  const std::string prefix = folder == "/" ? "/" : folder + "/";
  for (auto path = paths.lower_bound(prefix); path != paths.end() && path->starts_with(prefix); ++path) {
    if (is_below(*path, folder)) found.insert(*path);
  }
  return found;
}

// Of paths with globs that may mean this very folder: what they mean in it.
std::set<std::string> meant_below(const std::set<std::string>& paths, const std::string& folder) {
  std::set<std::string> found;
  for (const std::string& path : paths) {
    if (!is_glob(path)) continue;
    for (const std::string& above : ancestors_of(path)) {
      if (is_glob(above) && glob_match(above, folder)) found.insert(folder + path.substr(above.size()));
    }
  }
  return found;
}

std::set<std::string> texts_of(const Desired& desired, const char* attribute) {
  std::vector<std::string> texts = texts_in(desired.attribute(attribute));
  return {std::make_move_iterator(texts.begin()), std::make_move_iterator(texts.end())};
}

// The first few of many, for people.
std::string some_of(const Json& paths) {
  constexpr std::size_t kShown = 5;
  std::string text;
  std::size_t shown = 0;
  for (const std::string& path : texts_in(paths)) {
    if (++shown > kShown) return text + ", …";
    append_item(text, path);
  }
  return text;
}

// Walks that meet too much are an obstacle, so that a plan can tell which resource it was.
Result<> take(Result<Json> walked, const char* attribute, Observed& observed) {
  if (walked) {
    observed.attributes[attribute] = std::move(*walked);
    return {};
  }
  const Code code = walked.error().code();
  if (code != Code::kRefusedByState && code != Code::kSymlinkRefused) return Error(std::move(walked.error()));
  // A link below it.
  const ObstacleGoes goes =
      code == Code::kSymlinkRefused ? ObstacleGoes::kWithItsPath : ObstacleGoes::kWithWhatItIsAbout;
  observed.obstacle = Obstacle(walked.error().diagnostic(), goes);
  observed.attributes[attribute] = nullptr;
  return {};
}

// A folder that nobody declares any more goes with what came with it, and with nothing else.
Result<> spare_others(const Desired& desired, const std::string& path, System& system, Observed& observed) {
  const std::vector<std::string> listed = tree_paths(desired);
  const std::set<std::string> own(listed.begin(), listed.end());
  Json others = Json::array();
  PLUMB_TRY(system.walk(path, [&](const std::string& entry, const FileInfo&, bool) -> Result<bool> {
    constexpr std::size_t kNamed = 6;
    const bool is_own = own.contains(entry);
    if (!is_own && others.size() < kNamed) others.push_back(entry);
    return is_own;
  }));
  if (others.empty()) return {};
  observed.obstacle = refused(path + " holds what is not this project's: " + some_of(others));
  return {};
}

Result<Observed> observe_absent(const Desired& desired, const std::string& path, System& system, AccountNames& names) {
  Observed observed;
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(path, false));
  if (!info) return observed;
  observed.exists = true;
  if (info->type == FileType::kLink) {
    observed.attributes["link"] = info->link_target;
    return observed;
  }
  if (info->type != FileType::kDirectory) {
    observed.obstacle =
        refused(path + " is no directory").with_hint("declare `file: " + path + "` with `state: absent`");
    return observed;
  }
  observe_ownership(desired, *info, names, observed);
  PLUMB_TRY(observe_beyond_mode(desired, path, false, system, observed));
  ListedPaths removes;
  const Result<TreeCount> tree = list_tree(path, kMaxEntries, system, removes);
  if (tree) observed.attributes["removes"] = removes.take();
  PLUMB_TRY(take(tree ? Result<Json>(Json{{"files", tree->files}, {"directories", tree->directories}})
                      : Result<Json>(Error(tree.error())),
                 "holds", observed));
  if (desired.flag("prune", false)) PLUMB_TRY(spare_others(desired, path, system, observed));
  return observed;
}

// The folder itself. Nothing where none is there that is managed; `observed` says why, or what is missing for it.
Result<std::optional<FileInfo>> find_folder(const Desired& desired, const std::string& path, System& system,
                                            Observed& observed) {
  PLUMB_TRY_ASSIGN(std::optional<FileInfo> info, system.stat(path, false));
  if (info && info->type == FileType::kLink) {
    const std::string target = info->link_target;
    PLUMB_TRY_ASSIGN(info, system.stat(path, true));
    if (!info) {
      observed.obstacle = refused(path + " is a symbolic link to " + target + ", which is not there");
      return info;
    }
    if (!desired.flag("follow", false)) {
      observed.obstacle = link_in_the_place(path, target, "set `follow: true` to manage the directory it points to");
      // What comes to lie below would be another's: told as not there, so that the obstacle is told at once.
      if (desired.flag("recurse", false) || desired.flag("purge", false) || desired.has("entries"))
        return std::optional<FileInfo>();
    }
  }
  if (!info && desired.flag("parents", false)) {
    Observed parents;
    PLUMB_TRY(note_missing_parent(path, system, parents));
    observed.obstacle = parents.obstacle;
    if (!parents.missing.empty()) observed.attributes["makes_parents"] = true;
  } else if (!info) {
    PLUMB_TRY(note_missing_parent(path, system, observed));
  } else if (info->type != FileType::kDirectory) {
    // Told as not there, so that the change which the obstacle refuses is never empty.
    observed.obstacle = refused(path + " is there and is no directory");
    return std::optional<FileInfo>();
  }
  return info;
}

Result<> observe_below(const Desired& desired, const std::string& path, System& system, AccountNames& names,
                       Observed& observed) {
  const Untouched untouched{texts_of(desired, "leave"), texts_of(desired, "leave_whole")};
  PLUMB_TRY(take(find_differing(desired, path, untouched, !observed.flag("no_selinux", false), system, names), "below",
                 observed));
  const Json& entries = observed.attributes["below"];
  observed.attributes["recurse"] = entries.is_array() && entries.empty();
  Json differ = Json::array();
  for (const Json& entry : entries.is_array() ? entries : Json::array()) differ.push_back(text_of(entry, "path"));
  observed.attributes["differ"] = std::move(differ);
  return {};
}

Result<> observe_entries(const Desired& desired, const std::string& path, System& system, AccountNames& names,
                         Observed& observed) {
  PLUMB_TRY(take(find_unlike(desired, path, system, names), "unlike", observed));
  const Json& unlike = observed.attributes["unlike"];
  observed.attributes["tree"] = unlike.is_array() && unlike.empty();
  ListedPaths differs;
  for (const Json& entry : unlike.is_array() ? unlike : Json::array()) differs.add(text_of(entry, "path"));
  observed.attributes["differs"] = differs.take();
  return {};
}

Result<> observe_extra(const Desired& desired, const std::string& path, System& system, Observed& observed) {
  Kept kept{texts_of(desired, "keep"), tree_folders(desired), texts_in(desired.attribute("exclude"))};
  for (std::string& own : tree_paths(desired)) kept.managed.insert(std::move(own));
  PLUMB_TRY(take(find_extra(path, kept, system), "extra", observed));
  const Json& extra = observed.attributes["extra"];
  observed.attributes["purge"] = extra.is_array() && extra.empty();
  ListedPaths removes;
  for (const Json& entry : extra.is_array() ? extra : Json::array()) {
    const std::string gone = text_of(entry, "path");
    const bool tree = flag_of(entry, "directory", false);
    removes.add(tree ? gone + '/' : gone);
    if (!tree) continue;
    const Result<TreeCount> inside = list_tree(gone, kMostRemoved, system, removes);
    if (!inside && inside.error().code() != Code::kRefusedByState) return Error(inside.error());
    if (!inside) observed.obstacle = inside.error().diagnostic();
  }
  observed.attributes["removes"] = removes.take();
  return {};
}

Result<Observed> observe_present(const Desired& desired, const std::string& path, System& system, AccountNames& names) {
  Observed observed;
  note_missing_accounts(desired, names, observed);
  PLUMB_TRY(note_selinux(desired, system, observed));
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, find_folder(desired, path, system, observed));
  if (!info) return observed;
  observed.exists = true;
  observe_ownership(desired, *info, names, observed);
  PLUMB_TRY(observe_beyond_mode(desired, path, desired.flag("follow", false), system, observed));
  if (desired.flag("recurse", false)) PLUMB_TRY(observe_below(desired, path, system, names, observed));
  if (desired.has("entries")) PLUMB_TRY(observe_entries(desired, path, system, names, observed));
  if (desired.flag("purge", false)) PLUMB_TRY(observe_extra(desired, path, system, observed));
  return observed;
}

std::optional<std::string> given(const Json& entry, const char* attribute) {
  const Json& value = member_of(entry, attribute);
  return value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
}

// Programs that lose the rights of an owner or a group, by name as far as a line holds them.
std::string privileged_in(const Json& below) {
  constexpr std::size_t kNamed = 3;
  std::string named;
  std::size_t all = 0;
  for (const Json& entry : below) {
    if (!flag_of(entry, "privileged", false)) continue;
    if (++all <= kNamed) append_item(named, text_of(entry, "path"));
  }
  if (all == 0) return {};
  return "; takes setuid and setgid from " + named +
         (all > kNamed ? " and " + count(all - kNamed, "other", "others") : std::string());
}

// A walk's attribute that is to become true: recurse or purge.
bool owes(const Desired& desired, const Observed& observed, const char* attribute) {
  return observed.exists && desired.flag(attribute, false) && !observed.flag(attribute, true);
}

const Json& entries(const Observed& observed, const char* attribute) {
  static const Json kNone = Json::array();
  const auto found = observed.attributes.find(attribute);
  return found != observed.attributes.end() && found->is_array() ? *found : kNone;
}

std::size_t number_in(const Json& object, const char* name) {
  const Json& value = member_of(object, name);
  return value.is_number_integer() && value >= 0 ? value.get<std::size_t>() : 0;
}

void add_alike(const Desired& desired, const Json& unlike, Change& change) {
  std::vector<Operation> operations = make_alike(desired, unlike);
  if (operations.empty()) return;
  append_item(change.note, alike_note(unlike), "; ");
  std::move(operations.begin(), operations.end(), std::back_inserter(change.operations));
}

Change removal(const Desired& desired, const Observed& observed) {
  Change change;
  const std::string path = desired.text("path");
  change.op = Op::kDelete;
  change.before = observed.attributes;
  // What is there by name says how many, too.
  if (observed.has("removes")) change.before.erase("holds");
  const bool tree = !observed.attributes.contains("link");
  change.operations.push_back(Remove{path, tree, false});
  if (const Json& holds = observed.attribute("holds"); holds.is_object()) {
    const std::size_t files = number_in(holds, "files");
    const std::size_t directories = number_in(holds, "directories");
    if (files + directories > 0) {
      change.note =
          "with " + count(files, "file", "files") + " and " + count(directories, "directory", "directories") + " in it";
      if (const std::string some = some_of(observed.attribute("removes")); !some.empty()) change.note += ": " + some;
    }
  }
  return change;
}

}  // namespace

std::vector<Result<Observed>> DirectoryProvider::observe(std::span<const Desired* const> desired,
                                                         System& system) const {
  AccountNames names(system);
  return observe_places(*this, desired, system, [&](const Desired& one) {
    const std::string path = one.text("path");
    return wants_absent(one) ? observe_absent(one, path, system, names) : observe_present(one, path, system, names);
  });
}

// A walk tells of each entry its path and what differs.
std::size_t DirectoryProvider::most_values(const Desired& desired) const {
  constexpr std::size_t kOfEntry = 6;
  const bool walks = desired.flag("recurse", false) || desired.flag("purge", false) || wants_absent(desired);
  const Json& entries = desired.attribute("entries");
  const std::size_t listed = entries.is_array() ? entries.size() : 0;
  return kUsualValues + kOfEntry * ((walks ? kMaxEntries : 0) + listed);
}

Change DirectoryProvider::diff(const Desired& desired, const Observed& observed) const {
  if (is_foreign_link(desired, observed)) return {};
  const std::string path = desired.text("path");
  if (wants_absent(desired)) return observed.exists ? removal(desired, observed) : Change();

  Change change;
  const Ownership wanted = diff_ownership(desired, observed, kNewDirectoryMode, true, change);
  if (!observed.exists) {
    change.op = Op::kCreate;
    change.operations.push_back(MakeDirectory{path, wanted, desired.flag("parents", false)});
    // What comes into it before its turn is as much to be found as what was there.
    for (const char* walk : {"recurse", "purge"}) {
      if (desired.flag(walk, false)) change.after[walk] = true;
    }
    if (desired.has("entries")) {
      change.after["tree"] = true;
      add_alike(desired, all_missing(desired), change);
    }
    return change;
  }
  const bool follow = desired.flag("follow", false);
  if (!change.after.empty()) {
    change.operations.push_back(SetAttributes{path, changed_only(wanted, change), follow});
  }
  if (owes(desired, observed, "recurse")) {
    change.before["recurse"] = false;
    // What the plan does not name makes the host another one.
    if (observed.has("differ")) change.before["differ"] = observed.attribute("differ");
    change.after["recurse"] = true;
    const Json& below = entries(observed, "below");
    for (const Json& entry : below) {
      SetAttributes set;
      set.path = text_of(entry, "path");
      set.ownership = {given(entry, "owner"), given(entry, "group"), given(entry, "mode"), given(entry, "acl"),
                       given(entry, "selinux")};
      change.operations.push_back(std::move(set));
    }
    change.note = "sets attributes of " + count(below.size(), "entry", "entries") + " below" + privileged_in(below);
  }
  if (desired.has("entries") && !observed.flag("tree", true)) {
    change.before["tree"] = false;
    if (observed.has("differs")) change.before["differs"] = observed.attribute("differs");
    change.after["tree"] = true;
    add_alike(desired, entries(observed, "unlike"), change);
  }
  if (owes(desired, observed, "purge")) {
    change.before["purge"] = false;
    if (observed.has("removes")) change.before["removes"] = observed.attribute("removes");
    change.after["purge"] = true;
    const Json& extra = entries(observed, "extra");
    for (const Json& entry : extra) {
      change.operations.push_back(Remove{text_of(entry, "path"), flag_of(entry, "directory", false), false});
    }
    append_item(change.note,
                "removes " + count(std::max(extra.size(), observed.attribute("removes").size()), "entry", "entries") +
                    " that nothing manages",
                "; ");
    if (const std::string some = some_of(observed.attribute("removes")); !some.empty()) change.note += ": " + some;
  }
  if (!change.after.empty()) change.op = Op::kUpdate;
  return change;
}

std::string DirectoryProvider::why_passed_over(const Desired& desired, const Observed& observed) const {
  if (!is_foreign_link(desired, observed)) return why_no_label(desired, observed);
  return desired.text("path") + " is a symbolic link, and what was declared lies where it leads";
}

std::vector<Address> DirectoryProvider::infers(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  std::vector<Address> edges = infer_path_edges(desired, desired.text("path"));
  // What is mounted there is what has an owner and a mode.
  edges.push_back({"", "mount", desired.text("path")});
  return edges;
}

std::vector<Address> DirectoryProvider::provides(const Desired& desired) const {
  std::vector<Address> result;
  if (wants_absent(desired)) return result;
  for (const std::string& folder : tree_folders(desired)) result.push_back({"", "directory", folder});
  if (!desired.flag("parents", false)) return result;
  for (const std::string& folder : ancestors_of(desired.text("path"))) result.push_back({"", "directory", folder});
  return result;
}

std::vector<std::string> DirectoryProvider::manages_paths(const Desired& desired) const {
  std::vector<std::string> paths = {desired.text("path")};
  if (wants_absent(desired)) return paths;
  std::vector<std::string> inner = tree_paths(desired);
  std::move(inner.begin(), inner.end(), std::back_inserter(paths));
  return paths;
}

// Of no file that is there by it could another resource change a part.
std::vector<std::string> DirectoryProvider::replaces_paths(const Desired& desired) const {
  return manages_paths(desired);
}

bool DirectoryProvider::spreads_below(const Desired& desired) const {
  return !wants_absent(desired) && desired.flag("recurse", false);
}

void DirectoryProvider::inherit(Desired& desired, std::span<const Desired> spreading) const {
  if (wants_absent(desired)) return;
  inherit_ownership(desired, spreading);
  if (!spreads_below(desired)) return;
  std::set<std::string> others;
  for (const Desired& other : spreading) others.insert(other.text("path"));
  others = below(others, desired.text("path"));
  if (!others.empty()) desired.attributes["leave_whole"] = others;
}

bool DirectoryProvider::looks_at_paths(const Desired& desired) const {
  return !wants_absent(desired) && (desired.flag("recurse", false) || desired.flag("purge", false));
}

void DirectoryProvider::see_paths(Desired& desired, const PathsInUse& paths) const {
  const std::string path = desired.text("path");
  if (desired.flag("recurse", false)) {
    if (std::set<std::string> leave = below(paths.managed, path); !leave.empty()) desired.attributes["leave"] = leave;
    std::set<std::string> whole = below(paths.whole, path);
    for (std::string& other : texts_in(desired.attribute("leave_whole"))) whole.insert(std::move(other));
    if (!whole.empty()) desired.attributes["leave_whole"] = whole;
  }
  if (desired.flag("purge", false)) {
    std::set<std::string> keep = below(paths.managed, path);
    keep.merge(below(paths.edited, path));
    keep.merge(below(paths.implied, path));
    keep.merge(meant_below(paths.implied, path));
    for (const std::string& own : tree_paths(desired)) keep.erase(own);
    desired.attributes["keep"] = keep;
  }
}

std::optional<Desired> DirectoryProvider::restore(const Desired& desired, const Observed& before) const {
  // What it made above itself is not its own to take away.
  if (!before.exists && before.flag("makes_parents", false)) return std::nullopt;
  // What was in a removed tree is not kept, nor which entries below had which attributes.
  const bool empty = before.attribute("removes").is_array() && before.attribute("removes").empty();
  const bool tree = wants_absent(desired) && before.exists && !empty;
  const bool listed = !desired.has("acl") && wants_absent(desired) && before.has("acl");
  if (tree || (before.exists && listed) || owes(desired, before, "recurse") || owes(desired, before, "purge"))
    return std::nullopt;
  if (before.exists && desired.has("entries") && !before.flag("tree", true)) return std::nullopt;
  Desired again = desired_again(desired, before, {"owner", "group", "mode"});
  // A list can be asked for by names alone.
  if (before.exists && desired.has("acl") && names_nobody(before.text("acl"))) return std::nullopt;
  if (before.exists) restore_access_list(desired, before, again);
  if (before.exists && !wants_absent(desired) && !before.has("acl") && !desired.has("acl"))
    keep_changed(again, diff(desired, before), {"owner", "group", "mode"});
  if (before.exists) restore_labels(diff(desired, before), before, again);
  again.attributes["path"] = desired.text("path");
  if (!before.exists && desired.has("entries")) again.attributes["entries"] = entry_names(desired);
  if (desired.has("follow")) again.attributes["follow"] = desired.attribute("follow");
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "directory",
                .provider = make_provider<DirectoryProvider>(),
                .operations = OperationSet::of<MakeDirectory, MakeLink, Remove, SetAttributes, WriteFile>(),
                .contents = {{.content = "entries", .source = "source", .path = "path"}},
                .stands_on_inferred = true,
                .dwindling = {"differ", "differs", "removes"},
                .judged = {"recurse", "purge", "tree"},
                .given_once = {"mode"},
                .confirmable = true,
                .adoption = {survey, "files"}});
}

}  // namespace plumb::providers::directory
