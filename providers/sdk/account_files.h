// The local account databases: /etc/passwd, /etc/group, /etc/shadow, read once for a batch.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "providers/sdk/account_rows.h"
#include "providers/sdk/system.h"

namespace plumb {

// What a password's age is held to, in days: the attributes of a user, and where a shadow file has them.
struct AgeLimit {
  const char* attribute;
  std::size_t field;
};
inline constexpr std::array<AgeLimit, 4> kAgeLimits = {{{"password_min_days", shadow_field::kMinDays},
                                                        {"password_max_days", shadow_field::kMaxDays},
                                                        {"password_warn_days", shadow_field::kWarnDays},
                                                        {"password_inactive_days", shadow_field::kInactiveDays}}};

struct ShadowEntry {
  std::string hash;
  std::string expires;                               // "YYYY-MM-DD" or "never"
  std::array<std::int64_t, kAgeLimits.size()> ages;  // -1: no limit
  std::int64_t last_change = -1;                     // in days since 1970
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

// A group whose members sudo, doas or su let become root as a rule.
bool gives_root(std::string_view group);
// Whether this host was reached by a login as this user.
bool is_who_logs_in(const Account& account, const System& system);

// Lines that are no entries (empty, comments, NIS) are passed over. kNoBackEnd on hosts that keep accounts elsewhere.
Result<AccountFiles> read_account_files(System& system, bool with_shadow);

// An account that is being made or removed has a row that lets nobody in, with a remark that says so and that names its
// primary group. It counts as not there; whoever asks for it makes it whole, and whoever asks for it to be gone removes
// what is left of it (ADR 12).
std::string unfinished_remark(std::string_view gid);
// The number of the primary group where a remark is one of these.
std::optional<std::string> unfinished_group(std::string_view remark);

// Whether a folder that is there and root's or nobody's may be given to a user as his home: not what the system is made
// of.
bool may_become_home(std::string_view path);

// A free number as the shadow suite takes it, of `kind` "UID" or "GID": system numbers from the top down, others above
// the highest, then the first gap. `setting`: a number of the login definitions, or what stands for it. kOperation
// where none is left.
Result<std::uint32_t> free_account_number(
    const std::string& kind, bool system,
    const std::function<std::uint32_t(const std::string& name, std::uint32_t otherwise)>& setting,
    const std::set<std::uint32_t>& taken, const std::function<bool(std::uint32_t)>& taken_elsewhere);

// Days since 1970 as a shadow file has them: "" and negative numbers are "never", "0" is 1970-01-01.
std::string expiry_date(std::string_view days);

}  // namespace plumb
