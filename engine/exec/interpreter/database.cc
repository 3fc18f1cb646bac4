#include "engine/exec/interpreter/database.h"

#include <chrono>

#include "engine/exec/accounts.h"
#include "engine/exec/interpreter/account_files.h"
#include "engine/exec/interpreter/home.h"
#include "providers/sdk/account_edits.h"
#include "providers/sdk/provider.h"

namespace plumb::exec {
namespace {

std::int64_t days_since_1970() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::hours>(now).count() / 24;
}

// Edits go from file to file in an order in which a host that stops between any two of them, for good, has given nobody
// more than was asked for, and in which whoever asks again can tell: ADR 12 has the orders. What becomes of the rows,
// AccountEditor says.
class Editor {
 public:
  explicit Editor(LocalSystem& system)
      : system_(system),
        files_(system.files()),
        defaults_{LoginDefinitions(read_small(files_, "/etc/login.defs")),
                  default_shell(read_small(files_, "/etc/default/useradd")), days_since_1970()},
        rows_(tables_, defaults_, system) {}

  Result<> run(const EditDatabase& edit) {
    PLUMB_TRY_ASSIGN(const AccountLock lock, AccountLock::take(files_));
    PLUMB_TRY_ASSIGN(tables_.passwd, read_table(files_, "/etc/passwd"));
    PLUMB_TRY_ASSIGN(tables_.shadow, read_table(files_, "/etc/shadow"));
    PLUMB_TRY_ASSIGN(tables_.group, read_table(files_, "/etc/group"));
    PLUMB_TRY_ASSIGN(tables_.gshadow, read_table(files_, "/etc/gshadow"));
    PLUMB_TRY_ASSIGN(tables_.subuid, read_table(files_, "/etc/subuid"));
    PLUMB_TRY_ASSIGN(tables_.subgid, read_table(files_, "/etc/subgid"));
    PLUMB_TRY(rows_.check(edit));
    if (edit.database == "group") return run_group(edit);
    if (edit.verb == "delete") return delete_user(edit);
    return edit.verb == "create" ? create_user(edit) : modify_user(edit);
  }

 private:
  // The number is taken and nobody can be this user until all of it is there: its last row gives it everything at once.
  Result<> create_user(const EditDatabase& edit) {
    PLUMB_TRY(rows_.add_user(edit));
    PLUMB_TRY_ASSIGN(const Home home, home_of(edit));
    const bool makes = flag_of(edit.set, "create_home", false);
    if (makes) PLUMB_TRY(check_home(system_, home));
    const AccountRow whole = *tables_.passwd.find(edit.name);
    PLUMB_TRY(put_row(edit.name, unfinished_row(whole)));
    PLUMB_TRY(save_groups());
    PLUMB_TRY(save_subordinates());
    PLUMB_TRY(save_shadow());
    if (makes) PLUMB_TRY(make_home(system_, defaults_.definitions, home));
    return put_row(edit.name, whole);
  }

  // Each of the files that differ is seen to differ by whoever looks, but gshadow, which therefore comes first.
  Result<> modify_user(const EditDatabase& edit) {
    PLUMB_TRY_ASSIGN(const Home was, home_of(edit));
    PLUMB_TRY(rows_.change_user(edit));
    PLUMB_TRY_ASSIGN(const Home home, home_of(edit));
    const bool makes = flag_of(edit.set, "create_home", false);
    if (makes) PLUMB_TRY(check_home(system_, home));
    PLUMB_TRY(save_shadow());
    PLUMB_TRY(save_groups());
    if (flag_of(edit.set, "move_home", false))
      PLUMB_TRY(move_home(files_, was.path, {home.user, home.path, was.uid, home.gid}));
    if (makes) PLUMB_TRY(make_home(system_, defaults_.definitions, home));
    return save_passwd();
  }

