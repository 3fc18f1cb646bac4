#include "providers/group/group.h"

#include <algorithm>
#include <set>

#include "providers/sdk/account_files.h"
#include "providers/sdk/ownership.h"

namespace plumb::providers::group {
namespace {

// Asked for beside absence: the group goes as the run left it that made it, with the members that it had then.
constexpr const char* kAsMade = "as_made";
// Observed: the member as whom the host was reached.
constexpr const char* kLogsIn = "logs_in";

std::set<std::string> members_of(const Desired& desired) {
  const std::vector<std::string> members = texts_in(desired.attribute("members"));
  return {members.begin(), members.end()};
}

Observed observe_one(const Desired& desired, const AccountFiles& files, System& system) {
  Observed observed;
  const std::string name = desired.text("name");
  const GroupAccount* account = files.group(name);
  const auto refuse = [&](std::string text, std::string hint = {}) {
    observed.obstacle = Diagnostic(Code::kRefusedByState, std::move(text));
    observed.obstacle->hint = std::move(hint);
  };
  if (!wants_absent(desired)) {
    for (const std::string& member : members_of(desired)) {
      if (files.user(member) == nullptr && !system.user_by_name(member)) {
        observed.missing.push_back({{"", "user", member}, "members"});
      }
    }
    const Json& gid = desired.attribute("gid");
    if (gid.is_number_integer() && (account == nullptr || account->gid != gid.get<std::uint32_t>())) {
      const auto number = gid.get<std::uint32_t>();
      const GroupAccount* local = files.group(number);
      const std::optional<GroupAccount> holder = local != nullptr ? *local : system.group_by_id(number);
      if (holder && holder->name != name) {
        refuse("gid " + gid.dump() + " belongs to " + holder->name + " already",
               "where `group: " + holder->name + "` goes or changes its number, name this one in its `before`");
      }
    }
  }
  if (account == nullptr) {
    if (!wants_absent(desired) && system.group_by_name(name)) {
      refuse(name + " is not a local group; it comes from the name service");
    }
    return observed;
  }
  observed.exists = true;
  // One whose change was cut off has two, and so none that is as asked for.
  const bool one_number = std::count_if(files.groups.begin(), files.groups.end(),
                                        [&](const GroupAccount& one) { return one.name == name; }) == 1;
  if (one_number) observed.attributes["gid"] = account->gid;
  observed.attributes["members"] = std::set<std::string>(account->members.begin(), account->members.end());
  for (const std::string& member : account->members) {
    const Account* user = files.user(member);
    if (user != nullptr && user->uid != 0 && is_who_logs_in(*user, system)) observed.attributes[kLogsIn] = member;
  }
  if (wants_absent(desired)) {
    const auto user = std::find_if(files.users.begin(), files.users.end(),
                                   [&](const Account& one) { return one.gid == account->gid; });
    if (user != files.users.end()) refuse(name + " is the primary group of " + user->name + " and is not removed");
    const std::set<std::string> made = members_of(desired);
    const auto joined = std::find_if(account->members.begin(), account->members.end(),
                                     [&](const std::string& member) { return !made.contains(member); });
    if (desired.flag(kAsMade, false) && joined != account->members.end())
      refuse("it has got other members since: " + *joined);
  }
  return observed;
}

}  // namespace

std::vector<Result<Observed>> GroupProvider::observe(std::span<const Desired* const> desired, System& system) const {
  const Result<AccountFiles> files = read_account_files(system, false);
  std::vector<Result<Observed>> results;
  results.reserve(desired.size());
  for (const Desired* one : desired) {
    results.push_back(files ? Result<Observed>(observe_one(*one, *files, system))
                            : Result<Observed>(Error(files.error())));
  }
  return results;
}

Change GroupProvider::diff(const Desired& desired, const Observed& observed) const {
  Change change;
  const std::string name = desired.text("name");
  if (wants_absent(desired)) {
    if (!observed.exists) return change;
    change.op = Op::kDelete;
    change.before = observed.attributes;
    change.before.erase(kLogsIn);
    change.operations.push_back(EditDatabase{"group", "delete", name, Json::object()});
    return change;
  }
  const auto compare = [&](const char* attribute, const Json& wanted) {
    if (wanted.is_null()) return;
    const auto found = observed.attributes.find(attribute);
    const bool known = observed.exists && found != observed.attributes.end();
    if (known && *found == wanted) return;
    if (known) change.before[attribute] = *found;
    change.after[attribute] = wanted;
  };
  compare("gid", desired.attribute("gid"));
  if (desired.has("members")) compare("members", members_of(desired));
  if (observed.exists && change.after.empty()) return change;
  change.op = observed.exists ? Op::kUpdate : Op::kCreate;
  EditDatabase edit{"group", observed.exists ? "modify" : "create", name, change.after};
  if (!observed.exists && desired.flag("system", false)) edit.set["system"] = true;
  if (change.before.contains("gid"))
    change.note = "files of the old gid " + change.before["gid"].dump() + " keep that number";
  change.operations.push_back(std::move(edit));
  return change;
}

std::string GroupProvider::cuts_line(const Desired& desired, const Observed& observed) const {
  const std::string name = desired.text("name");
  const std::string who = observed.text(kLogsIn);
  if (who.empty() || !gives_root(name)) return {};
  if (!wants_absent(desired) && (!desired.has("members") || members_of(desired).contains(who))) return {};
  return who + " becomes root as a member of " + name;
}

std::vector<Address> GroupProvider::infers(const Desired& desired) const {
  std::vector<Address> edges;
  if (wants_absent(desired)) return edges;
  for (const std::string& member : members_of(desired)) edges.push_back({"", "user", member});
  return edges;
}

std::vector<Address> GroupProvider::provides(const Desired& desired) const {
  const Json& gid = desired.attribute("gid");
  if (wants_absent(desired) || !gid.is_number_integer()) return {};
  return {{"", "group", gid.dump()}};
}

std::vector<std::string> GroupProvider::claims(const Desired& desired) const {
  std::vector<std::string> claims = {"the group " + desired.text("name")};
  const Json& number = desired.attribute("gid");
  if (!wants_absent(desired) && number.is_number_integer()) claims.push_back("the gid " + number.dump());
  return claims;
}

std::optional<Desired> GroupProvider::restore(const Desired& desired, const Observed& before) const {
  Desired again = desired_again(desired, before, {"gid", "members"});
  again.attributes["name"] = desired.text("name");
  if (before.exists) {
    keep_changed(again, diff(desired, before), {"gid", "members"});
  } else {
    again.attributes[kAsMade] = true;
    if (desired.has("members")) again.attributes["members"] = desired.attribute("members");
  }
  return again;
}

void add_to(Registry& registry) {
  registry.add({.name = "group",
                .provider = make_provider<GroupProvider>(),
                .operations = OperationSet::of<EditDatabase>(),
                .stands_on_inferred = true,
                .adoption = {survey, "accounts"}});
}

}  // namespace plumb::providers::group
