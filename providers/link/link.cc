#include "providers/link/link.h"

#include "providers/sdk/ownership.h"
#include "providers/sdk/place_limits.h"

namespace plumb::providers::link {
namespace {

bool wants_hard(const Desired& desired) {
  return desired.flag("hard", false);
}

const char* type_name(FileType type) {
  switch (type) {
    case FileType::kFile:
      return "file";
    case FileType::kDirectory:
      return "directory";
    case FileType::kLink:
      return "link";
    case FileType::kOther:
      break;
  }
  return "other";
}

Diagnostic in_the_way(const std::string& path, const std::string& what) {
  return Diagnostic(Code::kRefusedByState, path + " is " + what);
}

// Whether two names are of different file systems. The files of one overlay may lie on several devices, its folders on
// one.
Result<bool> lie_apart(const std::string& path, const FileInfo& place, const std::string& target, const FileInfo& other,
                       System& system) {
  if (place.device == other.device) return false;
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> one, system.stat(parent_of(path), true));
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> two, system.stat(parent_of(target), true));
  PLUMB_TRY_ASSIGN(const Limits limits, system.limits(target));
  return limits.mount || !one || !two || one->device != two->device;
}

// A hard link's other name has to be there and be a file; `same` tells whether the path is it already.
Result<bool> observe_hard_target(const std::string& path, const std::string& target,
                                 const std::optional<FileInfo>& info, System& system, Observed& observed) {
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> other, system.stat(target, false));
  if (!other) {
    observed.missing.push_back({{"", "file", target}, "target"});
    return false;
  }
  if (other->type == FileType::kDirectory) {
    observed.obstacle = in_the_way(target, "a directory, and " + path + " cannot be a hard link to it");
    return false;
  }
  // What is not there yet will be where its folder is.
  std::optional<FileInfo> place = info;
  if (!place) {
    PLUMB_TRY_ASSIGN(place, system.stat(parent_of(path), true));
  }
  PLUMB_TRY_ASSIGN(const bool elsewhere, place ? lie_apart(path, *place, target, *other, system) : Result<bool>(false));
  if (elsewhere) {
    observed.obstacle = in_the_way(target, "on another file system than " + path + ", so a hard link is not possible");
  }
  return info && info->device == other->device && info->inode == other->inode;
}

// Whether whoever follows the link would come back to it.
Result<bool> leads_to_itself(const std::string& path, const std::string& target, System& system) {
  constexpr int kMostLinks = 40;
  const auto from = [](const std::string& link, const std::string& to) { return plain_path(parent_of(link), to); };
  std::string place = from(path, target);
  for (int links = 0; links < kMostLinks; ++links) {
    // Also by way of itself.
    if (place == path || is_below(place, path)) return true;
    const Result<std::optional<FileInfo>> info = system.stat(place, false);
    if (!info || !*info || (*info)->type != FileType::kLink) return false;
    place = from(place, (*info)->link_target);
  }
  return true;
}

Result<Observed> observe_one(const Desired& desired, System& system) {
  Observed observed;
  const std::string path = desired.text("path");
  const std::string target = desired.text("target");
  const bool hard = wants_hard(desired);
  const bool absent = wants_absent(desired);
  if (!hard && !absent) {
    PLUMB_TRY_ASSIGN(const bool circle, leads_to_itself(path, target, system));
    if (circle) {
      // Told as not there, so that it is refused where it is so already.
      observed.obstacle = in_the_way(path, "to be a link to " + target + ", which leads back to it");
      return observed;
    }
  }
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(path, false));
  bool same = false;
  if (hard && !target.empty() && !absent) {
    PLUMB_TRY_ASSIGN(same, observe_hard_target(path, target, info, system, observed));
  }
  if (!info) {
    if (!absent) PLUMB_TRY(note_missing_parent(path, system, observed));
    return observed;
  }
  observed.exists = true;
  observed.attributes["type"] = same ? "hard link" : type_name(info->type);
  if (same) {
    observed.attributes["target"] = target;
    return observed;
  }
  if (info->type == FileType::kLink) {
    observed.attributes["target"] = info->link_target;
    if (info->uid != 0 || info->gid != 0) {
      observed.attributes["owner"] = std::to_string(info->uid);
      observed.attributes["group"] = std::to_string(info->gid);
    }
    return observed;
  }
  if (absent) {
    if (info->type != FileType::kFile || !hard)
      observed.obstacle = in_the_way(path, "no symbolic link; it is not removed");
    return observed;
  }
  if (info->type == FileType::kDirectory) {
    PLUMB_TRY_ASSIGN(const std::vector<std::string> entries, system.list(path));
    if (!entries.empty()) {
      observed.obstacle = in_the_way(path, "a directory that is not empty");
      return observed;
    }
  }
  if (!desired.flag("force", false)) {
    observed.obstacle =
        in_the_way(path, "there and is no link to replace").with_hint("set `force: true` to put the link in its place");
  }
  return observed;
}

