#include "providers/user/user.h"

#include <algorithm>

#include "providers/sdk/observe_each.h"
#include "providers/sdk/ownership.h"
#include "providers/user/observe_user.h"
#include "providers/user/terms.h"

namespace plumb::providers::user {
namespace {

constexpr std::string_view kPassword = "password_hash";

// Of an account that is there.
bool leaves_password(const Desired& desired) {
  return desired.text("update_password") == "on_create";
}

// The mark is what counts; where logind runs, it is told too, and starts the account's manager: whose units come next
// find it running. One that goes would keep the account from being removed.
constexpr const char* kLinger = R"sh(case $1 in
  linger) mkdir -p "${3%/*}" && : >"$3" || exit ;;
esac
[ -d /run/systemd/system ] || { [ "$1" = linger ] || rm -f "$3"; exit; }
manager=user@$(id -u "$2").service
case $1 in
  linger) loginctl enable-linger "$2" && exec systemctl start "$manager" ;;
  end) loginctl disable-linger "$2" && rm -f "$3" && exec systemctl stop "$manager" ;;
  *) loginctl disable-linger "$2" && exec rm -f "$3" ;;
esac)sh";

Run let_linger(const std::string& name, const char* how) {
  Run run;
  run.argv = {"sh", "-c", kLinger, "plumb", how, name, linger_file(name)};
  return run;
}

Change removal(const Desired& desired, const Observed& observed) {
  Change change;
  change.op = Op::kDelete;
  change.before = observed.attributes;
  for (const char* of_line : {kLogsIn, kBecomesRoot, kKeptOut}) change.before.erase(of_line);
  // Another account of that name would take it over.
  if (observed.flag("linger", false)) change.operations.push_back(let_linger(desired.text("name"), "end"));
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
  return observe_each(desired, [&](const Desired& one) {
    return files ? observe_user(one, *files, system) : Result<Observed>(Error(files.error()));
  });
}

