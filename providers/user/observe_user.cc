#include "providers/user/observe_user.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <set>

#include "engine/base/sealed.h"
#include "engine/base/time_text.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/tree_list.h"
#include "providers/user/home_as_made.h"
#include "providers/user/terms.h"

namespace plumb::providers::user {
namespace {

std::optional<std::uint32_t> id_in(const std::string& text) {
  std::uint32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(id) : std::nullopt;
}

void refuse(Observed& observed, std::string why, std::string hint = {}) {
  if (!observed.obstacle)
    observed.obstacle = Diagnostic(Code::kRefusedByState, std::move(why)).with_hint(std::move(hint));
}

const GroupAccount* local_group(const AccountFiles& files, const std::string& name) {
  const std::optional<std::uint32_t> gid = id_in(name);
  return gid ? files.group(*gid) : files.group(name);
}

// By name or number, also one that the name service alone knows.
std::optional<GroupAccount> any_group(const AccountFiles& files, const std::string& name, System& system) {
  if (const GroupAccount* local = local_group(files, name)) return *local;
  const std::optional<std::uint32_t> gid = id_in(name);
  return gid ? system.group_by_id(*gid) : system.group_by_name(name);
}

void look_for_groups(const Desired& desired, const AccountFiles& files, System& system, Observed& observed) {
  const std::string primary = desired.text("group");
  if (!primary.empty() && !any_group(files, primary, system)) {
    observed.missing.push_back({{"", "group", primary}, "group"});
  }
  for (const std::string& name : sorted_texts(desired.attribute("groups"))) {
    if (local_group(files, name) != nullptr) continue;
    if (any_group(files, name, system)) {
      refuse(observed, "the group " + name + " comes from the name service, where its members are kept");
    } else {
      observed.missing.push_back({{"", "group", name}, "groups"});
    }
  }
}

Result<> check_shell(const Desired& desired, System& system, Observed& observed) {
  const std::string shell = desired.text("shell");
  if (shell.empty()) return {};
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(shell, true));
  if (!info) observed.missing.push_back({{"", "file", shell}, "shell"});
  return {};
}

// Why a folder that is there and not the user's cannot be given to him.
Result<std::string> why_not_his(const std::string& home, const FileInfo& info, System& system) {
  const std::optional<Account> owner = system.user_by_id(info.uid);
  if (info.uid != 0 && owner) return "it belongs to " + owner->name;
  if (!may_become_home(home)) return std::string("it is a folder of the system");
  PLUMB_TRY_ASSIGN(const std::string real, system.resolve(home));
  return real == home ? std::string() : "it is " + real + ", behind a link";
}

// The folder is made or given to the user, who has or is to have this number.
Result<> look_for_own_home(const Desired& desired, const std::string& home, const std::optional<FileInfo>& info,
                           std::optional<std::uint32_t> uid, System& system, Observed& observed) {
  if (!info) {
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> entry, system.stat(home, false));
    if (entry)
      refuse(observed,
             home + " is to be a home folder and is a link to " + entry->link_target + ", where there is none");
    Observed parents;
    PLUMB_TRY(note_missing_parent(home, system, parents));
    if (parents.obstacle) observed.obstacle = std::move(parents.obstacle);
    if (!parents.missing.empty()) observed.attributes[kHomeNeedsFolders] = true;
    return {};
  }
  if (info->type != FileType::kDirectory) {
    refuse(observed, home + " is to be a home folder and is no directory");
    return {};
  }
  if (info->uid == uid || desired.flag(kHomeIsDeclared, false)) return {};
  observed.attributes[kHomeOwner] = AccountNames(system).user(info->uid, {});
  PLUMB_TRY_ASSIGN(const std::string why, why_not_his(home, *info, system));
  if (!why.empty()) {
    refuse(observed, "the home folder " + home + " cannot be given to " + desired.text("name") + ": " + why,
           "say `create_home: false` to leave it as it is");
  }
  return {};
}