bool belongs_as_asked(const Desired& desired, const Observed& observed) {
  return observed.text("owner", "0") == desired.text("owner") && observed.text("group", "0") == desired.text("group");
}

SetAttributes given_to(const Desired& desired) {
  SetAttributes give;
  give.path = desired.text("path");
  give.ownership.owner = desired.text("owner");
  give.ownership.group = desired.text("group");
  return give;
}

}  // namespace

std::vector<Result<Observed>> LinkProvider::observe(std::span<const Desired* const> desired, System& system) const {
  return observe_places(*this, desired, system, [&](const Desired& one) { return observe_one(one, system); });
}

Change LinkProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const std::string path = desired.text("path");
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    change.before = observed.attributes;
    change.operations.push_back(Remove{path, false, false});
    return change;
  }

  const bool hard = wants_hard(desired);
  const std::string target = desired.text("target");
  const std::string type = hard ? "hard link" : "link";
  if (observed.exists) {
    const std::string there = observed.text("type", type);
    const Json& found = observed.attribute("target");
    const bool others = !hard && desired.has("owner") && !belongs_as_asked(desired, observed);
    if (there == type && found == target && !others) return change;
    change.op = there == type ? Op::kUpdate : Op::kReplace;
    if (there != type) {
      change.before["type"] = there;
      change.after["type"] = type;
    }
    if (!found.is_null() && found != target) change.before["target"] = found;
    if (found != target) change.after["target"] = target;
    if (others) change.after["owner"] = desired.attribute("owner");
    if (there == type && found == target) {
      change.operations.push_back(given_to(desired));
      return change;
    }
  } else {
    change.op = Op::kCreate;
    change.after = {{"target", target}};
    if (hard) change.after["type"] = type;
  }
  change.operations.push_back(MakeLink{path, target, hard, observed.exists});
  if (!hard && desired.has("owner")) change.operations.push_back(given_to(desired));
  return change;
}

std::vector<Address> LinkProvider::infers(const Desired& desired) const {
  if (wants_absent(desired)) return {};
  std::vector<Address> edges = infer_path_edges(desired, desired.text("path"));
  // A symbolic link may dangle until its target comes; a hard link may not.
  if (wants_hard(desired)) edges.push_back({"", "file", desired.text("target")});
  return edges;
}

std::vector<ImpliedPath> LinkProvider::implies_paths(const Desired& desired) const {
  const std::string target = desired.text("target");
  if (wants_absent(desired) || target.empty()) return {};
  return {{plain_path(parent_of(desired.text("path")), target), false, wants_hard(desired)}};
}

std::vector<std::string> LinkProvider::manages_paths(const Desired& desired) const {
  return {desired.text("path")};
}

// Through a symbolic link one may change a part of what it leads to. A new file would take the place of a hard one.
std::vector<std::string> LinkProvider::replaces_paths(const Desired& desired) const {
  return wants_absent(desired) || wants_hard(desired) ? manages_paths(desired) : std::vector<std::string>();
}

std::optional<Desired> LinkProvider::restore(const Desired& desired, const Observed& before) const {
  // What a link took the place of was not kept.
  if (before.exists && !before.attributes.contains("target")) return std::nullopt;
  Desired again = desired_again(desired, before, {"target"});
  again.attributes["path"] = desired.text("path");
  if (before.text("type") == "hard link" || (!before.exists && wants_hard(desired))) {
    again.attributes["hard"] = true;
  }
  if (before.text("type") == "link" && before.has("owner")) {
    for (const char* attribute : {"owner", "group"}) again.attributes[attribute] = before.attribute(attribute);
  }
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "link",
                .provider = make_provider<LinkProvider>(),
                .operations = OperationSet::of<MakeLink, Remove, SetAttributes>(),
                .stands_on_inferred = true,
                .confirmable = true,
                .adoption = {survey, "files"}});
}

}  // namespace plumb::providers::link
