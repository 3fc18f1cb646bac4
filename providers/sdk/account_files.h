// The local account databases: /etc/passwd, /etc/group, /etc/shadow, read once for a batch.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "providers/sdk/system.h"

namespace plumb {

struct ShadowEntry {
  std::string hash;
  std::string expires;  // "YYYY-MM-DD" or "never"
};

struct AccountFiles {
  std::vector<Account> users;
  std::vector<GroupAccount> groups;
  std::map<std::string, ShadowEntry> shadow;
  bool shadow_readable = true;  // false: it is there, and may not be read

  const Account* user(std::string_view name) const;
  const Account* user(std::uint32_t uid) const;
  const GroupAccount* group(std::string_view name) const;
  const GroupAccount* group(std::uint32_t gid) const;
};

// Lines that are no entries (empty, comments, NIS) are passed over. kNoBackEnd on hosts that keep accounts elsewhere.
Result<AccountFiles> read_account_files(System& system, bool with_shadow);

// Days since 1970 as a shadow file has them: "" and negative numbers are "never", "0" is 1970-01-01.
std::string expiry_date(std::string_view days);

}  // namespace plumb