// The folder of an account's home that is to have another path. One that is not there, or was moved already, stays.
Result<> look_for_move(const Desired& desired, const Account& account, const AccountFiles& files, System& system,
                       Observed& observed) {
  const std::string to = desired.text("home");
  if (!desired.flag("move_home", false) || to == account.home) return {};
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> from, system.stat(account.home, false));
  if (!from || from->type != FileType::kDirectory) return {};
  observed.attributes[kHomeMoves] = account.home;
  const auto stays = [&](const std::string& why) {
    refuse(observed, "the home folder " + account.home + " cannot be moved to " + to + ": " + why,
           "without `move_home` the entry alone is changed");
  };
  if (from->uid != account.uid) stays("it does not belong to " + account.name);
  if (!may_become_home(account.home)) stays("it is a folder of the system");
  for (const Account& other : files.users) {
    if (other.home == account.home && other.name != account.name) stays("it is also that of " + other.name);
  }
  if (is_below(to, account.home)) stays("that lies in it");
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> there, system.stat(to, false));
  if (there) {
    stays("something is there");
    return {};
  }
  Observed parents;
  PLUMB_TRY(note_missing_parent(to, system, parents));
  if (parents.obstacle) observed.obstacle = std::move(parents.obstacle);
  for (const std::string& folder : ancestors_of(to)) {
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> above, system.stat(folder, true));
    if (!above) continue;
    if (above->device != from->device) stays("that is another file system");
    break;
  }
  return {};
}

bool is_asked_for(const Desired& desired, const std::string& hash, const std::string& key) {
  const std::string wanted = desired.text("password_hash");
  return wanted == hash || (!key.empty() && wanted == Sealed::of(key, hash).encode());
}

// What is behind a lock that nobody speaks of, where that is what is asked for. A locked account without a hash has
// nothing behind it, whichever way that is written.
std::string hash_to_tell(const Desired& desired, const std::string& written, const std::string& key) {
  if (is_asked_for(desired, written, key)) return written;
  const std::string behind = written.starts_with('!') ? written.substr(1) : written;
  if (is_asked_for(desired, behind, key)) return behind;
  if ((behind.empty() || behind == "!" || behind == "*") && desired.has("locked") && is_asked_for(desired, "!", key))
    return "!";
  return desired.has("locked") ? behind : written;
}

void observe_shadow(const Desired& desired, const AccountFiles& files, const std::string& name, const std::string& key,
                    Observed& observed) {
  const auto found = files.shadow.find(name);
  // Nobody comes in without a row, and one that is made begins so.
  const std::string hash = found == files.shadow.end() ? "!" : found->second.hash;
  if (desired.has("locked")) observed.attributes["locked"] = hash.starts_with('!');
  if (desired.has("password_hash")) observed.attributes["password_hash"] = hash_to_tell(desired, hash, key);
  if (desired.has("expires")) {
    observed.attributes["expires"] = found == files.shadow.end() ? "never" : found->second.expires;
  }
  for (std::size_t i = 0; i < kAgeLimits.size(); ++i) {
    if (!desired.has(kAgeLimits[i].attribute)) continue;
    observed.attributes[kAgeLimits[i].attribute] = found == files.shadow.end() ? -1 : found->second.ages[i];
  }
}

// As the resource calls them: a group that it gives by number is told by number.
std::set<std::string> supplementary_groups(const Desired& desired, const AccountFiles& files, const std::string& name) {
  const std::set<std::string> asked = sorted_texts(desired.attribute("groups"));
  std::set<std::string> groups;
  for (const GroupAccount& group : files.groups) {
    if (std::find(group.members.begin(), group.members.end(), name) == group.members.end()) continue;
    const bool by_number = asked.contains(std::to_string(group.gid));
    if (by_number) groups.insert(std::to_string(group.gid));
    if (!by_number || asked.contains(group.name)) groups.insert(group.name);
  }
  return groups;
}

std::string primary_group(const Desired& desired, const AccountFiles& files, std::uint32_t gid, System& system) {
  const std::string asked = desired.text("group");
  const GroupAccount* local = files.group(gid);
  if (is_number(asked) || (asked.empty() && local == nullptr)) return std::to_string(gid);
  if (asked.empty() || (local != nullptr && local->name == asked)) return local->name;
  const std::optional<GroupAccount> wanted = any_group(files, asked, system);
  if (wanted && wanted->gid == gid) return asked;
  const std::optional<GroupAccount> group = local != nullptr ? *local : system.group_by_id(gid);
  return group ? group->name : std::to_string(gid);
}

