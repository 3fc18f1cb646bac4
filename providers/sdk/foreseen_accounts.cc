#include "providers/sdk/foreseen_accounts.h"

#include <string_view>

#include "engine/base/digest.h"
#include "engine/base/host_text.h"
#include "providers/sdk/account_edits.h"
#include "providers/sdk/provider.h"

namespace plumb {
namespace {

constexpr std::size_t kLargestDatabase = std::size_t{64} << 20U;

std::optional<std::string> text_of_file(System& system, const std::string& path) {
  const Result<std::optional<FileInfo>> info = system.stat(path, true);
  if (!info || !*info) return std::nullopt;
  return text_of_bytes(system.read_file(path, kLargestDatabase).value_or(std::string()));
}

AccountTable table_of(System& system, const std::string& path) {
  const std::optional<std::string> text = text_of_file(system, path);
  return text ? AccountTable(*text) : AccountTable();
}

// Of what is sensitive nothing is known that could stand in a row.
EditDatabase without_sealed(EditDatabase edit) {
  if (is_keyed_digest(text_of(edit.set, "password_hash"))) edit.set.erase("password_hash");
  return edit;
}

class Foreseer {
 public:
  explicit Foreseer(System& system)
      : tables_{table_of(system, "/etc/passwd"),  table_of(system, "/etc/shadow"), table_of(system, "/etc/group"),
                table_of(system, "/etc/gshadow"), table_of(system, "/etc/subuid"), table_of(system, "/etc/subgid")},
        defaults_{LoginDefinitions(text_of_file(system, "/etc/login.defs").value_or("")),
                  default_shell(text_of_file(system, "/etc/default/useradd").value_or("")), 0},
        rows_(tables_, defaults_, system) {}

  Result<ForeseenAccounts> run(const EditDatabase& edit) {
    const std::map<std::string, Account> users = users_now();
    const std::map<std::string, GroupAccount> groups = groups_now();
    PLUMB_TRY(rows_.check(edit));
    PLUMB_TRY(edit.database == "user" ? change_user(edit) : change_group(edit));
    put("/etc/passwd", tables_.passwd);
    put("/etc/shadow", tables_.shadow);
    put("/etc/group", tables_.group);
    put("/etc/gshadow", tables_.gshadow);
    put("/etc/subuid", tables_.subuid);
    put("/etc/subgid", tables_.subgid);
    note_changes(users, users_now(), out_.users);
    note_changes(groups, groups_now(), out_.groups);
    return std::move(out_);
  }

 private:
  void put(const std::string& path, const AccountTable& table) {
    if (table.changed()) out_.files[path] = bytes_of_text(table.text());
  }

  template <class Entry>
  static void note_changes(const std::map<std::string, Entry>& before, const std::map<std::string, Entry>& after,
                           std::map<std::string, std::optional<Entry>>& changed) {
    for (const auto& [name, unused] : before) {
      if (!after.contains(name)) changed[name] = std::nullopt;
    }
    for (const auto& [name, entry] : after) changed[name] = entry;
  }

  std::map<std::string, Account> users_now() {
    using namespace passwd_field;
    std::map<std::string, Account> found;
    for (const AccountRow* row : tables_.passwd.rows(kCount)) {
      const auto uid = account_number((*row)[kUid]);
      const auto gid = account_number((*row)[kGid]);
      if (uid && gid)
        found.emplace((*row)[0], Account{(*row)[0], *uid, *gid, (*row)[kComment], (*row)[kHome], (*row)[kShell]});
    }
    return found;
  }

  std::map<std::string, GroupAccount> groups_now() {
    std::map<std::string, GroupAccount> found;
    for (const AccountRow* row : tables_.group.rows(group_field::kCount)) {
      const auto gid = account_number((*row)[group_field::kGid]);
      if (!gid) continue;
      GroupAccount group{(*row)[0], *gid, account_fields((*row)[group_field::kMembers], ',')};
      std::erase(group.members, "");
      found.emplace((*row)[0], std::move(group));
    }
    return found;
  }

  Result<> change_user(const EditDatabase& edit) {
    if (edit.verb == "delete") return delete_user(edit);
    const EditDatabase known = without_sealed(edit);
    if (flag_of(edit.set, "move_home", false)) {
      PLUMB_TRY_ASSIGN(AccountHome home, rows_.home_of(edit.name));
      out_.moved_home = std::move(home.path);
    }
    PLUMB_TRY(edit.verb == "create" ? rows_.add_user(known) : rows_.change_user(known));
    if (!flag_of(edit.set, "create_home", false) && out_.moved_home.empty()) return {};
    PLUMB_TRY_ASSIGN(const AccountHome home, rows_.home_of(edit.name));
    out_.made_home = {home.path, home.uid, home.gid, defaults_.definitions.mode_of_homes(),
                      flag_of(edit.set, "take_home", false)};
    return {};
  }

  Result<> delete_user(const EditDatabase& edit) {
    if (tables_.passwd.find(edit.name) == nullptr) return {};
    PLUMB_TRY(rows_.check_removal(edit));
    PLUMB_TRY_ASSIGN(const AccountHome home, rows_.home_of(edit.name));
    if (flag_of(edit.set, "remove_home", false)) out_.removed_home = {home.path, home.uid, home.gid, 0, false};
    PLUMB_TRY(rows_.forget_user(edit));
    tables_.passwd.remove(edit.name);
    return {};
  }

  Result<> change_group(const EditDatabase& edit) {
    if (edit.verb == "delete") return rows_.remove_group(edit);
    PLUMB_TRY(edit.verb == "create" ? rows_.add_group(edit) : rows_.change_group(edit));
    if (const std::optional<std::string> gid = rows_.new_number(edit)) {
      rows_.give_second_number(edit.name, *gid);
      rows_.move_users(edit.name, *gid);
      rows_.keep_one_number(edit.name, *gid);
    }
    return {};
  }

  AccountTables tables_;
  const AccountDefaults defaults_;
  AccountEditor rows_;
  ForeseenAccounts out_;
};

}  // namespace

Result<ForeseenAccounts> foresee_accounts(const EditDatabase& edit, System& system) {
  return Foreseer(system).run(edit);
}

}  // namespace plumb
