#include "providers/user/user.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "engine/base/sealed.h"
#include "providers/sdk/account_files.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/tree_list.h"
#include "providers/user/home_as_made.h"

namespace plumb::providers::user {
namespace {

// Of a desired state that was completed: a resource of the host decides on the owner of the home folder.
constexpr const char* kHomeIsDeclared = "home_is_declared";
// Likewise: the project has a group of the user's name, which does not go with the user.
constexpr const char* kGroupIsDeclared = "group_is_declared";
// Observed: a group of the user's name is there before the user is.
constexpr const char* kHasOwnGroup = "has_own_group";
// Observed: whose the folder is that is to be the user's home and is there already.
constexpr const char* kHomeOwner = "home_owner";
// Observed: the folder that is to be the home of an account that is not there is there, and its own already.
constexpr const char* kHomeIsThere = "home_is_there";
// Asked for beside absence: the account goes as the run left it that made it, and so does the home that came with it.
constexpr const char* kAsMade = "as_made";
// Observed: what is in that home and did not come with it.
constexpr const char* kHomeHolds = "home_holds";

constexpr std::string_view kPassword = "password_hash";

// Of an account that is there.
bool leaves_password(const Desired& desired) {
  return desired.text("update_password") == "on_create";
}

bool needs_shadow(const Desired& desired) {
  return desired.has("password_hash") || desired.has("locked") || desired.has("expires");
}

std::set<std::string> sorted_texts(const Json& list) {
  std::vector<std::string> texts = texts_in(list);
  return {std::make_move_iterator(texts.begin()), std::make_move_iterator(texts.end())};
}

std::optional<std::uint32_t> id_in(const std::string& text) {
  std::uint32_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(id) : std::nullopt;
}

std::string new_home(const Desired& desired) {
  return desired.text("home", "/home/" + desired.text("name"));
}

// A new user gets a home folder unless it is a system user or the resource says otherwise.
bool makes_home(const Desired& desired) {
  return desired.flag("create_home", !desired.flag("system", false));
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

Result<Observed> observe_one(const Desired& desired, const AccountFiles& files, System& system) {
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
    if (own && !desired.flag(kHomeIsDeclared, false)) observed.attributes[kHomeIsThere] = true;
    return observed;
  }
  if (!files.shadow_readable && needs_shadow(desired)) {
    return fail(Code::kCannotObserve,
                "/etc/shadow cannot be read, so the password and expiry of " + name + " are not known")
        .hint("set `become` so that the host is worked on as root");
  }
  observed.exists = true;
  Json& attributes = observed.attributes;
  attributes["uid"] = account->uid;
  attributes["group"] = primary_group(desired, files, account->gid, system);
  attributes["groups"] = supplementary_groups(desired, files, name);
  attributes["comment"] = account->comment;
  attributes["home"] = account->home;
  attributes["shell"] = account->shell;
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
  } else if (desired.flag("create_home", false)) {
    PLUMB_TRY(look_for_own_home(desired, home, info, uid, system, observed));
  }
  return observed;
}

Change removal(const Desired& desired, const Observed& observed) {
  Change change;
  change.op = Op::kDelete;
  change.before = observed.attributes;
  EditDatabase edit{"user", "delete", desired.text("name"), Json::object()};
  if (const std::vector<std::string> holds = texts_in(observed.attribute(kHomeHolds)); !holds.empty()) {
    change.note = "its home folder " + observed.text("home") + " stays, for it did not come with " + holds.front();
    if (holds.size() > 1) change.note += " and " + std::to_string(holds.size() - 1) + " more";
  } else if (desired.flag("remove_home", false)) {
    edit.set["remove_home"] = true;
    change.note = "with its home folder " + observed.text("home");
  }
  if (desired.flag(kGroupIsDeclared, false)) edit.set["keep_group"] = true;
  change.operations.push_back(std::move(edit));
  return change;
}

// The value that an attribute is to have; null where it is left alone. Lists are sorted, for their order means nothing.
Json wanted_value(const Desired& desired, const Observed& observed, const char* attribute) {
  const Json& value = desired.attribute(attribute);
  if (std::string_view(attribute) != "groups" || !value.is_array()) return value;
  std::set<std::string> groups = sorted_texts(value);
  if (observed.exists && desired.flag("append", false)) groups.merge(sorted_texts(observed.attribute("groups")));
  return groups;
}

}  // namespace

