#include "providers/sdk/foreseen_system.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <variant>

#include "engine/base/digest.h"
#include "providers/sdk/edit.h"
#include "providers/sdk/ownership.h"

namespace plumb {
namespace {

constexpr std::uint32_t kUnknownId = 0xfffffffdU;  // of an account that something not foreseen brings
constexpr std::uint32_t kSetIds = 06000, kSetGid = 02000;
constexpr std::size_t kLargestForeseen = std::size_t{64} << 20U;
constexpr int kMaxLinks = 40;

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

std::string joined_path(const std::string& folder, std::string_view name) {
  return (folder == "/" ? "" : folder) + "/" + std::string(name);
}

std::string last_part(std::string_view path) {
  return std::string(path.substr(path.rfind('/') + 1));
}

std::uint32_t mode_given(const Ownership& ownership, std::uint32_t otherwise) {
  return ownership.mode ? apply_mode(*ownership.mode, 0, false).value_or(otherwise) : otherwise;
}

}  // namespace

Result<std::optional<ForeseenSystem::Entry>> ForeseenSystem::at(const std::string& place) {
  std::optional<Entry> entry;
  if (const auto known = entries_.find(place); known != entries_.end()) {
    if (!known->second.info) return entry;
    entry = known->second;
  } else {
    for (std::string folder = place; folder != "/";) {
      folder = parent_of(folder);
      const auto above = entries_.find(folder);
      if (above == entries_.end()) continue;
      const std::optional<FileInfo>& info = above->second.info;
      if (!info || info->type != FileType::kDirectory || above->second.fresh) return entry;
    }
    PLUMB_TRY_ASSIGN(std::optional<FileInfo> info, now_.stat(place, false));
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
  for (std::string folder = place; folder != "/"; folder = parent_of(folder)) {
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

// Links are followed one part at a time; what is not there is no link.
Result<std::string> ForeseenSystem::place_behind(const std::string& path, std::set<std::string>* links_passed) {
  std::vector<std::string> rest = components_of(path);
  std::reverse(rest.begin(), rest.end());
  std::string done;
  std::optional<std::uint32_t> maker;  // of a link that is neither root's nor the executor's
  for (int links = 0; !rest.empty();) {
    const std::string part = std::move(rest.back());
    rest.pop_back();
    if (part == "..") {
      done.resize(done.empty() ? 0 : done.rfind('/'));
      continue;
    }
    std::string next = done + '/' + part;
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, step(next));
    if (!info || info->type != FileType::kLink) {
      done = std::move(next);
      continue;
    }
    if (links_passed != nullptr) links_passed->insert(next);
    if (++links > kMaxLinks) return foreseen_trouble(path, ELOOP);
    // One that is there now and may not be followed.
    if (!entries_.contains(next)) {
      const Result<std::string> real = now_.resolve(next);
      if (!real && real.error().code() == Code::kSymlinkRefused) return Error(real.error());
    }
    if (info->uid != 0 && info->uid != self_.uid) maker = info->uid;
    const std::string& target = info->link_target;
    if (target.starts_with('/')) done.clear();
    std::vector<std::string> more = components_of(target);
    rest.insert(rest.end(), more.rbegin(), more.rend());
  }
  if (done.empty()) done = "/";
  if (maker && touched_.contains(done)) {
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, step(done));
    if (info && info->uid != *maker) {
      return fail(Code::kSymlinkRefused,
                  path + " leads by a link made by user " + std::to_string(*maker) + " to what is not theirs by then");
    }
  }
  return done;
}

Result<std::string> ForeseenSystem::place_of(const std::string& path) {
  if (path == "/") return path;
  PLUMB_TRY_ASSIGN(const std::string folder, place_behind(parent_of(path)));
  return joined_path(folder, last_part(path));
}

Result<std::optional<FileInfo>> ForeseenSystem::stat(const std::string& path, bool follow) {
  if (entries_.empty() && dressed_.empty()) return now_.stat(path, follow);
  PLUMB_TRY_ASSIGN(const std::string place, follow ? place_behind(path) : place_of(path));
  PLUMB_TRY_ASSIGN(std::optional<Entry> entry, at(place));
  return entry ? std::move(entry->info) : std::optional<FileInfo>();
}

Result<ForeseenSystem::Entry> ForeseenSystem::file_at(const std::string& path) {
  PLUMB_TRY_ASSIGN(const std::string place, place_behind(path));
  PLUMB_TRY_ASSIGN(std::optional<Entry> entry, at(place));
  if (!entry) return foreseen_trouble(path, ENOENT);
  if (entry->info->type != FileType::kFile) return fail(Code::kOperation, path + " is not a regular file");
  return std::move(*entry);
}

Result<std::string> ForeseenSystem::file_digest(const std::string& path) {
  if (entries_.empty()) return now_.file_digest(path);
  PLUMB_TRY_ASSIGN(const Entry entry, file_at(path));
  if (!entry.bytes.digest.empty()) return entry.bytes.digest;
  return entry.bytes.text ? Result<std::string>(digest(*entry.bytes.text)) : now_.file_digest(entry.bytes.at);
}

Result<std::string> ForeseenSystem::read_file(const std::string& path, std::size_t limit) {
  if (entries_.empty()) return now_.read_file(path, limit);
  PLUMB_TRY_ASSIGN(const Entry entry, file_at(path));
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
    PLUMB_TRY_ASSIGN(const bool enters, visit(path, *info, info->device != top->device));
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
  if (cleared_.contains({entry->info->device, entry->info->inode})) beyond.access_list.clear();
  return beyond;
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
    for (std::string above = place;; above = parent_of(above)) {
      if (const auto touched = touched_.find(above); touched != touched_.end()) add(touched->second, above == place);
      if (above == "/") break;
    }
    const std::string prefix = place == "/" ? "/" : place + "/";
    for (auto below = touched_.lower_bound(prefix); below != touched_.end() && below->first.starts_with(prefix);
         ++below) {
      add(below->second, true);
    }
  }
  return who;
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

FileInfo ForeseenSystem::fresh(FileType type, std::uint32_t mode, const FileInfo& folder) {
  FileInfo info;
  info.type = type;
  info.mode = mode;
  info.uid = self_.uid;
  info.gid = (folder.mode & kSetGid) != 0 ? folder.gid : self_.gid;
  info.device = folder.device;
  info.inode = ~std::uint64_t{0} - made_++;
  return info;
}

void ForeseenSystem::dress(FileInfo& info, const Ownership& ownership) {
  const auto id = [](const std::string& name, const auto& account, auto member) {
    if (account) return (*account).*member;
    return is_number(name) ? static_cast<std::uint32_t>(std::stoull(name)) : kUnknownId;
  };
  const std::pair<std::uint32_t, std::uint32_t> old{info.uid, info.gid};
  if (ownership.owner) info.uid = id(*ownership.owner, user_by_name(*ownership.owner), &Account::uid);
  if (ownership.group) info.gid = id(*ownership.group, group_by_name(*ownership.group), &GroupAccount::gid);
  // No file keeps these rights once it is another's.
  if (old != std::pair(info.uid, info.gid) && info.type == FileType::kFile) info.mode &= ~kSetIds;
  info.mode = mode_given(ownership, info.mode);
}

void ForeseenSystem::put(const std::string& place, Entry entry, std::size_t who) {
  take_away(place, who);
  entries_[place] = std::move(entry);
}

void ForeseenSystem::take_away(const std::string& place, std::size_t who) {
  const std::string prefix = place + "/";
  const auto first = entries_.lower_bound(prefix);
  auto last = first;
  while (last != entries_.end() && last->first.starts_with(prefix)) ++last;
  entries_.erase(first, last);
  entries_[place] = Entry{};
  touched_[place].made = who;
}

Result<> ForeseenSystem::carry_out(const Operation& operation, std::size_t who) {
  return std::visit(
      [&](const auto& one) -> Result<> {
        if constexpr (requires { carry_out_one(one, who); }) {
          return carry_out_one(one, who);
        } else {
          return {};
        }
      },
      operation);
}

bool ForeseenSystem::foresees(const Operation& operation) {
  return std::visit(
      [](const auto& one) {
        return requires(ForeseenSystem & system) {
          system.carry_out_one(one, std::size_t{0});
        };
      },
      operation);
}

Result<> ForeseenSystem::carry_out_one(const WriteFile& write, std::size_t who) {
  PLUMB_TRY_ASSIGN(const std::string place, write.follow ? place_behind(write.path) : place_of(write.path));
  PLUMB_TRY_ASSIGN(const FileInfo folder, folder_above(place));
  PLUMB_TRY_ASSIGN(const std::optional<Entry> old, at(place));
  if (old && old->info->type == FileType::kLink)
    return fail(Code::kSymlinkRefused, write.path + " is a symbolic link by then");
  if (old && old->info->type != FileType::kFile)
    return fail(Code::kRefusedByState, write.path + " is no regular file by then");
  Entry entry;
  entry.info = fresh(FileType::kFile, 0644, folder);
  if (old) {
    entry.info->uid = old->info->uid;
    entry.info->gid = old->info->gid;
    entry.info->mode = old->info->mode;
  }
  dress(*entry.info, write.ownership);
  if (old) {
    PLUMB_TRY_ASSIGN(entry.beyond, beyond_mode(place, false));
    entry.beyond.capabilities = false;
    if (write.ownership.acl) entry.beyond.access_list.clear();
  }
  entry.bytes.digest = write.content;
  put(place, std::move(entry), who);
  return {};
}

Result<> ForeseenSystem::carry_out_one(const EditFile& edit, std::size_t who) {
  PLUMB_TRY_ASSIGN(const std::string place, edit.follow ? place_behind(edit.path) : place_of(edit.path));
  PLUMB_TRY_ASSIGN(const FileInfo folder, folder_above(place));
  PLUMB_TRY_ASSIGN(const std::optional<Entry> old, at(place));
  if (!old && !edit.create) return fail(Code::kRefusedByState, edit.path + " is not there by then");
  Entry entry;
  const std::uint32_t mode = edit.mode.empty() ? 0644 : apply_mode(edit.mode, 0, false).value_or(0644);
  entry.info = fresh(FileType::kFile, mode, folder);
  std::string text;
  if (old) {
    PLUMB_TRY_ASSIGN(text, read_file(place, kLargestForeseen));
    PLUMB_TRY_ASSIGN(entry.beyond, beyond_mode(place, false));
    entry.info->uid = old->info->uid;
    entry.info->gid = old->info->gid;
    entry.info->mode = old->info->mode & ~kSetIds;
  }
  for (const Edit& one : edit.edits) {
    // One that is about a sensitive line may not be to be made here; then the text is as far as it is known.
    if (Result<EditResult> made = make_edit(one, text)) text = std::move(made->text);
  }
  entry.bytes.text = std::move(text);
  put(place, std::move(entry), who);
  return {};
}

Result<> ForeseenSystem::carry_out_one(const MakeDirectory& make, std::size_t who) {
  PLUMB_TRY_ASSIGN(std::string place, place_of(make.path));
  if (make.parents) {
    const std::string above = parent_of(make.path);
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, stat(above, true));
    if (!info) PLUMB_TRY(carry_out_one(MakeDirectory{above, {{}, {}, "0755"}, true}, who));
    PLUMB_TRY_ASSIGN(place, place_of(make.path));
  }
  PLUMB_TRY_ASSIGN(const FileInfo folder, folder_above(place));
  PLUMB_TRY_ASSIGN(std::optional<Entry> old, at(place));
  if (old && old->info->type == FileType::kLink) {
    PLUMB_TRY_ASSIGN(place, place_behind(make.path));
    PLUMB_TRY_ASSIGN(old, at(place));
    if (!old) return fail(Code::kRefusedByState, make.path + " is a symbolic link to nothing by then");
  }
  if (old && old->info->type != FileType::kDirectory)
    return fail(Code::kRefusedByState, make.path + " is there by then and is no folder");
  if (old) return carry_out_one(SetAttributes{place, make.ownership, false}, who);
  Entry entry;
  entry.info = fresh(FileType::kDirectory, 0755, folder);
  dress(*entry.info, make.ownership);
  entry.fresh = true;
  put(place, std::move(entry), who);
  return {};
}

Result<> ForeseenSystem::carry_out_one(const MakeLink& make, std::size_t who) {
  PLUMB_TRY_ASSIGN(const std::string place, place_of(make.path));
  PLUMB_TRY_ASSIGN(const FileInfo folder, folder_above(place));
  PLUMB_TRY_ASSIGN(const std::optional<Entry> old, at(place));
  if (old) {
    const bool same = !make.hard && old->info->type == FileType::kLink && old->info->link_target == make.target;
    if (same) return {};
    if (!make.replace) return fail(Code::kRefusedByState, make.path + " is there by then");
    if (old->info->type == FileType::kDirectory) {
      PLUMB_TRY_ASSIGN(const std::vector<std::string> names, list(place));
      if (!names.empty()) return fail(Code::kRefusedByState, make.path + " is a folder that is not empty by then");
    }
  }
  Entry entry;
  if (make.hard) {
    const std::string target =
        make.target.starts_with('/') ? make.target : joined_path(parent_of(make.path), make.target);
    PLUMB_TRY_ASSIGN(const std::string other, place_of(target));
    PLUMB_TRY_ASSIGN(std::optional<Entry> found, at(other));
    if (!found || found->info->type == FileType::kDirectory)
      return fail(Code::kRefusedByState, target + " is no file by then, so " + make.path + " cannot be a name of it");
    entry = std::move(*found);
    PLUMB_TRY_ASSIGN(entry.beyond, beyond_mode(other, false));
  } else {
    entry.info = fresh(FileType::kLink, 0777, folder);
    entry.info->link_target = make.target;
  }
  put(place, std::move(entry), who);
  return {};
}

Result<> ForeseenSystem::carry_out_one(const Remove& remove, std::size_t who) {
  PLUMB_TRY_ASSIGN(const std::string place, place_of(remove.path));
  PLUMB_TRY_ASSIGN(const std::optional<Entry> old, at(place));
  if (!old) return {};
  if (old->info->type == FileType::kDirectory && !remove.recursive) {
    PLUMB_TRY_ASSIGN(const std::vector<std::string> names, list(place));
    if (!names.empty()) return fail(Code::kRefusedByState, remove.path + " is a folder that is not empty by then");
  }
  take_away(place, who);
  return {};
}

Result<> ForeseenSystem::carry_out_one(const SetAttributes& set, std::size_t who) {
  PLUMB_TRY_ASSIGN(const std::string place, set.follow ? place_behind(set.path) : place_of(set.path));
  PLUMB_TRY_ASSIGN(std::optional<Entry> entry, at(place));
  if (!entry) return fail(Code::kRefusedByState, set.path + " is not there by then");
  if (entry->info->type == FileType::kLink && set.ownership.mode)
    return fail(Code::kSymlinkRefused, set.path + " is a symbolic link by then, which has no mode of its own");
  dress(*entry->info, set.ownership);
  dressed_[{entry->info->device, entry->info->inode}] = *entry->info;
  if (set.ownership.acl) cleared_.insert({entry->info->device, entry->info->inode});
  touched_[place].dressed = who;
  return {};
}

Result<> ForeseenSystem::carry_out_one(const EditDatabase& edit, std::size_t who) {
  PLUMB_TRY_ASSIGN(ForeseenAccounts foreseen, foresee_accounts(edit, *this));
  for (auto& [path, text] : foreseen.files) {
    PLUMB_TRY_ASSIGN(const std::string place, place_behind(path));
    PLUMB_TRY_ASSIGN(std::optional<Entry> entry, at(place));
    if (!entry) entry = Entry{fresh(FileType::kFile, 0644, FileInfo{}), {}, false};
    entry->bytes = {{}, std::move(text), {}};
    entries_[place] = std::move(*entry);
  }
  for (auto& [name, user] : foreseen.users) users_[name] = std::move(user);
  for (auto& [name, group] : foreseen.groups) groups_[name] = std::move(group);
  accounts_.emplace_back(edit.name, who);
  if (foreseen.made_home) PLUMB_TRY(make_home(*foreseen.made_home, who));
  if (foreseen.removed_home) PLUMB_TRY(remove_home(*foreseen.removed_home, edit.name, who));
  return {};
}

Result<> ForeseenSystem::make_home(const ForeseenAccounts::Home& home, std::size_t who) {
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, stat(home.path, true));
  if (info && info->type == FileType::kDirectory) return {};
  if (info) return fail(Code::kRefusedByState, home.path + " is to be a home folder, and is no folder by then");
  PLUMB_TRY(carry_out_one(MakeDirectory{home.path, {{}, {}, mode_text(home.mode)}, true}, who));
  PLUMB_TRY_ASSIGN(const std::string place, place_of(home.path));
  Entry& made = entries_[place];
  if (!made.info) return {};
  made.info->uid = home.uid;
  made.info->gid = home.gid;
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> skeleton, stat("/etc/skel", true));
  if (!skeleton || skeleton->type != FileType::kDirectory) return {};
  PLUMB_TRY_ASSIGN(const std::string from, place_behind("/etc/skel"));
  return copy(from, place, home, who);
}