// Numbers and names that others have, in the files or in the name service.
void look_for_others(const Desired& desired, const Account* account, const AccountFiles& files, System& system,
                     Observed& observed) {
  const std::string name = desired.text("name");
  const Json& uid = desired.attribute("uid");
  if (uid.is_number_integer() && (account == nullptr || account->uid != uid.get<std::uint32_t>())) {
    const auto number = uid.get<std::uint32_t>();
    const Account* local = files.user(number);
    const std::optional<Account> holder = local != nullptr ? *local : system.user_by_id(number);
    if (holder && holder->name != name) {
      refuse(observed, "uid " + uid.dump() + " belongs to " + holder->name + " already",
             "where `user: " + holder->name + "` goes or changes its number, name this one in its `before`");
    }
  }
  if (account != nullptr) return;
  if (files.user(name) == nullptr && system.user_by_name(name)) {
    refuse(observed, name + " is not a local user; it comes from the name service");
  } else if (!desired.has("group") && files.group(name) == nullptr && system.group_by_name(name)) {
    refuse(observed, "a group " + name + " comes from the name service, so a new user gets none of that name",
           "say with `group` which primary group it is to have");
  }
}

void look_at_removal(const Desired& desired, const Account& account, const AccountFiles& files,
                     const std::optional<FileInfo>& home, Observed& observed) {
  if (account.uid == 0) return refuse(observed, account.name + " has uid 0 and is not removed");
  if (!desired.flag("remove_home", false)) return;
  const auto other = std::find_if(files.users.begin(), files.users.end(), [&](const Account& one) {
    return one.home == account.home && one.name != account.name;
  });
  if (other != files.users.end()) {
    refuse(observed, "the home folder " + account.home + " is also that of " + other->name + " and is not removed");
  } else if (home && home->type == FileType::kDirectory && home->uid != account.uid) {
    refuse(observed, "the home folder " + account.home + " does not belong to " + account.name + " and is not removed",
           "say `remove_home: false` to leave it");
  }
}

// What others have come to hang on since the account was made.
void look_at_ties(const Desired& desired, const Account& account, const AccountFiles& files, Observed& observed) {
  std::set<std::string> groups = supplementary_groups(desired, files, account.name);
  for (const std::string& made : sorted_texts(desired.attribute("groups"))) groups.erase(made);
  if (!groups.empty()) return refuse(observed, "it was put into other groups since: " + *groups.begin());
  const GroupAccount* own = files.group(account.name);
  if (own == nullptr || own->gid != account.gid || desired.flag(kGroupIsDeclared, false)) return;
  for (const std::string& member : own->members) {
    if (member != account.name) return refuse(observed, "its group " + own->name + " has got other members: " + member);
  }
}

}  // namespace

namespace {

// sshd asks PAM of whoever comes with a key, too; one without PAM lets nobody in whose password is locked.
Result<> note_login(const Desired& desired, const Account& account, const AccountFiles& files, System& system,
                    Observed& observed) {
  if (!is_who_logs_in(account, system)) return {};
  observed.attributes[kLogsIn] = true;
  if (account.uid != 0) observed.attributes[kBecomesRoot] = true;
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  Json& kept_out = observed.attributes[kKeptOut] = Json::object();
  if (desired.has("expires") && desired.text("expires") <= date_text(today)) kept_out["expires"] = "would be expired";
  const auto shadow = files.shadow.find(account.name);
  const Json& days = desired.attribute("password_max_days");
  if (shadow != files.shadow.end() && days.is_number_integer() && days >= 0 && shadow->second.last_change >= 0 &&
      today.time_since_epoch().count() > shadow->second.last_change + days.get<std::int64_t>())
    kept_out["password_max_days"] = "would be asked for a new password";
  if (desired.flag("locked", false)) {
    PLUMB_TRY_ASSIGN(const auto pam, system.stat("/etc/pam.d/sshd", true));
    if (!pam) kept_out["locked"] = "would be locked, and sshd goes by that where it asks no PAM";
  }
  return {};
}

}  // namespace

