#include "providers/git/account.h"

#include <algorithm>
#include <charconv>

#include "engine/base/in_order.h"
#include "providers/sdk/access_list.h"
#include "providers/sdk/obstacles.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/refused.h"

namespace plumb::providers::git {
namespace {

std::string name_of(std::uint32_t uid, System& system) {
  const std::optional<Account> account = system.user_by_id(uid);
  return account ? account->name : "the user " + std::to_string(uid);
}

constexpr unsigned kSearch = 01, kWriteAndSearch = 03;

bool is_in(const std::optional<GroupAccount>& group, const Account& account) {
  return group && (group->gid == account.gid ||
                   std::find(group->members.begin(), group->members.end(), account.name) != group->members.end());
}

// By its mode and its access list. What a list leaves to the folder's own group is not told, but the most that it
// leaves to any.
Result<bool> may(const Account& account, unsigned asked, const std::string& folder, System& system) {
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(folder, true));
  if (!info || account.uid == 0) return true;
  const auto holds = [asked](unsigned bits) { return (bits & asked) == asked; };
  if (info->uid == account.uid) return holds(info->mode >> 6);
  PLUMB_TRY_ASSIGN(const BeyondMode beyond, system.beyond_mode(folder, true));
  const unsigned most = info->mode >> 3;
  bool in_group = info->gid == account.gid || is_in(system.group_by_id(info->gid), account);
  bool granted = in_group && holds(most);
  for (const AccessRule& rule : access_rules(beyond.access_list)) {
    if (rule.inherited) continue;
    if (!rule.group && (rule.name == account.name || rule.name == std::to_string(account.uid)))
      return holds(rule.permissions & most);
    if (!rule.group || !is_in(system.group_by_name(rule.name), account)) continue;
    in_group = true;
    granted = granted || holds(rule.permissions & most);
  }
  return in_group ? granted : holds(info->mode);
}

// The first folder on the way to this one that is closed to the account, or itself where it may not make files in it;
// "" where it may. `writes`: whether it is to.
Result<std::string> closed_folder(const Account& account, const std::string& folder, bool writes, System& system) {
  std::vector<std::string> way = ancestors_of(folder);
  const Result<std::string> real = system.resolve(folder);
  if (real && *real != folder) {
    way = ancestors_of(*real);
    way.push_back(*real);
  }
  put_in_order(way, [](const auto& a, const auto& b) { return a.size() < b.size(); });
  for (const std::string& above : way) {
    PLUMB_TRY_ASSIGN(const bool enters, may(account, kSearch, above, system));
    if (!enters) return above;
  }
  PLUMB_TRY_ASSIGN(const bool makes, may(account, writes ? kWriteAndSearch : kSearch, folder, system));
  return makes ? std::string() : folder;
}

}  // namespace

std::optional<Account> account_of(const std::string& user, System& system) {
  if (!is_number(user)) return system.user_by_name(user);
  std::uint32_t uid = 0;
  const auto [end, problem] = std::from_chars(user.data(), user.data() + user.size(), uid);
  return problem == std::errc() ? system.user_by_id(uid) : std::nullopt;
}

Result<std::optional<Diagnostic>> kept_out(const Account& account, const std::string& path, const std::string& folder,
                                           bool copy, System& system) {
  PLUMB_TRY_ASSIGN(const std::string closed, closed_folder(account, folder, !copy, system));
  if (closed.empty()) return std::optional<Diagnostic>();
  if (closed == folder && !copy) {
    return std::optional(refused(account.name + " may not write to " + folder + ", where the working copy is to come")
                             .with_hint("declare `directory: " + path + "` with `owner: " + account.name + "`"));
  }
  return std::optional(refused(account.name + " may not enter " + closed + ", and git is to run as that one in " + path)
                           .with_hint("let that one pass by the mode of " + closed));
}

Result<std::optional<Account>> account_to_run_as(const Desired& desired, const std::optional<FileInfo>& there,
                                                 bool copy, System& system, Observed& observed) {
  const std::string path = desired.text("path");
  const std::string as = desired.text("as");
  const auto leave = [&] {
    observed.exists = copy;
    if (copy) observed.attributes["state"] = "present";
    return std::optional<Account>();
  };
  const std::optional<Account> account = account_of(as, system);
  if (!account) {
    observed.missing.push_back({{"", "user", as}, "as"});
    return leave();
  }
  if (wants_absent(desired)) return account;
  if (copy && there->uid != account->uid) {
    observed.obstacle =
        refused(path + " is a working copy of " + name_of(there->uid, system) + ", and git is to run as " + as)
            .with_hint("git refuses what belongs to another: give it to " + as + " on the host, or leave `as` out");
    return leave();
  }
  return account;
}

}  // namespace plumb::providers::git
