#include "engine/exec/interpreter/database.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <set>

#include "engine/exec/interpreter/account_defaults.h"
#include "engine/exec/interpreter/account_files.h"
#include "engine/exec/interpreter/home.h"
#include "providers/sdk/account_files.h"

namespace plumb::exec {
namespace {

// Places in the rows, as passwd(5), shadow(5), group(5) and gshadow(5) have them.
constexpr std::size_t kUid = 2, kGid = 3, kComment = 4, kHome = 5, kShell = 6, kPasswdFields = 7;
constexpr std::size_t kHash = 1, kLastChange = 2, kExpires = 7, kShadowFields = 9;
constexpr std::size_t kGroupGid = 2, kMembers = 3, kGroupFields = 4;

std::string text_in(const Json& set, const char* name, const std::string& otherwise = {}) {
  const auto found = set.find(name);
  return found != set.end() && found->is_string() ? found->get<std::string>() : otherwise;
}

bool flag_in(const Json& set, const char* name) {
  const auto found = set.find(name);
  return found != set.end() && found->is_boolean() && found->get<bool>();
}

std::optional<std::uint32_t> number_in(const Json& set, const char* name) {
  const auto found = set.find(name);
  if (found == set.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<std::uint32_t>();
}

// A field of a row must not break the row or the file.
Result<> check_field(const std::string& what, const std::string& value) {
  if (value.find_first_of(":\n\r") == std::string::npos && value.find('\0') == std::string::npos) return {};
  return fail(Code::kOperation, "the " + what + " holds a colon or a line break");
}

std::int64_t days_since_1970() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::hours>(now).count() / 24;
}

// "2027-12-31" as days since 1970, "never" as nothing.
Result<std::string> expiry_field(const std::string& date) {
  if (date == "never") return std::string();
  const std::vector<std::string> parts = split(date, '-');
  if (parts.size() != 3) return fail(Code::kOperation, "`" + date + "` is not a date");
  // No number becomes a day that does not exist.
  const auto part = [&parts](std::size_t i) { return parse_id(parts[i]).value_or(0); };
  const std::chrono::year_month_day when{std::chrono::year(static_cast<int>(std::min(part(0), 9999U))),
                                         std::chrono::month(part(1)), std::chrono::day(part(2))};
  if (!when.ok()) return fail(Code::kOperation, "`" + date + "` is not a date");
  return std::to_string(std::chrono::sys_days(when).time_since_epoch().count());
}

// No other row may lead to this number.
constexpr const char* kNobodysGroup = "65534";
constexpr const char* kNoLogin = "/usr/sbin/nologin";

// Edits go from file to file in an order in which a host that stops between any two of them, for good, has given nobody
// more than was asked for, and in which whoever asks again can tell: ADR 12 has the orders.
class Editor {
 public:
  explicit Editor(LocalSystem& system) : system_(system), files_(system.files()), definitions_(files_) {}

  Result<> run(const EditDatabase& edit) {
    PLUMB_TRY(check_field("name", edit.name));
    if (edit.name.empty()) return fail(Code::kOperation, "an account without a name");
    PLUMB_TRY_ASSIGN(const AccountLock lock, AccountLock::take(files_));
    PLUMB_TRY_ASSIGN(passwd_, AccountFile::read(files_, "/etc/passwd"));
    PLUMB_TRY_ASSIGN(shadow_, AccountFile::read(files_, "/etc/shadow"));
    PLUMB_TRY_ASSIGN(group_, AccountFile::read(files_, "/etc/group"));
    PLUMB_TRY_ASSIGN(gshadow_, AccountFile::read(files_, "/etc/gshadow"));
    PLUMB_TRY_ASSIGN(subuid_, AccountFile::read(files_, "/etc/subuid"));
    PLUMB_TRY_ASSIGN(subgid_, AccountFile::read(files_, "/etc/subgid"));
    if (edit.database == "user") return run_user(edit);
    if (edit.database == "group") return run_group(edit);
    return fail(Code::kProtocol, "`" + edit.database + "` is not a database");
  }