Result<Observed> observe_user(const Desired& desired, const AccountFiles& files, System& system) {
  Observed observed;
  const std::string name = desired.text("name");
  const bool absent = wants_absent(desired);
  const Account* account = files.user(name);
  const std::optional<std::uint32_t> left = account == nullptr ? std::nullopt : std::optional(account->uid);
  // One whose making was cut off is made anew.
  if (account != nullptr && !absent && unfinished_group(account->comment)) account = nullptr;
  if (!absent) {
    look_for_groups(desired, files, system, observed);
    PLUMB_TRY(check_shell(desired, system, observed));
    look_for_others(desired, account, files, system, observed);
  }
  const Json& asked = desired.attribute("uid");
  const std::optional<std::uint32_t> uid = asked.is_number_integer() ? std::optional(asked.get<std::uint32_t>()) : left;
  if (account == nullptr) {
    if (!absent && files.group(name) != nullptr) observed.attributes[kHasOwnGroup] = true;
    if (absent || !makes_home(desired)) return observed;
    const std::string home = new_home(desired);
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(home, true));
    PLUMB_TRY(look_for_own_home(desired, home, info, uid, system, observed));
    const bool own = info && info->type == FileType::kDirectory && !observed.has(kHomeOwner);
    if (own) observed.attributes[kHomeIsThere] = true;
    return observed;
  }
  if (!files.shadow_readable && needs_shadow(desired)) {
    return fail(Code::kCannotObserve,
                "/etc/shadow cannot be read, so the password and expiry of " + name + " are not known")
        .hint("set `become` so that the host is worked on as root");
  }
  observed.exists = true;
  Json& attributes = observed.attributes;
  PLUMB_TRY(note_login(desired, *account, files, system, observed));
  attributes["uid"] = account->uid;
  attributes["group"] = primary_group(desired, files, account->gid, system);
  attributes["groups"] = supplementary_groups(desired, files, name);
  attributes["comment"] = account->comment;
  attributes["home"] = account->home;
  attributes["shell"] = account->shell;
  if (absent || desired.has("linger")) {
    PLUMB_TRY_ASSIGN(const auto mark, system.stat(linger_file(name), false));
    if (mark || !absent) attributes["linger"] = mark.has_value();
  }
  observe_shadow(desired, files, name, system.key(), observed);
  const std::string home = desired.text("home", account->home);
  Result<std::optional<FileInfo>> there = system.stat(home, true);
  // Links that lead in a circle, or that others made, matter only to who asks for a home.
  if (!there && !desired.flag("create_home", false)) there = std::optional<FileInfo>();
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, std::move(there));
  attributes["create_home"] = info && info->type == FileType::kDirectory;
  if (absent) {
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> entry, system.stat(account->home, false));
    look_at_removal(desired, *account, files, entry, observed);
    const bool goes = entry && entry->type == FileType::kDirectory && desired.flag("remove_home", false);
    const bool as_made = desired.flag(kAsMade, false);
    if (as_made) look_at_ties(desired, *account, files, observed);
    if (as_made && goes && !observed.obstacle) {
      PLUMB_TRY_ASSIGN(Json holds, what_came_since(account->name, account->home, account->uid, system));
      if (!holds.empty()) attributes[kHomeHolds] = std::move(holds);
    }
    if (goes && !observed.obstacle && !observed.has(kHomeHolds)) {
      constexpr std::size_t kMostInHome = 2'000'000;
      ListedPaths removes;
      PLUMB_TRY(list_tree(account->home, kMostInHome, system, removes));
      attributes["removes"] = removes.take();
    }
    return observed;
  }
  PLUMB_TRY(look_for_move(desired, *account, files, system, observed));
  if (desired.flag("create_home", false) && !observed.has(kHomeMoves)) {
    PLUMB_TRY(look_for_own_home(desired, home, info, uid, system, observed));
  }
  return observed;
}

}  // namespace plumb::providers::user
