// Groups that somebody made.
#include <algorithm>

#include "providers/group/group.h"
#include "providers/sdk/local_accounts.h"

namespace plumb::providers::group {

void survey(const SurveyedHost& host, Survey& found) {
  Survey unsaid;  // the users say it
  const std::optional<LocalAccounts> accounts = local_accounts(host, unsaid);
  if (!accounts) return;
  for (const GroupAccount& group : accounts->files.groups) {
    if (!accounts->groups.contains(group.name)) continue;
    Json attributes = {{"gid", group.gid}};
    if (!accounts->is_usual_uid(group.gid)) attributes["system"] = true;
    // Members say it themselves where they are declared.
    const bool of_packages = std::any_of(group.members.begin(), group.members.end(),
                                         [&](const std::string& member) { return !accounts->users.contains(member); });
    if (of_packages) attributes["members"] = group.members;
    found.add(group.name, std::move(attributes));
  }
}

}  // namespace plumb::providers::group
