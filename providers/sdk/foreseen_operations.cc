// What operations leave of a host that is only thought of.
#include <algorithm>
#include <variant>

#include "engine/base/digest.h"
#include "providers/sdk/access_list.h"
#include "providers/sdk/beyond_mode.h"
#include "providers/sdk/edit.h"
#include "providers/sdk/foreseen_system.h"
#include "providers/sdk/ownership.h"

namespace plumb {
namespace {

constexpr std::uint32_t kUnknownId = 0xfffffffdU;  // of an account that something not foreseen brings
constexpr std::uint32_t kSetIds = 06000, kSetGid = 02000;
constexpr std::size_t kLargestForeseen = std::size_t{64} << 20U;

std::uint32_t mode_given(const Ownership& ownership, std::uint32_t otherwise) {
  return ownership.mode ? apply_mode(*ownership.mode, 0, false).value_or(otherwise) : otherwise;
}

std::string list_given(const Ownership& ownership) {
  return ownership.acl.value_or("none") == "none" ? "" : *ownership.acl;
}

}  // namespace

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
  info.mode = mode_beside(ownership.acl.value_or(""), mode_given(ownership, info.mode));
}

// Only links lead elsewhere, also those that go with a folder.
void ForeseenSystem::put(const std::string& place, Entry entry, std::size_t who) {
  if (entry.info->type == FileType::kLink) lead_elsewhere();
  forget_below(place);
  entries_[place] = std::move(entry);
  touched_[place].made = who;
}

void ForeseenSystem::take_away(const std::string& place, std::size_t who) {
  lead_elsewhere();
  forget_below(place);
  entries_[place] = Entry{};
  touched_[place].made = who;
}

void ForeseenSystem::forget_below(const std::string& place) {
  const std::string prefix = place + "/";
  const auto first = entries_.lower_bound(prefix);
  auto last = first;
  while (last != entries_.end() && last->first.starts_with(prefix)) ++last;
  entries_.erase(first, last);
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
  // That something comes is foreseen, and not what.
  if (std::holds_alternative<Unpack>(operation)) return false;
  return std::visit(
      [](const auto& one) {
        return requires(ForeseenSystem & system) {
          system.carry_out_one(one, std::size_t{0});
        };
      },
      operation);
}

// A new file where `write` has its path, owner and mode from; what it holds is still to be said.
template <class Write>
Result<> ForeseenSystem::write_file(const Write& write, Bytes bytes, std::size_t who) {
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
  }
  if (write.ownership.acl) entry.beyond.access_list = list_given(write.ownership);
  give(write.ownership, entry.beyond);
  entry.bytes = std::move(bytes);
  if (write.in_place && old) keep_inode(*old->info, entry, who);
  put(place, std::move(entry), who);
  return {};
}

// Of a file that is written over: whoever knows it by another name finds it changed, too.
void ForeseenSystem::keep_inode(const FileInfo& old, Entry& entry, std::size_t who) {
  const Inode inode{old.device, old.inode};
  entry.info->device = old.device;
  entry.info->inode = old.inode;
  entry.info->names = old.names;
  beyond_.erase(inode);
  if (old.names < 2 && !linked_.contains(inode)) return;
  shared_[inode] = who;
  written_[inode] = entry.bytes;
}

Result<> ForeseenSystem::carry_out_one(const WriteFile& write, std::size_t who) {
  if (write.content.empty()) return write_file(write, {{}, write.text, {}}, who);
  return write_file(write, {{}, {}, write.content}, who);
}

// A file comes, whatever it holds.
Result<> ForeseenSystem::carry_out_one(const Fetch& fetch, std::size_t who) {
  if (is_digest(fetch.digest)) return write_file(fetch, {{}, {}, fetch.digest}, who);
  return write_file(fetch, {{}, {}, {}, who}, who);
}

// What lies in the folder then is for the archive to say. A new one takes after no folder above it.
Result<> ForeseenSystem::carry_out_one(const Unpack& unpack, std::size_t who) {
  Ownership own = unpack.ownership;
  if (!own.group) own.group = std::to_string(self_.gid);
  return expect_filled(unpack.path, own, who);
}

Result<> ForeseenSystem::carry_out_one(const EditFile& edit, std::size_t who) {
  PLUMB_TRY_ASSIGN(const std::string place, edit.follow ? place_behind(edit.path) : place_of(edit.path));
  PLUMB_TRY_ASSIGN(const FileInfo folder, folder_above(place));
  PLUMB_TRY_ASSIGN(const std::optional<Entry> old, at(place));
  if (old && old->info->type == FileType::kLink)
    return fail(Code::kSymlinkRefused, edit.path + " is a symbolic link by then");
  if (!old && !edit.create) return fail(Code::kRefusedByState, edit.path + " is not there by then");
  Entry entry;
  const std::uint32_t mode = edit.mode.empty() ? 0644 : apply_mode(edit.mode, 0, false).value_or(0644);
  entry.info = fresh(FileType::kFile, mode, folder);
  std::string text;
  if (!old) {
    Ownership made;
    if (!edit.owner.empty()) made.owner = edit.owner;
    if (!edit.group.empty()) made.group = edit.group;
    dress(*entry.info, made);
  }
  if (old) {
    PLUMB_TRY_ASSIGN(text, read_file(place, kLargestForeseen));
    PLUMB_TRY_ASSIGN(entry.beyond, beyond_mode(place, false));
    if (!edit.acl.empty()) entry.beyond.access_list.clear();
    entry.info->uid = old->info->uid;
    entry.info->gid = old->info->gid;
    entry.info->mode = old->info->mode & ~kSetIds;
  }
  for (const Edit& one : edit.edits) {
    // One that is about a sensitive line may not be to be made here; then the text is as far as it is known.
    if (Result<EditResult> made = make_edit(one, text)) text = std::move(made->text);
  }
  entry.bytes.text = std::move(text);
  if (edit.in_place && old) keep_inode(*old->info, entry, who);
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
  entry.beyond.access_list = list_given(make.ownership);
  give(make.ownership, entry.beyond);
  entry.fresh = true;
  put(place, std::move(entry), who);
  return {};
}