Result<> ForeseenSystem::copy(const std::string& from, const std::string& to, const ForeseenAccounts::Home& home,
                              std::size_t who) {
  PLUMB_TRY_ASSIGN(const std::vector<std::string> names, list(from));
  PLUMB_TRY_ASSIGN(const FileInfo above, folder_above(joined_path(to, ".")));
  for (const std::string& name : names) {
    PLUMB_TRY_ASSIGN(std::optional<Entry> entry, at(joined_path(from, name)));
    if (!entry || entry->info->type == FileType::kOther) continue;
    const bool folder = entry->info->type == FileType::kDirectory;
    entry->info->uid = home.uid;
    entry->info->gid = home.gid;
    entry->info->device = above.device;
    entry->info->inode = ~std::uint64_t{0} - made_++;
    entry->fresh = folder;
    put(joined_path(to, name), std::move(*entry), who);
    if (folder) PLUMB_TRY(copy(joined_path(from, name), joined_path(to, name), home, who));
  }
  return {};
}

Result<> ForeseenSystem::remove_home(const ForeseenAccounts::Home& home, const std::string& user, std::size_t who) {
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, stat(home.path, false));
  if (info && info->type == FileType::kDirectory) {
    if (info->uid != home.uid)
      return fail(Code::kRefusedByState,
                  "the home folder " + home.path + " does not belong to " + user + " and is not removed");
    PLUMB_TRY(carry_out_one(Remove{home.path, true, false}, who));
  }
  for (const char* spool : {"/var/mail/", "/var/spool/mail/"}) {
    const std::string path = spool + user;
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> mail, stat(path, false));
    if (mail && mail->type == FileType::kFile && mail->uid == home.uid)
      PLUMB_TRY(carry_out_one(Remove{path, false, false}, who));
  }
  return {};
}

}  // namespace plumb