Change UserProvider::diff(const Desired& desired, const Observed& observed) const {
  if (wants_absent(desired)) return observed.exists ? removal(desired, observed) : Change();
  Change change;
  for (const char* attribute :
       {"uid", "group", "groups", "comment", "home", "shell", "password_hash", "locked", "expires", "password_min_days",
        "password_max_days", "password_warn_days", "password_inactive_days"}) {
    const Json wanted = wanted_value(desired, observed, attribute);
    if (wanted.is_null() || (attribute == kPassword && observed.exists && leaves_password(desired))) continue;
    const auto found = observed.attributes.find(attribute);
    const bool known = observed.exists && found != observed.attributes.end();
    if (known && *found == wanted) continue;
    if (known) change.before[attribute] = *found;
    change.after[attribute] = wanted;
  }
  EditDatabase edit{"user", observed.exists ? "modify" : "create", desired.text("name"), change.after};
  const bool moves = observed.has(kHomeMoves);
  const bool makes = observed.exists ? desired.flag("create_home", false) && !moves : makes_home(desired);
  if (moves) {
    edit.set["move_home"] = true;
    change.note = "its home folder " + observed.text(kHomeMoves) + " goes there with all that is in it";
  }
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
  const bool lingers = desired.flag("linger", false);
  const bool changes_linger = desired.has("linger") && (!observed.exists || observed.flag("linger", false) != lingers);
  const bool edits = !change.after.empty();
  if (changes_linger && (observed.exists || lingers)) {
    if (observed.exists) change.before["linger"] = observed.flag("linger", false);
    change.after["linger"] = lingers;
  }
  if (change.after.empty()) return change;
  // A new password would open the account whose lock is nothing but that it had none.
  if (edit.set.contains("password_hash") && desired.flag("locked", false)) edit.set["locked"] = true;
  if (observed.exists) change.op = Op::kUpdate;
  if (change.before.contains("uid"))
    change.note = "files of the old uid " + change.before["uid"].dump() + " keep that number";
  if (edits) change.operations.push_back(std::move(edit));
  if (change.after.contains("linger"))
    change.operations.push_back(let_linger(desired.text("name"), lingers ? "linger" : "leave"));
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

// Of the account that the host was reached as.
std::string UserProvider::cuts_line(const Desired& desired, const Observed& observed) const {
  if (!observed.flag(kLogsIn, false)) return {};
  const std::string name = desired.text("name");
  if (wants_absent(desired)) return "it logs in as " + name;
  const Json after = diff(desired, observed).after;
  const std::string shell = text_of(after, "shell");
  for (const char* none : {"/nologin", "/false", "/true", "/git-shell"}) {
    if (shell.ends_with(none)) return name + " would get no shell";
  }
  for (const auto& [attribute, why] : observed.attribute(kKeptOut).items()) {
    if (after.contains(attribute)) return name + " " + why.get<std::string>();
  }
  // sshd takes no keys that somebody else could have laid there.
  if (after.contains("uid")) return "the keys of " + name + " belong to its old number";
  if (after.contains("home") && !desired.flag("move_home", false))
    return "the keys of " + name + " lie in " + observed.text("home");
  if (!after.contains("groups") || !observed.flag(kBecomesRoot, false)) return {};
  const std::set<std::string> stays = sorted_texts(after["groups"]);
  for (const std::string& group : sorted_texts(observed.attribute("groups"))) {
    if (gives_root(group) && !stays.contains(group)) return name + " becomes root as a member of " + group;
  }
  return {};
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
  return what.kind == "directory" && (desired.flag("create_home", false) || observed.has(kHomeMoves));
}

std::vector<std::string> UserProvider::looked_at(const Desired& desired, const Observed& observed) const {
  const bool asks =
      desired.flag("create_home", false) || desired.flag("remove_home", false) || observed.has(kHomeMoves);
  const std::string home = observed.text("home");
  return asks && !home.empty() ? std::vector<std::string>{home} : std::vector<std::string>();
}

std::vector<ImpliedPath> UserProvider::implies_paths(const Desired& desired) const {
  std::vector<ImpliedPath> paths;
  if (wants_absent(desired)) return paths;
  if (desired.has("home") || makes_home(desired))
    paths.push_back({desired.text("home", "/home/" + desired.text("name")), true});
  if (desired.has("shell")) paths.push_back({desired.text("shell"), false});
  // Which the program makes that lets it linger.
  if (desired.flag("linger", false)) paths.push_back({linger_file(desired.text("name")), false, true, ""});
  return paths;
}

std::optional<Desired> UserProvider::restore(const Desired& desired, const Observed& before) const {
  // A removed home cannot be brought back, nor a password of which only a keyed digest was kept. One that stays as it
  // is has nothing to come back.
  if (before.exists && (wants_absent(desired) || diff(desired, before).after.contains(kPassword))) return std::nullopt;
  // A number that no group has cannot be asked for.
  if (before.exists && is_number(before.text("group"))) return std::nullopt;
  const bool makes = before.exists ? desired.flag("create_home", false) : makes_home(desired);
  const bool moves = before.has(kHomeMoves);
  const bool gets_home = before.exists && !moves && !before.flag("create_home", false);
  // Of an account that stays, the home that it got stays too; and whose a folder was that became one, nobody keeps.
  if (makes && (gets_home || before.has(kHomeOwner)) && !desired.flag(kHomeIsDeclared, false)) return std::nullopt;
  // Folders that were made on the way to a home stay.
  if (makes && before.flag(kHomeNeedsFolders, false)) return std::nullopt;
  Desired again =
      desired_again(desired, before,
                    {"uid", "group", "groups", "comment", "home", "shell", "locked", "expires", "password_min_days",
                     "password_max_days", "password_warn_days", "password_inactive_days", "linger"});
  again.attributes["name"] = desired.text("name");
  // What was there before stays; the home that came with it goes with it.
  if (!before.exists && before.flag(kHasOwnGroup, false)) again.attributes[kGroupIsDeclared] = true;
  if (before.exists) {
    if (moves) again.attributes["move_home"] = true;
    keep_changed(again, diff(desired, before),
                 {"uid", "group", "groups", "comment", "home", "shell", "locked", "expires", "password_min_days",
                  "password_max_days", "password_warn_days", "password_inactive_days", "linger"});
    return again;
  }
  again.attributes[kAsMade] = true;
  if (desired.has("groups")) again.attributes["groups"] = desired.attribute("groups");
  if (makes && !before.flag(kHomeIsThere, false)) again.attributes["remove_home"] = true;
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "user",
                .provider = make_provider<UserProvider>(),
                .operations = OperationSet::of<EditDatabase, Run>(),
                .stands_on_inferred = true,
                .dwindling = {"removes"},
                .adoption = {survey, "accounts"}});
}

}  // namespace plumb::providers::user