Result<> ForeseenSystem::carry_out_one(const MakeLink& make, std::size_t who) {
  PLUMB_TRY_ASSIGN(const std::string place, place_of(make.path));
  PLUMB_TRY_ASSIGN(const FileInfo folder, folder_above(place));
  // Whatever lies there: once it is done, it is this link.
  std::optional<Entry> old;
  if (!is_open(place)) {
    PLUMB_TRY_ASSIGN(old, at(place));
  }
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
    linked_.insert({entry.info->device, entry.info->inode});
    PLUMB_TRY_ASSIGN(entry.beyond, beyond_mode(other, false));
  } else {
    entry.info = fresh(FileType::kLink, 0777, folder);
    entry.info->link_target = make.target;
  }
  if (old) take_away(place, who);
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
  if (entry->info->type == FileType::kLink) ways_.clear();
  dressed_[{entry->info->device, entry->info->inode}] = *entry->info;
  PLUMB_TRY_ASSIGN(BeyondMode beyond, beyond_mode(place, false));
  if (set.ownership.acl) beyond.access_list = list_given(set.ownership);
  give(set.ownership, beyond);
  beyond_[{entry->info->device, entry->info->inode}] = std::move(beyond);
  touched_[place].dressed = who;
  const Inode inode{entry->info->device, entry->info->inode};
  if (entry->info->type != FileType::kDirectory && (entry->info->names > 1 || linked_.contains(inode)))
    shared_[inode] = who;
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
  if (!foreseen.moved_home.empty()) PLUMB_TRY(move_home(foreseen.moved_home, foreseen.made_home->path, who));
  if (foreseen.made_home) PLUMB_TRY(make_home(*foreseen.made_home, who));
  if (foreseen.removed_home) PLUMB_TRY(remove_home(*foreseen.removed_home, edit.name, who));
  return {};
}

// In order of name, a folder before what is in it; by their paths from there on. An error where these are too many, or
// not all of them are known.
Result<std::vector<std::pair<std::string, ForeseenSystem::Entry>>> ForeseenSystem::all_below(const std::string& path) {
  constexpr std::size_t kMost = 4096;
  std::vector<std::pair<std::string, Entry>> all;
  PLUMB_TRY(walk(path, [&](const std::string& one, const FileInfo&, bool mounted) -> Result<bool> {
    if (mounted || all.size() == kMost)
      return fail(Code::kRefusedByState, path + " holds too much to be looked through");
    PLUMB_TRY_ASSIGN(const std::string place, place_of(one));
    PLUMB_TRY_ASSIGN(std::optional<Entry> entry, at(place));
    if (!entry) return false;
    PLUMB_TRY_ASSIGN(entry->beyond, beyond_mode(place, false));
    entry->fresh = true;
    all.emplace_back(one.substr(path.size()), std::move(*entry));
    return true;
  }));
  return all;
}

// Of a home with too much in it, whoever asks about that is told that it is not known.
Result<> ForeseenSystem::move_home(const std::string& from, const std::string& to, std::size_t who) {
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> folder, stat(from, false));
  if (!folder) return {};
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> there, stat(to, false));
  if (there) return fail(Code::kRefusedByState, to + " is there by then, so no home can be moved to it");
  Result<std::vector<std::pair<std::string, Entry>>> inside = all_below(from);
  PLUMB_TRY(carry_out_one(Remove{from, true, false}, who));
  const Ownership own{std::to_string(folder->uid), std::to_string(folder->gid), mode_text(folder->mode)};
  PLUMB_TRY(carry_out_one(MakeDirectory{to, own, true}, who));
  if (!inside) return expect_filled(to, own, who);
  PLUMB_TRY_ASSIGN(const std::string place, place_of(to));
  for (auto& [below, entry] : *inside) put(place + below, std::move(entry), who);
  return {};
}

Result<> ForeseenSystem::make_home(const ForeseenAccounts::Home& home, std::size_t who) {
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, stat(home.path, true));
  if (info && info->type == FileType::kDirectory) {
    if (!home.take || info->uid == home.uid) return {};
    const Ownership own{std::to_string(home.uid), std::to_string(home.gid), mode_text(home.mode)};
    return carry_out_one(SetAttributes{home.path, own, false}, who);
  }
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
