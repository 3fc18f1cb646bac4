// The account databases as they will be once users and groups were changed: the rows that EditDatabase leaves, by the
// same code (account_edits.h).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "providers/sdk/operation.h"
#include "providers/sdk/system.h"

namespace plumb {

struct ForeseenAccounts {
  std::map<std::string, std::string> files;                   // path -> its new text
  std::map<std::string, std::optional<Account>> users;        // that changed, by name; nothing where it is gone
  std::map<std::string, std::optional<GroupAccount>> groups;  // likewise
  // The home that is to be made, removed or moved with the user.
  struct Home {
    std::string path;
    std::uint32_t uid = 0;
    std::uint32_t gid = 0;
    std::uint32_t mode = 0;
    bool take = false;  // a folder that is there is given to the user
  };
  std::optional<Home> made_home;
  std::optional<Home> removed_home;
  std::string moved_home;  // where the folder lay that is to be the made one; "" for none
};

// Reads the databases through `system`. Errors as those of the operation itself.
Result<ForeseenAccounts> foresee_accounts(const EditDatabase& edit, System& system);

}  // namespace plumb
