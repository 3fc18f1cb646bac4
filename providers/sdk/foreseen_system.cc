#include "providers/sdk/foreseen_system.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "engine/base/digest.h"
#include "providers/sdk/ownership.h"

namespace plumb {
namespace {

constexpr std::size_t kMaxLinks = 40;

Error foreseen_trouble(const std::string& path, int number) {
  return fail(Code::kOperation, path + ": " + std::strerror(number));
}

std::vector<std::string> components_of(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, slash);
    if (!part.empty() && part != ".") parts.emplace_back(part);
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return parts;
}

std::string last_part(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return std::string(path.substr(path.rfind('/') + 1));
}

// Of a place; the root is above itself.
std::string_view above(std::string_view place) {
  const std::size_t slash = place.rfind('/');
  return slash == 0 ? place.substr(0, 1) : place.substr(0, slash);
}

}  // namespace

std::string ForeseenSystem::joined_path(const std::string& folder, std::string_view name) {
  return (folder == "/" ? "" : folder) + "/" + std::string(name);
}

Result<std::optional<ForeseenSystem::Entry>> ForeseenSystem::at(const std::string& place) {
  std::optional<Entry> entry;
  if (const auto known = entries_.find(place); known != entries_.end()) {
    if (known->second.unknown) return not_known(place, *known->second.unknown);
    if (!known->second.info) return entry;
    entry = known->second;
  } else {
    for (std::string_view folder = place; folder != "/" && !entries_.empty();) {
      folder = above(folder);
      const auto known_above = entries_.find(folder);
      if (known_above == entries_.end()) continue;
      if (known_above->second.unknown) return not_known(place, *known_above->second.unknown);
      if (known_above->second.filled) return not_known(place, *known_above->second.filled);
      const std::optional<FileInfo>& info = known_above->second.info;
      if (!info || info->type != FileType::kDirectory || known_above->second.fresh) return entry;
    }
    const auto known_now = steps_.find(place);
    std::optional<FileInfo> info;
    if (known_now != steps_.end()) {
      info = known_now->second;
    } else {
      PLUMB_TRY_ASSIGN(info, now_.stat(place, false));
    }
    if (!info) return entry;
    entry = Entry{std::move(info), {place, std::nullopt, {}}, false};
  }
  dress_as_changed(*entry->info);
  return entry;
}

void ForeseenSystem::dress_as_changed(FileInfo& info) const {
  const auto dressed = dressed_.find({info.device, info.inode});
  if (dressed == dressed_.end()) return;
  info.uid = dressed->second.uid;
  info.gid = dressed->second.gid;
  info.mode = dressed->second.mode;
}

// What lies at a place on the way to others. The host's own folders are asked for once.
Result<std::optional<FileInfo>> ForeseenSystem::step(const std::string& place) {
  for (std::string_view folder = place; folder != "/" && !entries_.empty(); folder = above(folder)) {
    if (!entries_.contains(folder)) continue;
    PLUMB_TRY_ASSIGN(const std::optional<Entry> entry, at(place));
    return entry ? entry->info : std::optional<FileInfo>();
  }
  if (const auto known = steps_.find(place); known != steps_.end()) return known->second;
  PLUMB_TRY_ASSIGN(std::optional<FileInfo> info, now_.stat(place, false));
  return steps_.emplace(place, std::move(info)).first->second;
}

Result<std::string> ForeseenSystem::resolve(const std::string& path) {
  return entries_.empty() && dressed_.empty() ? now_.resolve(path) : place_behind(path);
}

// The folder that a path lies in is resolved once for all that is in it.
Result<ForeseenSystem::Way> ForeseenSystem::way_to(const std::string& path) {
  const std::string folder = parent_of(path);
  Way way;
  if (folder != "/") {
    auto known = ways_.find(folder);
    if (known == ways_.end()) {
      PLUMB_TRY_ASSIGN(Way found, way_to(folder));
      known = ways_.emplace(folder, std::move(found)).first;
    }
    way = known->second;
  }
  PLUMB_TRY(go_on(way, last_part(path), path));
  return way;
}