std::vector<Result<Observed>> UserProvider::observe(std::span<const Desired* const> desired, System& system) const {
  const bool shadow =
      std::any_of(desired.begin(), desired.end(), [](const Desired* one) { return needs_shadow(*one); });
  const Result<AccountFiles> files = read_account_files(system, shadow);
  std::vector<Result<Observed>> results;
  results.reserve(desired.size());
  for (const Desired* one : desired) {
    results.push_back(files ? observe_one(*one, *files, system) : Result<Observed>(Error(files.error())));
  }
  return results;
}

Change UserProvider::diff(const Desired& desired, const Observed& observed) const {
  if (wants_absent(desired)) return observed.exists ? removal(desired, observed) : Change();
  Change change;
  for (const char* attribute :
       {"uid", "group", "groups", "comment", "home", "shell", "password_hash", "locked", "expires"}) {
    const Json wanted = wanted_value(desired, observed, attribute);
    if (wanted.is_null() || (attribute == kPassword && observed.exists && leaves_password(desired))) continue;
    const auto found = observed.attributes.find(attribute);
    const bool known = observed.exists && found != observed.attributes.end();
    if (known && *found == wanted) continue;
    if (known) change.before[attribute] = *found;
    change.after[attribute] = wanted;
  }
  EditDatabase edit{"user", observed.exists ? "modify" : "create", desired.text("name"), change.after};
  const bool makes = observed.exists ? desired.flag("create_home", false) : makes_home(desired);
  if (!observed.exists) {
    change.op = Op::kCreate;
    if (desired.flag("system", false)) edit.set["system"] = true;
    edit.set["create_home"] = makes;
    change.after["create_home"] = makes;
  } else if (makes && !observed.flag("create_home", true)) {
    change.before["create_home"] = false;
    change.after["create_home"] = true;
    edit.set["create_home"] = true;
    if (!desired.has("home")) change.note = "makes " + observed.text("home");
  }
  if (makes && observed.has(kHomeOwner)) {
    if (observed.exists) change.before[kHomeOwner] = observed.attribute(kHomeOwner);
    change.after[kHomeOwner] = desired.text("name");
    edit.set["create_home"] = true;
    edit.set["take_home"] = true;
    change.note = "its home folder is there and becomes its own; what is in it keeps its owners";
  }
  if (change.after.empty()) return change;
  // A new password would open the account whose lock is nothing but that it had none.
  if (edit.set.contains("password_hash") && desired.flag("locked", false)) edit.set["locked"] = true;
  if (observed.exists) change.op = Op::kUpdate;
  if (change.before.contains("uid"))
    change.note = "files of the old uid " + change.before["uid"].dump() + " keep that number";
  change.operations.push_back(std::move(edit));
  return change;
}

// Who declares the home folder decides whose it is, and who declares the group of the user's name whether it is there.
void UserProvider::complete(Desired& desired, std::span<const Desired> host, const SecretOf&) const {
  const auto declared = [&host](std::string_view kind, const std::string& identity) {
    return std::any_of(host.begin(), host.end(), [&](const Desired& other) {
      return other.address.kind == kind && other.address.identity == identity && !wants_absent(other);
    });
  };
  if (declared("directory", new_home(desired))) desired.attributes[kHomeIsDeclared] = true;
  if (wants_absent(desired) && declared("group", desired.text("name"))) desired.attributes[kGroupIsDeclared] = true;
}

std::string UserProvider::remedy(const Desired&, const Missing& missing) const {
  if (missing.what.kind != "group" || !is_number(missing.what.identity)) return {};
  return "declare a group with `gid: " + missing.what.identity + "`, in front of it";
}