  // Its row goes last: until then nobody can be this user, its number is not given away, and it is seen that something
  // is left to be done.
  Result<> delete_user(const EditDatabase& edit) {
    if (tables_.passwd.find(edit.name) == nullptr) return {};
    const AccountRow row = *tables_.passwd.find(edit.name);
    PLUMB_TRY(rows_.check_removal(edit));
    PLUMB_TRY_ASSIGN(const Home home, home_of(edit));
    PLUMB_TRY(check_idle(home));
    const bool with_home = flag_of(edit.set, "remove_home", false);
    if (with_home) PLUMB_TRY(check_own_home(files_, home));
    if (!is_unfinished(row)) PLUMB_TRY(put_row(edit.name, unfinished_row(row)));
    if (Result<> removed = with_home ? remove_home(files_, home) : remove_half_made(files_, home); !removed) {
      // Nothing but what was in the home is gone, so the account may stay as it was.
      PLUMB_TRY(put_row(edit.name, row));
      return removed;
    }
    PLUMB_TRY(rows_.forget_user(edit));
    PLUMB_TRY(save_shadow());
    PLUMB_TRY(save_groups());
    PLUMB_TRY(save_subordinates());
    tables_.passwd.remove(edit.name);
    return save_passwd();
  }

  Result<> put_row(const std::string& name, AccountRow row) {
    *tables_.passwd.find(name) = std::move(row);
    tables_.passwd.touch();
    return save_passwd();
  }

  Result<Home> home_of(const EditDatabase& edit) {
    PLUMB_TRY_ASSIGN(AccountHome home, rows_.home_of(edit.name));
    return Home{std::move(home.user), std::move(home.path), home.uid, home.gid, flag_of(edit.set, "take_home", false)};
  }

  // Processes would go on under a number that the next user may get.
  Result<> check_idle(const Home& home) {
    if (system_.is_image()) return {};
    Result<std::vector<std::string>> entries = system_.list("/proc");
    for (const std::string& entry : entries ? *entries : std::vector<std::string>()) {
      struct stat info {};
      if (!parse_id(entry) || files_.stat("/proc/" + entry, false, info) != 0 || info.st_uid != home.uid) continue;
      return fail(Code::kOperation, "the user " + home.user + " is not removed: process " + entry + " runs as it")
          .hint("end the user's sessions first, for example with `loginctl terminate-user`");
    }
    return {};
  }

  Result<> run_group(const EditDatabase& edit) {
    if (edit.verb == "delete") {
      PLUMB_TRY(rows_.remove_group(edit));
      return save_groups();
    }
    PLUMB_TRY(edit.verb == "create" ? rows_.add_group(edit) : rows_.change_group(edit));
    if (const std::optional<std::string> gid = rows_.new_number(edit)) {
      rows_.give_second_number(edit.name, *gid);
      PLUMB_TRY(save_groups());
      rows_.move_users(edit.name, *gid);
      PLUMB_TRY(save_passwd());
      rows_.keep_one_number(edit.name, *gid);
    }
    return save_groups();
  }

  Result<> save_passwd() { return save_table(files_, "/etc/passwd", tables_.passwd, 0644, 0); }
  Result<> save_shadow() { return save_table(files_, "/etc/shadow", tables_.shadow, 0640, readers()); }
  Result<> save_groups() {
    PLUMB_TRY(save_table(files_, "/etc/gshadow", tables_.gshadow, 0640, readers()));
    return save_table(files_, "/etc/group", tables_.group, 0644, 0);
  }
  Result<> save_subordinates() {
    PLUMB_TRY(save_table(files_, "/etc/subuid", tables_.subuid, 0644, 0));
    return save_table(files_, "/etc/subgid", tables_.subgid, 0644, 0);
  }

  // The group of what is secret.
  gid_t readers() {
    const AccountRow* row = tables_.group.find("shadow");
    if (row == nullptr || row->size() < group_field::kCount) return 0;
    return parse_id((*row)[group_field::kGid]).value_or(0);
  }

  LocalSystem& system_;
  const RootFiles& files_;
  const AccountDefaults defaults_;
  AccountTables tables_;
  AccountEditor rows_;
};

}  // namespace

Result<> edit_database(LocalSystem& system, const EditDatabase& operation) {
  return Editor(system).run(operation);
}

}  // namespace plumb::exec