// Links are followed one part at a time; what is not there is no link.
Result<> ForeseenSystem::go_on(Way& way, std::string_view parts, const std::string& path) {
  std::vector<std::string> rest = components_of(parts);
  std::reverse(rest.begin(), rest.end());
  while (!rest.empty()) {
    const std::string part = std::move(rest.back());
    rest.pop_back();
    if (part == "..") {
      way.place.resize(way.place.empty() ? 0 : way.place.rfind('/'));
      continue;
    }
    std::string next = way.place + '/' + part;
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, step(next));
    if (!info || info->type != FileType::kLink) {
      way.place = std::move(next);
      continue;
    }
    way.links.push_back(next);
    if (way.links.size() > kMaxLinks) return foreseen_trouble(path, ELOOP);
    // One that is there now and may not be followed.
    if (!entries_.contains(next)) {
      const Result<std::string> real = now_.resolve(next);
      if (!real && real.error().code() == Code::kSymlinkRefused) return Error(real.error());
    }
    if (info->uid != 0 && info->uid != self_.uid) way.maker = info->uid;
    const std::string& target = info->link_target;
    if (target.starts_with('/')) way.place.clear();
    std::vector<std::string> more = components_of(target);
    rest.insert(rest.end(), more.rbegin(), more.rend());
  }
  return {};
}

Result<std::string> ForeseenSystem::place_behind(const std::string& path, std::set<std::string>* links_passed) {
  Result<Way> found = way_to(path);
  if (!found) {
    if (links_passed != nullptr) {
      Way way;  // as far as it leads
      (void)go_on(way, path, path);
      links_passed->insert(way.links.begin(), way.links.end());
    }
    return std::move(found.error());
  }
  Way& way = *found;
  if (links_passed != nullptr) links_passed->insert(way.links.begin(), way.links.end());
  if (way.place.empty()) way.place = "/";
  if (!way.maker) return std::move(way.place);
  // Of what is there now this was asked on the way.
  for (const std::string& there : {parent_of(way.place), way.place}) {
    if (!touched_.contains(there)) continue;
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, step(there));
    if (info && info->uid != *way.maker) {
      return fail(Code::kSymlinkRefused, path + " leads by a link made by user " + std::to_string(*way.maker) +
                                             " to what is not theirs by then");
    }
  }
  return std::move(way.place);
}

Result<std::string> ForeseenSystem::place_of(const std::string& path) {
  if (path == "/") return path;
  PLUMB_TRY_ASSIGN(const std::string folder, place_behind(parent_of(path)));
  return joined_path(folder, last_part(path));
}

Result<std::optional<FileInfo>> ForeseenSystem::stat(const std::string& path, bool follow) {
  if (entries_.empty() && dressed_.empty()) {
    PLUMB_TRY_ASSIGN(std::optional<FileInfo> info, now_.stat(path, follow));
    if (!follow) steps_.insert_or_assign(path, info);
    return info;
  }
  PLUMB_TRY_ASSIGN(const std::string place, follow ? place_behind(path) : place_of(path));
  PLUMB_TRY_ASSIGN(std::optional<Entry> entry, at(place));
  return entry ? std::move(entry->info) : std::optional<FileInfo>();
}

Result<ForeseenSystem::Entry> ForeseenSystem::file_at(const std::string& path) {
  PLUMB_TRY_ASSIGN(const std::string place, place_behind(path));
  PLUMB_TRY_ASSIGN(std::optional<Entry> entry, at(place));
  if (!entry) return foreseen_trouble(path, ENOENT);
  if (entry->info->type != FileType::kFile) return fail(Code::kOperation, path + " is not a regular file");
  const auto written = written_.find({entry->info->device, entry->info->inode});
  if (written != written_.end()) entry->bytes = written->second;
  return std::move(*entry);
}

Result<std::string> ForeseenSystem::file_digest(const std::string& path) {
  if (entries_.empty()) return now_.file_digest(path);
  PLUMB_TRY_ASSIGN(const Entry entry, file_at(path));
  if (entry.bytes.unknown) return not_known(path, *entry.bytes.unknown);
  if (!entry.bytes.digest.empty()) return entry.bytes.digest;
  return entry.bytes.text ? Result<std::string>(digest(*entry.bytes.text)) : now_.file_digest(entry.bytes.at);
}