std::vector<Address> UserProvider::infers(const Desired& desired) const {
  std::vector<Address> edges;
  if (wants_absent(desired)) return edges;
  const auto add = [&](const std::string& group) {
    if (!group.empty() && !is_number(group)) edges.push_back({"", "group", group});
  };
  add(desired.text("group"));
  for (const std::string& group : sorted_texts(desired.attribute("groups"))) add(group);
  return edges;
}

std::vector<Address> UserProvider::provides(const Desired& desired) const {
  std::vector<Address> result;
  if (wants_absent(desired)) return result;
  if (!desired.has("group")) result.push_back({"", "group", desired.text("name")});
  if (makes_home(desired)) result.push_back({"", "directory", new_home(desired)});
  return result;
}

std::vector<std::string> UserProvider::claims(const Desired& desired) const {
  std::vector<std::string> claims = {"the user " + desired.text("name")};
  const Json& number = desired.attribute("uid");
  if (!wants_absent(desired) && number.is_number_integer()) claims.push_back("the uid " + number.dump());
  return claims;
}

// One that is there has its group or does without; and its home where it was asked for.
bool UserProvider::makes(const Desired& desired, const Observed& observed, const Address& what) const {
  if (!observed.exists) return true;
  return what.kind == "directory" && desired.flag("create_home", false);
}

std::vector<std::string> UserProvider::looked_at(const Desired& desired, const Observed& observed) const {
  const bool asks = desired.flag("create_home", false) || desired.flag("remove_home", false);
  const std::string home = observed.text("home");
  return asks && !home.empty() ? std::vector<std::string>{home} : std::vector<std::string>();
}

std::vector<ImpliedPath> UserProvider::implies_paths(const Desired& desired) const {
  std::vector<ImpliedPath> paths;
  if (wants_absent(desired)) return paths;
  if (desired.has("home") || makes_home(desired))
    paths.push_back({desired.text("home", "/home/" + desired.text("name")), true});
  if (desired.has("shell")) paths.push_back({desired.text("shell"), false});
  return paths;
}

std::optional<Desired> UserProvider::restore(const Desired& desired, const Observed& before) const {
  // A removed home cannot be brought back, nor a password of which only a keyed digest was kept.
  if (before.exists && (wants_absent(desired) || desired.has("password_hash"))) return std::nullopt;
  // A number that no group has cannot be asked for.
  if (before.exists && is_number(before.text("group"))) return std::nullopt;
  const bool makes = before.exists ? desired.flag("create_home", false) : makes_home(desired);
  const bool has_home = before.exists ? before.flag("create_home", false) : before.has(kHomeOwner);
  // Of an account that stays, the home that it got stays too; and whose a folder was that became one, nobody keeps.
  if (makes && (before.exists ? !has_home : has_home) && !desired.flag(kHomeIsDeclared, false)) return std::nullopt;
  Desired again =
      desired_again(desired, before, {"uid", "group", "groups", "comment", "home", "shell", "locked", "expires"});
  again.attributes["name"] = desired.text("name");
  // What was there before stays; the home that came with it goes with it.
  if (!before.exists && before.flag(kHasOwnGroup, false)) again.attributes[kGroupIsDeclared] = true;
  if (before.exists) {
    keep_changed(again, diff(desired, before),
                 {"uid", "group", "groups", "comment", "home", "shell", "locked", "expires"});
    return again;
  }
  again.attributes[kAsMade] = true;
  if (desired.has("groups")) again.attributes["groups"] = desired.attribute("groups");
  if (makes && !desired.flag(kHomeIsDeclared, false) && !before.flag(kHomeIsThere, false))
    again.attributes["remove_home"] = true;
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "user",
                .provider = std::make_shared<UserProvider>(),
                .operations = OperationSet::of<EditDatabase>(),
                .stands_on_inferred = true,
                .dwindling = {"removes"}});
}

}  // namespace plumb::providers::user