 private:
  Result<> run_user(const EditDatabase& edit) {
    const Row* row = passwd_.find(edit.name);
    const bool finished = row != nullptr && !unfinished(*row);
    if (edit.verb == "delete") return delete_user(edit);
    if (edit.verb == "create") {
      if (finished) return fail(Code::kOperation, "the user " + edit.name + " exists already");
      return create_user(edit);
    }
    if (edit.verb != "modify") return fail(Code::kProtocol, "`" + edit.verb + "` is not a verb");
    if (!finished) return fail(Code::kUnknownAccount, "the user " + edit.name + " does not exist");
    return modify_user(edit);
  }

  // The number is taken and nobody can be this user until all of it is there: its last row gives it everything at once.
  Result<> create_user(const EditDatabase& edit) {
    PLUMB_TRY(add_user(edit));
    PLUMB_TRY(set_user(edit));
    PLUMB_TRY_ASSIGN(Home home, home_of(edit.name));
    home.take = flag_in(edit.set, "take_home");
    const bool makes = flag_in(edit.set, "create_home");
    if (makes) PLUMB_TRY(check_home(system_, home));
    const Row whole = *passwd_.find(edit.name);
    PLUMB_TRY(put_row(edit.name, unfinished_row(whole)));
    PLUMB_TRY(save({&gshadow_, &group_, &subuid_, &subgid_, &shadow_}));
    if (makes) PLUMB_TRY(make_home(system_, definitions_, home));
    return put_row(edit.name, whole);
  }

  // Each of the files that differ is seen to differ by whoever looks, but gshadow, which therefore comes first.
  Result<> modify_user(const EditDatabase& edit) {
    PLUMB_TRY(set_user(edit));
    PLUMB_TRY_ASSIGN(Home home, home_of(edit.name));
    home.take = flag_in(edit.set, "take_home");
    const bool makes = flag_in(edit.set, "create_home");
    if (makes) PLUMB_TRY(check_home(system_, home));
    PLUMB_TRY(save({&shadow_, &gshadow_, &group_}));
    if (makes) PLUMB_TRY(make_home(system_, definitions_, home));
    return save({&passwd_});
  }

  static bool unfinished(const Row& row) {
    return row.size() >= kPasswdFields && unfinished_group(row[kComment]).has_value();
  }

  static Row unfinished_row(const Row& whole) {
    Row row = whole;
    row[kComment] = unfinished_remark(whole[kGid]);
    row[kGid] = kNobodysGroup;
    row[kShell] = kNoLogin;
    return row;
  }

  Result<> put_row(const std::string& name, Row row) {
    *passwd_.find(name) = std::move(row);
    passwd_.touch();
    return save({&passwd_});
  }

  Result<> add_user(const EditDatabase& edit) {
    const bool system = flag_in(edit.set, "system");
    std::optional<std::uint32_t> uid = number_in(edit.set, "uid");
    if (const Row* left = passwd_.find(edit.name); left != nullptr) {
      if (!uid) uid = parse_id((*left)[kUid]);
      passwd_.remove(edit.name);
    }
    if (!uid) {
      PLUMB_TRY_ASSIGN(uid, free_number(definitions_, "UID", system, numbers_in(passwd_, kUid, kPasswdFields),
                                        [this](std::uint32_t id) { return system_.user_by_id(id).has_value(); }));
    }
    std::string gid;
    if (edit.set.contains("group")) {
      PLUMB_TRY_ASSIGN(gid, gid_of(text_in(edit.set, "group")));
    } else if (Row* own = group_.find(edit.name); own != nullptr && own->size() >= kGroupFields) {
      gid = (*own)[kGroupGid];
    } else if (definitions_.flag("USERGROUPS_ENAB", true)) {
      // The same number for both is what people expect, where it is free.
      std::uint32_t number = *uid;
      if (gid_is_taken(number)) {
        PLUMB_TRY_ASSIGN(number, free_gid(system));
      }
      gid = std::to_string(number);
      add_group_row(edit.name, gid);
    } else {
      gid = std::to_string(definitions_.number("GID_DEFAULT", 100));
    }
    passwd_.add({edit.name, "x", std::to_string(*uid), gid, "", "/home/" + edit.name, default_shell(files_)});
    // What an account of this name may have left behind is not for this one.
    PLUMB_TRY(set_groups(edit.name, Json::array()));
    shadow_.remove(edit.name);
    const auto limit = [&](const char* name, std::uint32_t otherwise) {
      return system ? std::string() : std::to_string(definitions_.number(name, otherwise));
    };
    shadow_.add({edit.name, "!", std::to_string(days_since_1970()), limit("PASS_MIN_DAYS", 0),
                 limit("PASS_MAX_DAYS", 99999), limit("PASS_WARN_AGE", 7), "", "", ""});
    if (!system) {
      add_subordinates(subuid_, definitions_, "SUB_UID", edit.name);
      add_subordinates(subgid_, definitions_, "SUB_GID", edit.name);
    }
    return {};
  }

