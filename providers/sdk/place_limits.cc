#include "providers/sdk/place_limits.h"

#include "providers/sdk/paths.h"

namespace plumb {
namespace {

// What an operation does with the entry at its path.
struct Effect {
  bool replaces = false;  // or removes
  bool dresses = false;   // an entry that stays
  bool makes = false;
};

Effect effect_of(const Operation& operation, bool there) {
  if (std::holds_alternative<SetAttributes>(operation)) return {.dresses = true};
  if (std::holds_alternative<Remove>(operation)) return {.replaces = there};
  if (there && is_in_place(operation)) return {.dresses = true};
  return {.replaces = there, .makes = !there};
}

Diagnostic limited(const std::string& path, const std::string& why) {
  return Diagnostic(Code::kRefusedByState, path + " " + why);
}

}  // namespace

Result<const PlaceLimits::Folder*> PlaceLimits::above(const std::string& path) {
  const std::string parent = parent_of(path);
  if (const auto found = folders_.find(parent); found != folders_.end()) return &found->second;
  Folder folder{parent, {}};
  while (folder.path != "/") {
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system_.stat(folder.path, true));
    if (info) break;
    folder.path = parent_of(folder.path);
  }
  PLUMB_TRY_ASSIGN(const std::string place, system_.resolve(folder.path));
  PLUMB_TRY_ASSIGN(folder.limits, system_.limits(place));
  return &folders_.emplace(parent, std::move(folder)).first->second;
}

Result<std::optional<Diagnostic>> PlaceLimits::limit_of(const Desired& desired, const Change& change, bool exists,
                                                        const Operation& operation) {
  const std::string* given = path_of(operation);
  if (given == nullptr) return std::optional<Diagnostic>();
  std::string path = *given;
  if (follows_link(operation)) path = system_.resolve(path).value_or(path);
  std::optional<FileInfo> info;
  if (exists || follows_link(operation) || path != desired.text("path")) {
    PLUMB_TRY_ASSIGN(info, system_.stat(path, false));
  }
  const Effect effect = effect_of(operation, info.has_value());
  if (!info && !effect.makes) return std::optional<Diagnostic>();
  if (path == "/" && effect.replaces) return std::optional(limited(path, "is the root, which stays what it is"));
  PLUMB_TRY_ASSIGN(const Folder* folder, above(path));
  Limits own;
  if (info) {
    PLUMB_TRY_ASSIGN(own, system_.limits(path));
  }
  const Limits& here = info ? own : folder->limits;
  if (here.read_only) return std::optional(limited(path, "is on a file system that is mounted read-only"));
  if (own.immutable) return std::optional(limited(path, "is immutable").with_hint("`chattr -ia` lifts it"));
  if (folder->limits.immutable && !effect.dresses) {
    return std::optional(
        limited(folder->path, "is immutable, so nothing in it can change").with_hint("`chattr -ia` lifts it"));
  }
  if (own.mount && effect.replaces) {
    const bool writes = info->type == FileType::kFile && traits(operation).new_file;
    return std::optional(limited(path, "is a mount of its own, so it can be neither replaced nor removed")
                             .with_hint(writes ? "unmount it first; or have it written over with `in_place: true` of a "
                                                 "`file`, or of what edits it, which is not atomic"
                                               : "unmount it first"));
  }
  if (here.modeless.empty()) return std::optional<Diagnostic>();
  for (const char* attribute : {"owner", "group", "mode"}) {
    if (!desired.has(attribute) || !change.after.contains(attribute)) continue;
    return std::optional(limited(path, "is on a " + here.modeless + " file system, which keeps no " + attribute)
                             .with_hint("leave out `" + std::string(attribute) + "`; the mount decides on it"));
  }
  return std::optional<Diagnostic>();
}

Result<> PlaceLimits::note(const Desired& desired, const Change& change, Observed& observed) {
  if (observed.obstacle) return {};
  for (const Operation& operation : change.operations) {
    PLUMB_TRY_ASSIGN(observed.obstacle, limit_of(desired, change, observed.exists, operation));
    if (observed.obstacle) return {};
  }
  return {};
}

std::vector<Result<Observed>> observe_places(const Provider& provider, std::span<const Desired* const> desired,
                                             System& system,
                                             const std::function<Result<Observed>(const Desired&)>& look) {
  PlaceLimits limits(system);
  std::vector<Result<Observed>> results;
  results.reserve(desired.size());
  for (const Desired* one : desired) {
    Result<Observed> observed = look(*one);
    if (observed) {
      if (Result<> noted = limits.note(*one, provider.diff(*one, *observed), *observed); !noted)
        observed = std::move(noted.error());
    }
    results.push_back(std::move(observed));
  }
  return results;
}

}  // namespace plumb