Result<std::string> ForeseenSystem::read_file(const std::string& path, std::size_t limit) {
  if (entries_.empty()) return now_.read_file(path, limit);
  PLUMB_TRY_ASSIGN(const Entry entry, file_at(path));
  if (entry.bytes.unknown) return not_known(path, *entry.bytes.unknown);
  if (!entry.bytes.digest.empty())
    return fail(Code::kCannotObserve, "what " + path + " will hold is known by its digest alone");
  if (!entry.bytes.text) return now_.read_file(entry.bytes.at, limit);
  if (entry.bytes.text->size() > limit) return fail(Code::kOperation, path + " is too large");
  return *entry.bytes.text;
}

Result<std::vector<std::string>> ForeseenSystem::list(const std::string& path) {
  if (entries_.empty()) return now_.list(path);
  PLUMB_TRY_ASSIGN(const std::string place, place_behind(path));
  PLUMB_TRY_ASSIGN(const std::optional<Entry> folder, at(place));
  if (!folder) return foreseen_trouble(path, ENOENT);
  if (folder->info->type != FileType::kDirectory) return foreseen_trouble(path, ENOTDIR);
  if (folder->filled) return not_known(path, *folder->filled);
  std::set<std::string> names;
  if (!folder->fresh) {
    PLUMB_TRY_ASSIGN(const std::vector<std::string> there, now_.list(place));
    names.insert(there.begin(), there.end());
  }
  const std::string prefix = place == "/" ? "/" : place + "/";
  for (auto entry = entries_.lower_bound(prefix); entry != entries_.end() && entry->first.starts_with(prefix);
       ++entry) {
    const std::string name = entry->first.substr(prefix.size());
    if (name.empty() || name.find('/') != std::string::npos) continue;
    if (entry->second.info) {
      names.insert(name);
    } else {
      names.erase(name);
    }
  }
  return std::vector<std::string>(names.begin(), names.end());
}

Result<> ForeseenSystem::walk(const std::string& folder, const TreeVisitor& visit) {
  if (entries_.empty() && dressed_.empty()) return now_.walk(folder, visit);
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> top, stat(folder, true));
  if (!top) return {};
  // The files of one overlay may lie on several devices, so a device alone makes no mount; what is foreseen to be one
  // is on a device that nothing has yet.
  const auto is_mount = [&](const std::string& path, const FileInfo& info) -> Result<bool> {
    if (info.device == top->device) return false;
    PLUMB_TRY_ASSIGN(const std::string place, place_of(path));
    if (entries_.contains(place)) return info.device > ~std::uint64_t{0} / 2;
    PLUMB_TRY_ASSIGN(const Limits limits, now_.limits(place));
    return limits.mount;
  };
  std::string mount;               // the last one that was come upon
  std::vector<std::string> paths;  // that are still to be visited, the next one last
  const auto enter = [&](const std::string& path) -> Result<> {
    PLUMB_TRY_ASSIGN(const std::vector<std::string> names, list(path));
    for (auto name = names.rbegin(); name != names.rend(); ++name) paths.push_back(joined_path(path, *name));
    return {};
  };
  PLUMB_TRY(enter(folder));
  while (!paths.empty()) {
    const std::string path = std::move(paths.back());
    paths.pop_back();
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, stat(path, false));
    if (!info) continue;
    bool mounted = !mount.empty() && is_below(path, mount);
    if (!mounted) {
      PLUMB_TRY_ASSIGN(mounted, is_mount(path, *info));
      if (mounted) mount = path;
    }
    PLUMB_TRY_ASSIGN(const bool enters, visit(path, *info, mounted));
    if (enters && info->type == FileType::kDirectory) PLUMB_TRY(enter(path));
  }
  return {};
}

Result<BeyondMode> ForeseenSystem::beyond_mode(const std::string& path, bool follow) {
  if (entries_.empty() && dressed_.empty()) return now_.beyond_mode(path, follow);
  PLUMB_TRY_ASSIGN(const std::string place, follow ? place_behind(path) : place_of(path));
  PLUMB_TRY_ASSIGN(const std::optional<Entry> entry, at(place));
  if (!entry) return BeyondMode{};
  BeyondMode beyond = entry->beyond;
  if (!entries_.contains(place)) {
    PLUMB_TRY_ASSIGN(beyond, now_.beyond_mode(place, false));
  }
  const auto given = beyond_.find({entry->info->device, entry->info->inode});
  return given == beyond_.end() ? beyond : given->second;
}