  Result<> set_user(const EditDatabase& edit) {
    Row& row = *passwd_.find(edit.name);
    row.resize(std::max(row.size(), kPasswdFields));
    const auto put = [&row, this](std::size_t field, const std::string& value) -> Result<> {
      PLUMB_TRY(check_field("value", value));
      row[field] = value;
      passwd_.touch();
      return {};
    };
    if (const auto uid = number_in(edit.set, "uid")) {
      for (const Row* other : passwd_.rows(kPasswdFields)) {
        if ((*other)[kUid] == std::to_string(*uid) && (*other)[0] != edit.name) {
          return fail(Code::kOperation, "the uid " + std::to_string(*uid) + " belongs to " + (*other)[0]);
        }
      }
      const auto holder = system_.user_by_id(*uid);
      if (holder && holder->name != edit.name) {
        return fail(Code::kOperation, "the uid " + std::to_string(*uid) + " belongs to " + holder->name);
      }
      PLUMB_TRY(put(kUid, std::to_string(*uid)));
    }
    if (edit.set.contains("group")) {
      PLUMB_TRY_ASSIGN(const std::string gid, gid_of(text_in(edit.set, "group")));
      PLUMB_TRY(put(kGid, gid));
    }
    if (edit.set.contains("comment")) PLUMB_TRY(put(kComment, text_in(edit.set, "comment")));
    if (edit.set.contains("home")) PLUMB_TRY(put(kHome, text_in(edit.set, "home")));
    if (edit.set.contains("shell")) PLUMB_TRY(put(kShell, text_in(edit.set, "shell")));
    if (edit.set.contains("groups")) PLUMB_TRY(set_groups(edit.name, edit.set["groups"]));
    return set_shadow(edit);
  }

  Result<> set_shadow(const EditDatabase& edit) {
    if (!edit.set.contains("password_hash") && !edit.set.contains("locked") && !edit.set.contains("expires")) return {};
    if (shadow_.find(edit.name) == nullptr)
      shadow_.add({edit.name, "!", std::to_string(days_since_1970()), "", "", "", "", "", ""});
    Row& row = *shadow_.find(edit.name);
    row.resize(std::max(row.size(), kShadowFields));
    shadow_.touch();
    if (edit.set.contains("password_hash")) {
      const std::string hash = text_in(edit.set, "password_hash");
      PLUMB_TRY(check_field("password hash", hash));
      // A lock that nobody spoke of stays.
      const bool locked = row[kHash].starts_with('!') && row[kHash].size() > 1 && edit.verb == "modify";
      row[kHash] = (locked && !hash.starts_with('!') ? "!" : "") + hash;
      row[kLastChange] = std::to_string(days_since_1970());
    }
    if (edit.set.contains("locked")) {
      const bool locked = row[kHash].starts_with('!');
      if (flag_in(edit.set, "locked") && !locked) row[kHash].insert(0, "!");
      if (!flag_in(edit.set, "locked") && locked) row[kHash].erase(0, 1);
      if (row[kHash].empty()) row[kHash] = "*";  // an empty field would let anybody in
    }
    if (edit.set.contains("expires")) {
      PLUMB_TRY_ASSIGN(row[kExpires], expiry_field(text_in(edit.set, "expires")));
    }
    return {};
  }

