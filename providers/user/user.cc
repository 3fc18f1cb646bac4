#include "providers/user/user.h"

#include <algorithm>
#include <set>

#include "providers/sdk/account_files.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/tree_list.h"

namespace plumb::providers::user {
namespace {

bool needs_shadow(const Desired& desired) {
  return desired.has("password_hash") || desired.has("locked") || desired.has("expires");
}

std::set<std::string> sorted_texts(const Json& list) {
  std::vector<std::string> texts = texts_in(list);
  return {std::make_move_iterator(texts.begin()), std::make_move_iterator(texts.end())};
}

// A new user gets a home folder unless it is a system user or the resource says otherwise.
bool makes_home(const Desired& desired) {
  return desired.flag("create_home", !desired.flag("system", false));
}

void note_missing_groups(const Desired& desired, const AccountFiles& files, System& system, Observed& observed) {
  const auto check = [&](const std::string& name, const char* attribute) {
    if (name.empty() || is_number(name) || files.group(name) != nullptr || system.group_by_name(name)) return;
    observed.missing.push_back({{"", "group", name}, attribute});
  };
  check(desired.text("group"), "group");
  for (const std::string& name : sorted_texts(desired.attribute("groups"))) check(name, "groups");
}

Result<> check_shell(const Desired& desired, System& system, Observed& observed) {
  const std::string shell = desired.text("shell");
  if (shell.empty()) return {};
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(shell, true));
  if (!info) observed.missing.push_back({{"", "file", shell}, "shell"});
  return {};
}

Result<> observe_home(const Desired& desired, const std::string& home, System& system, Observed& observed) {
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(home, true));
  const bool folder = info && info->type == FileType::kDirectory;
  observed.attributes["create_home"] = folder;
  if (info && !folder && desired.flag("create_home", false)) {
    observed.obstacle = Diagnostic(Code::kRefusedByState, home + " is to be a home folder and is no directory");
  }
  return {};
}

void observe_shadow(const Desired& desired, const AccountFiles& files, const std::string& name, Observed& observed) {
  const auto found = files.shadow.find(name);
  std::string hash = found == files.shadow.end() ? "" : found->second.hash;
  if (desired.has("locked")) {
    const bool locked = hash.starts_with('!');
    observed.attributes["locked"] = locked;
    if (locked) hash.erase(0, 1);
  }
  if (desired.has("password_hash")) observed.attributes["password_hash"] = std::move(hash);
  if (desired.has("expires")) {
    observed.attributes["expires"] = found == files.shadow.end() ? "never" : found->second.expires;
  }
}

Result<Observed> observe_one(const Desired& desired, const AccountFiles& files, System& system) {
  Observed observed;
  const std::string name = desired.text("name");
  const Account* account = files.user(name);
  if (!wants_absent(desired)) {
    note_missing_groups(desired, files, system, observed);
    PLUMB_TRY(check_shell(desired, system, observed));
    const Json& uid = desired.attribute("uid");
    if (uid.is_number_integer()) {
      const Account* holder = files.user(uid.get<std::uint32_t>());
      if (holder != nullptr && holder->name != name && (account == nullptr || account->uid != holder->uid)) {
        observed.obstacle =
            Diagnostic(Code::kRefusedByState, "uid " + uid.dump() + " belongs to " + holder->name + " already")
                .with_hint("where `user: " + holder->name +
                           "` goes or changes its number, name this one in its `before`");
      }
    }
  }
  if (account == nullptr) {
    if (!wants_absent(desired) && system.user_by_name(name)) {
      observed.obstacle =
          Diagnostic(Code::kRefusedByState, name + " is not a local user; it comes from the name service");
    }
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
  const GroupAccount* primary = files.group(account->gid);
  attributes["group"] =
      is_number(desired.text("group")) || primary == nullptr ? std::to_string(account->gid) : primary->name;
  std::set<std::string> groups;
  for (const GroupAccount& group : files.groups) {
    if (std::find(group.members.begin(), group.members.end(), name) != group.members.end()) groups.insert(group.name);
  }
  attributes["groups"] = groups;
  attributes["comment"] = account->comment;
  attributes["home"] = account->home;
  attributes["shell"] = account->shell;
  observe_shadow(desired, files, name, observed);
  PLUMB_TRY(observe_home(desired, desired.text("home", account->home), system, observed));
  if (wants_absent(desired) && desired.flag("remove_home", false) && observed.flag("create_home", false)) {
    constexpr std::size_t kMostInHome = 2'000'000;
    ListedPaths removes;
    PLUMB_TRY(list_tree(account->home, kMostInHome, system, removes));
    observed.attributes["removes"] = removes.take();
  }
  if (wants_absent(desired) && account->uid == 0) {
    observed.obstacle = Diagnostic(Code::kRefusedByState, name + " has uid 0 and is not removed");
  }
  return observed;
}

Change removal(const Desired& desired, const Observed& observed) {
  Change change;
  change.op = Op::kDelete;
  change.before = observed.attributes;
  EditDatabase edit{"user", "delete", desired.text("name"), Json::object()};
  if (desired.flag("remove_home", false)) {
    edit.set["remove_home"] = true;
    change.note = "with its home folder " + observed.text("home");
  }
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
    if (wanted.is_null()) continue;
    const auto found = observed.attributes.find(attribute);
    const bool known = observed.exists && found != observed.attributes.end();
    if (known && *found == wanted) continue;
    if (known) change.before[attribute] = *found;
    change.after[attribute] = wanted;
  }
  EditDatabase edit{"user", observed.exists ? "modify" : "create", desired.text("name"), change.after};
  if (!observed.exists) {
    change.op = Op::kCreate;
    if (desired.flag("system", false)) edit.set["system"] = true;
    edit.set["create_home"] = makes_home(desired);
    change.after["create_home"] = makes_home(desired);
  } else {
    if (desired.flag("create_home", false) && !observed.flag("create_home", true)) {
      change.before["create_home"] = false;
      change.after["create_home"] = true;
      edit.set["create_home"] = true;
    }
    if (change.after.empty()) return change;
    change.op = Op::kUpdate;
    if (change.before.contains("uid"))
      change.note = "files of the old uid " + change.before["uid"].dump() + " keep that number";
  }
  change.operations.push_back(std::move(edit));
  return change;
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
  if (makes_home(desired)) result.push_back({"", "directory", desired.text("home", "/home/" + desired.text("name"))});
  return result;
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
  Desired again =
      desired_again(desired, before, {"uid", "group", "groups", "comment", "home", "shell", "locked", "expires"});
  again.attributes["name"] = desired.text("name");
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
