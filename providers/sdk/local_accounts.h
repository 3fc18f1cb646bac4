// Accounts that somebody made on a host: neither the distribution's nor those of packages.
#pragma once

#include <set>
#include <string>

#include "providers/sdk/account_files.h"
#include "providers/sdk/survey.h"

namespace plumb {

struct LocalAccounts {
  AccountFiles files;
  std::set<std::string> users;
  std::set<std::string> groups;  // but for those that a user of the same name has for his own

  // Whether a number is one that people's accounts have.
  bool is_usual_uid(std::uint32_t uid) const { return uid >= uid_min && uid <= uid_max; }
  std::uint32_t uid_min = 1000;
  std::uint32_t uid_max = 60000;
};

// Of numbers that the system has for itself those are somebody's whose name neither a script of a package has nor
// sysusers.d. What cannot be read is left out.
std::optional<LocalAccounts> local_accounts(const SurveyedHost& host, Survey& survey);

}  // namespace plumb