  Result<> set_groups(const std::string& user, const Json& wanted) {
    std::set<std::string> names;
    for (const Json& group : wanted.is_array() ? wanted : Json::array()) {
      if (!group.is_string()) continue;
      const std::string one = group.get<std::string>();
      // By name, or by a number that several may have.
      const std::size_t field = parse_id(one) ? kGroupGid : 0;
      bool listed = false;
      for (const Row* row : group_.rows(kGroupFields)) {
        if ((*row)[field] != one) continue;
        names.insert((*row)[0]);
        listed = true;
      }
      if (!listed) {
        return fail(Code::kUnknownAccount,
                    "the group " + one + " is not in /etc/group, so " + user + " cannot be put into it");
      }
    }
    for (AccountFile* file : {&group_, &gshadow_}) {
      for (Row* row : file->rows(kGroupFields)) set_member(*file, *row, user, names.contains((*row)[0]));
    }
    return {};
  }

  bool is_listed(const std::string& gid) {
    const std::vector<Row*> rows = group_.rows(kGroupFields);
    return std::any_of(rows.begin(), rows.end(), [&gid](const Row* row) { return (*row)[kGroupGid] == gid; });
  }

  static void set_member(AccountFile& file, Row& row, const std::string& user, bool wanted) {
    std::vector<std::string> members = split(row[kMembers], ',');
    std::erase(members, "");
    const bool is = std::find(members.begin(), members.end(), user) != members.end();
    if (is == wanted) return;
    if (wanted) {
      members.push_back(user);
    } else {
      std::erase(members, user);
    }
    write_members(row, members);
    file.touch();
  }

  static void write_members(Row& row, const std::vector<std::string>& members) {
    row[kMembers].clear();
    for (const std::string& member : members) row[kMembers] += (row[kMembers].empty() ? "" : ",") + member;
  }

  // Its row goes last: until then nobody can be this user, its number is not given away, and it is seen that something
  // is left to be done.
  Result<> delete_user(const EditDatabase& edit) {
    if (passwd_.find(edit.name) == nullptr) return {};
    const Row row = *passwd_.find(edit.name);
    PLUMB_TRY_ASSIGN(const Home home, home_of(edit.name));
    if (home.uid == 0) return fail(Code::kOperation, "the user " + edit.name + " has uid 0 and is not removed");
    PLUMB_TRY(check_idle(edit.name, home.uid));
    const bool with_home = flag_in(edit.set, "remove_home");
    if (with_home) PLUMB_TRY(check_removal(home));
    if (!unfinished(row)) PLUMB_TRY(put_row(edit.name, unfinished_row(row)));
    if (Result<> removed = with_home ? remove_home(files_, home) : remove_half_made(files_, home); !removed) {
      // Nothing but what was in the home is gone, so the account may stay as it was.
      PLUMB_TRY(put_row(edit.name, row));
      return removed;
    }
    shadow_.remove(edit.name);
    subuid_.remove(edit.name);
    subgid_.remove(edit.name);
    PLUMB_TRY(set_groups(edit.name, Json::array()));
    if (!flag_in(edit.set, "keep_group"))
      remove_own_group(edit.name, unfinished_group(row[kComment]).value_or(row[kGid]));
    PLUMB_TRY(save({&shadow_, &gshadow_, &group_, &subuid_, &subgid_}));
    passwd_.remove(edit.name);
    return save({&passwd_});
  }

