#include "providers/directory/directory.h"

#include <algorithm>

#include "providers/directory/walk.h"
#include "providers/sdk/ownership.h"

namespace plumb::providers::directory {
namespace {

constexpr std::string_view kNewDirectoryMode = "0755";

std::string count(std::size_t number, std::string_view one, std::string_view many) {
  return std::to_string(number) + ' ' + std::string(number == 1 ? one : many);
}

// Walks that meet too much are an obstacle, so that a plan can tell which resource it was.
Result<> take(Result<Json> walked, const char* attribute, Observed& observed) {
  if (walked) {
    observed.attributes[attribute] = std::move(*walked);
    return {};
  }
  if (walked.error().code() != Code::kRefusedByState) return Error(std::move(walked.error()));
  observed.obstacle = walked.error().diagnostic();
  observed.attributes[attribute] = nullptr;
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
    observed.obstacle = Diagnostic(Code::kRefusedByState, path + " is no directory")
                            .with_hint("declare `file: " + path + "` with `state: absent`");
    return observed;
  }
  observe_ownership(desired, *info, names, observed);
  PLUMB_TRY(take(count_entries(path, system), "holds", observed));
  return observed;
}

Result<Observed> observe_present(const Desired& desired, const std::string& path, System& system, AccountNames& names) {
  Observed observed;
  note_missing_accounts(desired, names, observed);
  const bool follow = desired.flag("follow", false);
  PLUMB_TRY_ASSIGN(std::optional<FileInfo> info, system.stat(path, false));
  if (info && info->type == FileType::kLink) {
    const std::string target = info->link_target;
    PLUMB_TRY_ASSIGN(info, system.stat(path, true));
    if (!info) {
      observed.obstacle =
          Diagnostic(Code::kRefusedByState, path + " is a symbolic link to " + target + ", which is not there");
      return observed;
    }
    if (!follow) {
      observed.obstacle = Diagnostic(Code::kSymlinkRefused, path + " is a symbolic link to " + target)
                              .with_hint("set `follow: true` to manage the directory it points to");
    }
  }
  if (!info) {
    if (desired.flag("parents", false)) {
      Observed parents;
      PLUMB_TRY(note_missing_parent(path, system, parents));
      observed.obstacle = parents.obstacle;
    } else {
      PLUMB_TRY(note_missing_parent(path, system, observed));
    }
    return observed;
  }
  if (info->type != FileType::kDirectory) {
    // Told as not there, so that the change which the obstacle refuses is never empty.
    observed.obstacle = Diagnostic(Code::kRefusedByState, path + " is there and is no directory");
    return observed;
  }
  observed.exists = true;
  observe_ownership(desired, *info, names, observed);
  PLUMB_TRY(observe_beyond_mode(path, follow, system, observed));
  if (desired.flag("recurse", false)) {
    PLUMB_TRY(take(find_differing(desired, path, system, names), "below", observed));
    const Json& below = observed.attributes["below"];
    observed.attributes["recurse"] = below.is_array() && below.empty();
  }
  if (desired.flag("purge", false)) {
    std::set<std::string> managed;
    for (std::string& kept : texts_in(desired.attribute("keep"))) managed.insert(std::move(kept));
    PLUMB_TRY(take(find_extra(path, managed, system), "extra", observed));
    const Json& extra = observed.attributes["extra"];
    observed.attributes["purge"] = extra.is_array() && extra.empty();
  }
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
    if (++all <= kNamed) named += (named.empty() ? "" : ", ") + text_of(entry, "path");
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

Change removal(const Desired& desired, const Observed& observed) {
  Change change;
  const std::string path = desired.text("path");
  change.op = Op::kDelete;
  change.before = observed.attributes;
  const bool tree = !observed.attributes.contains("link");
  change.operations.push_back(Remove{path, tree, false});
  const auto holds = observed.attributes.find("holds");
  if (holds != observed.attributes.end() && holds->is_object()) {
    const std::size_t files = holds->value("files", std::size_t{0});
    const std::size_t directories = holds->value("directories", std::size_t{0});
    if (files + directories > 0) {
      change.note =
          "with " + count(files, "file", "files") + " and " + count(directories, "directory", "directories") + " in it";
    }
  }
  return change;
}

}  // namespace

std::vector<Result<Observed>> DirectoryProvider::observe(std::span<const Desired* const> desired,
                                                         System& system) const {
  AccountNames names(system);
  PlaceLimits limits(system);
  std::vector<Result<Observed>> results;
  results.reserve(desired.size());
  for (const Desired* one : desired) {
    const std::string path = one->text("path");
    Result<Observed> observed =
        wants_absent(*one) ? observe_absent(*one, path, system, names) : observe_present(*one, path, system, names);
    if (observed) {
      if (Result<> noted = limits.note(*one, diff(*one, *observed), *observed); !noted)
        observed = std::move(noted.error());
    }
    results.push_back(std::move(observed));
  }
  return results;
}

Change DirectoryProvider::diff(const Desired& desired, const Observed& observed) const {
  const std::string path = desired.text("path");
  if (wants_absent(desired)) return observed.exists ? removal(desired, observed) : Change();

  Change change;
  const Ownership wanted = diff_ownership(desired, observed, kNewDirectoryMode, true, change);
  if (!observed.exists) {
    change.op = Op::kCreate;
    change.operations.push_back(MakeDirectory{path, wanted, desired.flag("parents", false)});
    return change;
  }
  const bool follow = desired.flag("follow", false);
  if (!change.after.empty()) {
    change.operations.push_back(SetAttributes{path, changed_only(wanted, change), follow});
  }
  if (owes(desired, observed, "recurse")) {
    change.before["recurse"] = false;
    change.after["recurse"] = true;
    const Json& below = entries(observed, "below");
    for (const Json& entry : below) {
      SetAttributes set;
      set.path = text_of(entry, "path");
      set.ownership = {given(entry, "owner"), given(entry, "group"), given(entry, "mode"), given(entry, "acl")};
      change.operations.push_back(std::move(set));
    }
    change.note = "sets attributes of " + count(below.size(), "entry", "entries") + " below" + privileged_in(below);
  }
  if (owes(desired, observed, "purge")) {
    change.before["purge"] = false;
    change.after["purge"] = true;
    const Json& extra = entries(observed, "extra");
    for (const Json& entry : extra) {
      change.operations.push_back(Remove{text_of(entry, "path"), flag_of(entry, "directory", false), false});
    }
    change.note += (change.note.empty() ? "" : "; ");
    change.note += "removes " + count(extra.size(), "entry", "entries") + " that nothing manages";
  }
  if (!change.after.empty()) change.op = Op::kUpdate;
  return change;
}

std::vector<Address> DirectoryProvider::infers(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  return infer_path_edges(desired, desired.text("path"));
}

std::vector<Address> DirectoryProvider::provides(const Desired& desired) const {
  std::vector<Address> result;
  if (wants_absent(desired) || !desired.flag("parents", false)) return result;
  for (const std::string& folder : ancestors_of(desired.text("path"))) result.push_back({"", "directory", folder});
  return result;
}

std::vector<std::string> DirectoryProvider::manages_paths(const Desired& desired) const {
  return {desired.text("path")};
}

// There is no file of which another resource could change a part.
std::vector<std::string> DirectoryProvider::replaces_paths(const Desired& desired) const {
  return manages_paths(desired);
}

void DirectoryProvider::complete(Desired& desired, std::span<const Desired> host, const SecretOf&) const {
  if (wants_absent(desired) || !desired.flag("purge", false)) return;
  const std::string path = desired.text("path");
  std::set<std::string> keep;
  for (const Desired& other : host) {
    // Every kind that lives in the file system names its place `path`.
    const std::string place = other.text("path");
    if (is_below(place, path) && !wants_absent(other)) keep.insert(place);
  }
  desired.attributes["keep"] = keep;
}

std::optional<Desired> DirectoryProvider::restore(const Desired& desired, const Observed& before) const {
  // What was in a removed tree is not kept, nor which entries below had which attributes.
  const bool tree = wants_absent(desired) && before.exists;
  if (tree || owes(desired, before, "recurse") || owes(desired, before, "purge")) return std::nullopt;
  Desired again = desired_again(desired, before, {"owner", "group", "mode"});
  again.attributes["path"] = desired.text("path");
  if (desired.has("follow")) again.attributes["follow"] = desired.attribute("follow");
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "directory",
                .provider = std::make_shared<DirectoryProvider>(),
                .operations = OperationSet::of<MakeDirectory, Remove, SetAttributes>(),
                .stands_on_inferred = true,
                .confirmable = true});
}

}  // namespace plumb::providers::directory
