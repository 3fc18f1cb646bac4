// Users that somebody made.
#include <algorithm>

#include "providers/sdk/is_there.h"
#include "providers/sdk/local_accounts.h"
#include "providers/user/terms.h"
#include "providers/user/user.h"

namespace plumb::providers::user {
namespace {

// Of the second field of a shadow file: `*`, `!` and the empty one let nobody in by a password, or everybody.
std::string hash_in(std::string_view field) {
  while (field.starts_with('!')) field.remove_prefix(1);
  constexpr std::size_t kOldest = 13;
  return field.starts_with('$') || field.starts_with('_') || field.size() == kOldest ? std::string(field) : "";
}

Json groups_of(const std::string& user, const AccountFiles& files) {
  std::vector<std::string> groups;
  for (const GroupAccount& group : files.groups) {
    if (std::find(group.members.begin(), group.members.end(), user) != group.members.end())
      groups.push_back(group.name);
  }
  std::sort(groups.begin(), groups.end());
  return groups;
}

}  // namespace

void survey(const SurveyedHost& host, Survey& found) {
  const std::optional<LocalAccounts> accounts = local_accounts(host, found);
  if (!accounts) return;
  const AccountFiles& files = accounts->files;
  for (const Account& user : files.users) {
    const auto shadow = files.shadow.find(user.name);
    const std::string hash = shadow == files.shadow.end() ? "" : hash_in(shadow->second.hash);
    if (!accounts->users.contains(user.name)) {
      if (!hash.empty()) found.leave_out("user " + user.name, "it has a password, whose hash is not taken");
      continue;
    }
    Json attributes = {{"uid", user.uid}};
    const GroupAccount* group = files.group(user.gid);
    if (group == nullptr || group->name != user.name)
      attributes["group"] = group == nullptr ? std::to_string(user.gid) : group->name;
    if (Json groups = groups_of(user.name, files); !groups.empty()) attributes["groups"] = std::move(groups);
    if (!user.shell.empty()) attributes["shell"] = user.shell;
    if (!user.home.empty() && user.home != "/home/" + user.name) attributes["home"] = user.home;
    if (!user.comment.empty()) attributes["comment"] = user.comment;
    if (!accounts->is_usual_uid(user.uid)) attributes["system"] = true;
    if (!hash.empty() && shadow->second.hash.starts_with('!')) attributes["locked"] = true;
    if (shadow != files.shadow.end() && shadow->second.expires != "never" && !shadow->second.expires.empty())
      attributes["expires"] = shadow->second.expires;
    if (shows(linger_file(user.name), host.system)) attributes["linger"] = true;
    FoundThing& thing = found.add(user.name, std::move(attributes));
    if (!hash.empty()) thing.withheld.push_back({"password_hash", "a password's hash"});
  }
  if (!files.shadow_readable)
    found.leave_out("/etc/shadow", "it may not be read: which accounts are locked is not known");
}

}  // namespace plumb::providers::user