  Result<> check_removal(const Home& home) {
    for (const Row* other : passwd_.rows(kPasswdFields)) {
      if ((*other)[kHome] != home.path || (*other)[0] == home.user) continue;
      return fail(Code::kOperation,
                  "the home folder " + home.path + " is also that of " + (*other)[0] + " and is not removed");
    }
    return check_own_home(files_, home);
  }

  // The group that came with the user goes with it, unless somebody else uses it.
  void remove_own_group(const std::string& name, const std::string& gid) {
    Row* own = group_.find(name);
    if (own == nullptr || own->size() < kGroupFields || (*own)[kGroupGid] != gid || !(*own)[kMembers].empty()) return;
    if (!definitions_.flag("USERGROUPS_ENAB", true)) return;
    for (const Row* other : passwd_.rows(kPasswdFields)) {
      if ((*other)[kGid] == gid && (*other)[0] != name) return;
    }
    gshadow_.remove(name);
    group_.remove(name);
  }

  // Processes would go on under a number that the next user may get.
  Result<> check_idle(const std::string& name, uid_t uid) {
    if (system_.is_image()) return {};
    Result<std::vector<std::string>> entries = system_.list("/proc");
    for (const std::string& entry : entries ? *entries : std::vector<std::string>()) {
      struct stat info {};
      if (!parse_id(entry) || files_.stat("/proc/" + entry, false, info) != 0 || info.st_uid != uid) continue;
      return fail(Code::kOperation, "the user " + name + " is not removed: process " + entry + " runs as it")
          .hint("end the user's sessions first, for example with `loginctl terminate-user`");
    }
    return {};
  }

  Result<> run_group(const EditDatabase& edit) {
    const Row* row = group_.find(edit.name);
    if (edit.verb == "delete") {
      const std::set<std::string> gids = gids_of_group(edit.name);
      for (const Row* user : passwd_.rows(kPasswdFields)) {
        if (gids.contains((*user)[kGid])) {
          return fail(Code::kOperation, "the group " + edit.name + " is the primary group of " + (*user)[0]);
        }
      }
      gshadow_.remove(edit.name);
      group_.remove(edit.name);
      return save({&gshadow_, &group_});
    }
    const std::optional<std::uint32_t> gid = number_in(edit.set, "gid");
    if (gid) {
      const auto holder = system_.group_by_id(*gid);
      if (holder && holder->name != edit.name) {
        return fail(Code::kOperation, "the gid " + std::to_string(*gid) + " belongs to " + holder->name);
      }
    }
    if (edit.verb == "create") {
      if (row != nullptr) return fail(Code::kOperation, "the group " + edit.name + " exists already");
      std::uint32_t number = gid.value_or(0);
      if (!gid) {
        PLUMB_TRY_ASSIGN(number, free_gid(flag_in(edit.set, "system")));
      }
      add_group_row(edit.name, std::to_string(number));
    } else if (edit.verb != "modify") {
      return fail(Code::kProtocol, "`" + edit.verb + "` is not a verb");
    } else if (row == nullptr || row->size() < kGroupFields) {
      return fail(Code::kUnknownAccount, "the group " + edit.name + " does not exist");
    }
    if (edit.set.contains("members")) PLUMB_TRY(set_members(edit.name, edit.set["members"]));
    if (gid && edit.verb == "modify") PLUMB_TRY(renumber_group(edit.name, std::to_string(*gid)));
    return save({&gshadow_, &group_});
  }

  // Users whose primary group it is follow, as with groupmod. Meanwhile the group has both numbers, so that neither can
  // become another's with these users in it.
  Result<> renumber_group(const std::string& name, const std::string& gid) {
    const std::set<std::string> old = gids_of_group(name);
    if (!old.contains(gid)) {
      Row second = *group_.find(name);
      second[kGroupGid] = gid;
      group_.add(std::move(second));
      PLUMB_TRY(save({&gshadow_, &group_}));
    }
    for (Row* user : passwd_.rows(kPasswdFields)) {
      const auto waits_for = unfinished_group((*user)[kComment]);
      if (old.contains((*user)[kGid])) {
        (*user)[kGid] = gid;
      } else if (waits_for && old.contains(*waits_for)) {
        (*user)[kComment] = unfinished_remark(gid);
      } else {
        continue;
      }
      passwd_.touch();
    }
    PLUMB_TRY(save({&passwd_}));
    Row only = *group_.find(name);
    only[kGroupGid] = gid;
    group_.replace(name, std::move(only));
    return {};
  }

