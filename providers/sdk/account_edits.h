// What a change of a user or a group makes of the rows of the account databases: for whoever carries it out
// (engine/exec/interpreter/database.h) and whoever foresees it (foreseen_accounts.h), so that the two cannot differ.
//
// Rows alone: which of them reaches the disk when, homes, and processes are the business of who carries it out.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "engine/base/result.h"
#include "providers/sdk/account_rows.h"
#include "providers/sdk/operation.h"
#include "providers/sdk/system.h"

namespace plumb {

// Of a user, as his row has it.
struct AccountHome {
  std::string user;
  std::string path;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
};

struct AccountDefaults {
  LoginDefinitions definitions;
  std::string shell = "/bin/sh";
  std::int64_t today = 0;  // in days since 1970
};

// An account that is being made or removed has a row that lets nobody in (account_files.h has its remark).
bool is_unfinished(const AccountRow& user);
AccountRow unfinished_row(const AccountRow& whole);

class AccountEditor {
 public:
  // All of them outlive this. `system` tells of accounts that no table has.
  AccountEditor(AccountTables& tables, const AccountDefaults& defaults, System& system)
      : tables_(tables), defaults_(defaults), system_(system) {}

  // Whether the database, the verb and the name are some, and the account is there or not as the verb needs it. What
  // follows is for edits that passed.
  Result<> check(const EditDatabase& edit);

  // Rows of a new user, also in the place of an unfinished one, and then as change_user().
  Result<> add_user(const EditDatabase& edit);
  Result<> change_user(const EditDatabase& edit);
  // Whether it may be removed as far as rows tell.
  Result<> check_removal(const EditDatabase& edit);
  // All but its row in passwd.
  Result<> forget_user(const EditDatabase& edit);
  Result<AccountHome> home_of(const std::string& user);

  Result<> add_group(const EditDatabase& edit);
  // All but its number.
  Result<> change_group(const EditDatabase& edit);
  Result<> remove_group(const EditDatabase& edit);
  // Nothing where the edit gives it none. Users whose primary group it is follow, as with groupmod. Meanwhile the group
  // has both numbers, so that neither can become another's with these users in it.
  std::optional<std::string> new_number(const EditDatabase& edit) const;
  void give_second_number(const std::string& group, const std::string& gid);
  void move_users(const std::string& group, const std::string& gid);
  void keep_one_number(const std::string& group, const std::string& gid);

 private:
  Result<> set_shadow(const EditDatabase& edit);
  Result<> set_groups(const std::string& user, const std::vector<std::string>& wanted);
  Result<> set_members(const std::string& group, const std::vector<std::string>& members);
  Result<> check_gid_is_free(const EditDatabase& edit);
  void remove_own_group(const std::string& user, const std::string& gid);
  void add_group_row(const std::string& name, const std::string& gid);
  void add_subordinates(AccountTable& table, const std::string& prefix, const std::string& user);
  AccountRow new_shadow_row(const std::string& user) const;
  std::set<std::string> gids_of(const std::string& group);
  std::set<std::uint32_t> gids_in_use();
  Result<std::uint32_t> free_number(const std::string& kind, bool system);
  Result<std::string> gid_of(const std::string& group);

  AccountTables& tables_;
  const AccountDefaults& defaults_;
  System& system_;
};

}  // namespace plumb
