// What its parts tell each other of an account, beyond the schema, and what is asked for where nothing is said.
#pragma once

#include <algorithm>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include "providers/sdk/account_files.h"
#include "providers/sdk/provider.h"

namespace plumb::providers::user {

// Of a desired state that was completed: a resource of the host decides on the owner of the home folder.
inline constexpr const char* kHomeIsDeclared = "home_is_declared";
// Likewise: the project has a group of the user's name, which does not go with the user.
inline constexpr const char* kGroupIsDeclared = "group_is_declared";
// Observed: a group of the user's name is there before the user is.
inline constexpr const char* kHasOwnGroup = "has_own_group";
// Observed: whose the folder is that is to be the user's home and is there already.
inline constexpr const char* kHomeOwner = "home_owner";
// Observed: the folder that is to be the home of an account that is not there is there, and its own already.
inline constexpr const char* kHomeIsThere = "home_is_there";
// Observed: folders above the home are made on the way, and nobody keeps which.
inline constexpr const char* kHomeNeedsFolders = "home_needs_folders";
// Observed: the folder that goes to the home's new path, where that is asked for.
inline constexpr const char* kHomeMoves = "home_moves";
// Asked for beside absence: the account goes as the run left it that made it, and so does the home that came with it.
inline constexpr const char* kAsMade = "as_made";
// Observed: what is in that home and did not come with it.
inline constexpr const char* kHomeHolds = "home_holds";

// Observed: the account is the one that the host was reached as. What changes beside the attribute: whether it becomes
// root from there.
inline constexpr const char* kLogsIn = "logs_in";
inline constexpr const char* kBecomesRoot = "becomes_root";
// Observed of that one: attributes whose wanted values would keep it out today, each with the words for it.
inline constexpr const char* kKeptOut = "kept_out";

// The mark by which logind lets units of an account run though nobody is logged in.
inline std::string linger_file(const std::string& name) {
  return "/var/lib/systemd/linger/" + name;
}

inline bool needs_shadow(const Desired& desired) {
  return desired.has("password_hash") || desired.has("locked") || desired.has("expires") ||
         std::any_of(kAgeLimits.begin(), kAgeLimits.end(),
                     [&](const AgeLimit& limit) { return desired.has(limit.attribute); });
}

inline std::string new_home(const Desired& desired) {
  return desired.text("home", "/home/" + desired.text("name"));
}

// A new user gets a home folder unless it is a system user or the resource says otherwise.
inline bool makes_home(const Desired& desired) {
  return desired.flag("create_home", !desired.flag("system", false));
}

// Of a list whose order means nothing.
inline std::set<std::string> sorted_texts(const Json& list) {
  std::vector<std::string> texts = texts_in(list);
  return {std::make_move_iterator(texts.begin()), std::make_move_iterator(texts.end())};
}

}  // namespace plumb::providers::user