  // Two where a change of its number was cut off.
  std::set<std::string> gids_of_group(const std::string& name) {
    std::set<std::string> gids;
    for (const Row* row : group_.rows(kGroupFields)) {
      if ((*row)[0] == name) gids.insert((*row)[kGroupGid]);
    }
    return gids;
  }

  Result<> set_members(const std::string& name, const Json& wanted) {
    std::vector<std::string> members;
    for (const Json& member : wanted.is_array() ? wanted : Json::array()) {
      if (!member.is_string()) continue;
      members.push_back(member.get<std::string>());
      PLUMB_TRY(check_field("member", members.back()));
      if (!system_.user_by_name(members.back())) {
        return fail(Code::kUnknownAccount, "the user `" + members.back() + "` does not exist");
      }
    }
    for (AccountFile* file : {&group_, &gshadow_}) {
      Row* row = file->find(name);
      if (row == nullptr || row->size() < kGroupFields) continue;
      write_members(*row, members);
      file->touch();
    }
    return {};
  }

  void add_group_row(const std::string& name, const std::string& gid) {
    group_.add({name, "x", gid, ""});
    gshadow_.remove(name);
    if (gshadow_.exists()) gshadow_.add({name, "!", "", ""});
  }

  // Also one that no group has (any more), but some user.
  bool gid_is_taken(std::uint32_t gid) {
    return system_.group_by_id(gid) || numbers_in(passwd_, kGid, kPasswdFields).contains(gid);
  }

  Result<std::uint32_t> free_gid(bool system) {
    return free_number(definitions_, "GID", system, numbers_in(group_, kGroupGid, kGroupFields),
                       [this](std::uint32_t id) { return gid_is_taken(id); });
  }

  Result<std::string> gid_of(const std::string& group) {
    if (const auto number = parse_id(group)) {
      if (is_listed(group) || system_.group_by_id(*number)) return group;
      return fail(Code::kUnknownAccount, "no group has the gid " + group);
    }
    const Row* row = group_.find(group);
    if (row != nullptr && row->size() >= kGroupFields) return (*row)[kGroupGid];
    PLUMB_TRY_ASSIGN(const gid_t gid, system_.gid_of(group));
    return std::to_string(gid);
  }

  Result<Home> home_of(const std::string& name) {
    const Row* row = passwd_.find(name);
    const auto uid = row != nullptr && row->size() >= kPasswdFields ? parse_id((*row)[kUid]) : std::nullopt;
    const auto gid = uid ? parse_id((*row)[kGid]) : std::nullopt;
    if (!gid) return fail(Code::kOperation, "the row of " + name + " in /etc/passwd cannot be read");
    return Home{name, (*row)[kHome], *uid, *gid};
  }

  Result<> save(std::initializer_list<AccountFile*> in_order) {
    for (AccountFile* file : in_order) {
      const bool secret = file == &shadow_ || file == &gshadow_;
      const Row* readers = group_.find("shadow");
      const auto gid =
          readers != nullptr && readers->size() >= kGroupFields ? parse_id((*readers)[kGroupGid]) : std::nullopt;
      PLUMB_TRY(file->save(files_, secret ? 0640 : 0644, secret ? gid.value_or(0) : 0));
    }
    return {};
  }

  LocalSystem& system_;
  const RootFiles& files_;
  LoginDefinitions definitions_;
  AccountFile passwd_, shadow_, group_, gshadow_, subuid_, subgid_;
};

}  // namespace

Result<> edit_database(LocalSystem& system, const EditDatabase& operation) {
  return Editor(system).run(operation);
}

}  // namespace plumb::exec