// What is new has the limits of the file system that it comes to lie in.
Result<Limits> ForeseenSystem::limits(const std::string& path) {
  if (entries_.empty()) return now_.limits(path);
  PLUMB_TRY_ASSIGN(const std::string place, place_of(path));
  if (!entries_.contains(place)) return now_.limits(place);
  std::string above = place;
  while (above != "/" && entries_.contains(above)) above = parent_of(above);
  PLUMB_TRY_ASSIGN(Limits limits, now_.limits(above));
  return Limits{false, false, limits.read_only, std::move(limits.modeless)};
}

std::optional<Account> ForeseenSystem::user_by_name(const std::string& name) {
  const auto known = users_.find(name);
  return known == users_.end() ? now_.user_by_name(name) : known->second;
}

std::optional<Account> ForeseenSystem::user_by_id(std::uint32_t uid) {
  for (const auto& [name, user] : users_) {
    if (user && user->uid == uid) return user;
  }
  std::optional<Account> user = now_.user_by_id(uid);
  if (user && users_.contains(user->name)) return std::nullopt;
  return user;
}

std::optional<GroupAccount> ForeseenSystem::group_by_name(const std::string& name) {
  const auto known = groups_.find(name);
  return known == groups_.end() ? now_.group_by_name(name) : known->second;
}

std::optional<GroupAccount> ForeseenSystem::group_by_id(std::uint32_t gid) {
  for (const auto& [name, group] : groups_) {
    if (group && group->gid == gid) return group;
  }
  std::optional<GroupAccount> group = now_.group_by_id(gid);
  if (group && groups_.contains(group->name)) return std::nullopt;
  return group;
}

std::set<std::size_t> ForeseenSystem::who_touched(const std::vector<std::string>& paths) {
  std::set<std::string> places;
  for (const std::string& path : paths) {
    places.insert(path);
    if (const Result<std::string> place = place_of(path)) places.insert(*place);
    // Also by way of which links, where it leads nowhere, too.
    if (const Result<std::string> place = place_behind(path, &places)) places.insert(*place);
  }
  std::set<std::size_t> who;
  const auto add = [&who](const Touched& touched, bool dressed) {
    if (touched.made) who.insert(*touched.made);
    if (touched.dressed && dressed) who.insert(*touched.dressed);
  };
  for (const std::string& place : places) {
    for (std::string_view folder = place;; folder = above(folder)) {
      if (const auto touched = touched_.find(folder); touched != touched_.end()) add(touched->second, folder == place);
      if (folder == "/") break;
    }
    const std::string prefix = place == "/" ? "/" : place + "/";
    for (auto below = touched_.lower_bound(prefix); below != touched_.end() && below->first.starts_with(prefix);
         ++below) {
      add(below->second, true);
    }
    if (!shared_.empty()) add_who_shares(place, who);
  }
  return who;
}

// Anything below a folder may be another name of what they changed.
void ForeseenSystem::add_who_shares(const std::string& place, std::set<std::size_t>& who) {
  const Result<std::optional<Entry>> entry = at(place);
  if (!entry || !*entry) return;
  const FileInfo& info = *(*entry)->info;
  for (const auto& [inode, one] : shared_) {
    if (info.type == FileType::kDirectory || inode == Inode(info.device, info.inode)) who.insert(one);
  }
}

std::set<std::size_t> ForeseenSystem::who_touched_accounts(const std::set<std::string>& names) const {
  std::set<std::size_t> who;
  for (const auto& [name, by] : accounts_) {
    if (names.empty() || names.contains(name)) who.insert(by);
  }
  return who;
}

Result<FileInfo> ForeseenSystem::folder_above(const std::string& place) {
  const std::string folder = parent_of(place);
  PLUMB_TRY_ASSIGN(std::optional<FileInfo> info, step(folder));
  if (!info) return fail(Code::kRefusedByState, "the folder " + folder + " is not there by then");
  if (info->type != FileType::kDirectory)
    return fail(Code::kRefusedByState, folder + " is no folder by then, so " + place + " cannot be in it");
  dress_as_changed(*info);
  return std::move(*info);
}

}  // namespace plumb
