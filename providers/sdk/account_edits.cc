#include "providers/sdk/account_edits.h"

#include <algorithm>
#include <chrono>

#include "engine/base/joined.h"
#include "providers/sdk/account_files.h"
#include "providers/sdk/is_there.h"
#include "providers/sdk/provider.h"

namespace plumb {
namespace {

constexpr std::size_t kUid = passwd_field::kUid, kUserGid = passwd_field::kGid, kComment = passwd_field::kComment,
                      kHome = passwd_field::kHome, kShell = passwd_field::kShell, kPasswdFields = passwd_field::kCount;
constexpr std::size_t kHash = shadow_field::kHash, kShadowFields = shadow_field::kCount;
constexpr std::size_t kGroupGid = group_field::kGid, kMembers = group_field::kMembers,
                      kGroupFields = group_field::kCount;

// No other row may lead to this number.
constexpr const char* kNobodysGroup = "65534";
constexpr const char* kNoLogin = "/usr/sbin/nologin";

std::optional<std::uint32_t> number_given(const Json& set, const char* name) {
  const Json& value = member_of(set, name);
  return value.is_number_integer() ? std::optional(value.get<std::uint32_t>()) : std::nullopt;
}

// A field of a row must not break the row or the file.
Result<> check_field(const std::string& what, const std::string& value) {
  if (value.find_first_of(":\n\r") == std::string::npos && value.find('\0') == std::string::npos) return {};
  return fail(Code::kOperation, "the " + what + " holds a colon or a line break");
}

// "2027-12-31" as days since 1970, "never" as nothing.
Result<std::string> expiry_field(const std::string& date) {
  if (date == "never") return std::string();
  const std::vector<std::string> parts = account_fields(date, '-');
  if (parts.size() != 3) return fail(Code::kOperation, "`" + date + "` is not a date");
  // No number becomes a day that does not exist.
  const auto part = [&parts](std::size_t i) { return account_number(parts[i]).value_or(0); };
  const std::chrono::year_month_day when{std::chrono::year(static_cast<int>(std::min(part(0), 9999U))),
                                         std::chrono::month(part(1)), std::chrono::day(part(2))};
  if (!when.ok()) return fail(Code::kOperation, "`" + date + "` is not a date");
  return std::to_string(std::chrono::sys_days(when).time_since_epoch().count());
}

// By name, or by a number that several may have.
bool is_one(const AccountRow& row, const std::string& group) {
  return row[account_number(group) ? kGroupGid : 0] == group;
}

void write_members(AccountRow& row, const std::vector<std::string>& members) {
  row[kMembers].clear();
  for (const std::string& member : members) append_item(row[kMembers], member, ",");
}

void set_member(AccountTable& table, AccountRow& row, const std::string& user, bool wanted) {
  std::vector<std::string> members = account_fields(row[kMembers], ',');
  std::erase(members, "");
  const bool is = std::find(members.begin(), members.end(), user) != members.end();
  if (is == wanted) return;
  if (wanted) {
    members.push_back(user);
  } else {
    std::erase(members, user);
  }
  write_members(row, members);
  table.touch();
}

}  // namespace

bool is_unfinished(const AccountRow& user) {
  return user.size() >= kPasswdFields && unfinished_group(user[kComment]).has_value();
}

AccountRow unfinished_row(const AccountRow& whole) {
  AccountRow row = whole;
  row[kComment] = unfinished_remark(whole[kUserGid]);
  row[kUserGid] = kNobodysGroup;
  row[kShell] = kNoLogin;
  return row;
}

Result<> AccountEditor::check(const EditDatabase& edit) {
  PLUMB_TRY(check_field("name", edit.name));
  if (edit.name.empty()) return fail(Code::kOperation, "an account without a name");
  const bool user = edit.database == "user";
  if (!user && edit.database != "group") return fail(Code::kProtocol, "`" + edit.database + "` is not a database");
  const AccountRow* row = (user ? tables_.passwd : tables_.group).find(edit.name);
  const std::string what = "the " + edit.database + " " + edit.name;
  if (edit.verb == "delete") return {};
  if (edit.verb == "create") {
    if (row == nullptr || (user && is_unfinished(*row))) return {};
    return fail(Code::kOperation, what + " exists already");
  }
  if (edit.verb != "modify") return fail(Code::kProtocol, "`" + edit.verb + "` is not a verb");
  if (row == nullptr || (user ? is_unfinished(*row) : row->size() < kGroupFields))
    return fail(Code::kUnknownAccount, what + " does not exist");
  return {};
}

Result<> AccountEditor::add_user(const EditDatabase& edit) {
  const bool system = flag_of(edit.set, "system", false);
  std::optional<std::uint32_t> uid = number_given(edit.set, "uid");
  if (const AccountRow* left = tables_.passwd.find(edit.name)) {
    if (!uid) uid = account_number((*left)[kUid]);
    tables_.passwd.remove(edit.name);
  }
  if (!uid) {
    PLUMB_TRY_ASSIGN(uid, free_number("UID", system));
  }
  std::string gid;
  if (edit.set.contains("group")) {
    PLUMB_TRY_ASSIGN(gid, gid_of(text_of(edit.set, "group")));
  } else if (const AccountRow* own = tables_.group.find(edit.name); own != nullptr && own->size() >= kGroupFields) {
    gid = (*own)[kGroupGid];
  } else if (defaults_.definitions.flag("USERGROUPS_ENAB", true)) {
    // The same number for both is what people expect, where it is free.
    std::uint32_t number = *uid;
    if (gids_in_use().contains(number) || system_.group_by_id(number)) {
      PLUMB_TRY_ASSIGN(number, free_number("GID", system));
    }
    gid = std::to_string(number);
    add_group_row(edit.name, gid);
  } else {
    gid = std::to_string(defaults_.definitions.number("GID_DEFAULT", 100));
  }
  tables_.passwd.add({edit.name, "x", std::to_string(*uid), gid, "", "/home/" + edit.name, defaults_.shell});
  // What an account of this name may have left behind is not for this one.
  PLUMB_TRY(set_groups(edit.name, {}));
  tables_.shadow.remove(edit.name);
  AccountRow shadow = new_shadow_row(edit.name);
  if (!system) {
    shadow[shadow_field::kMinDays] = std::to_string(defaults_.definitions.number("PASS_MIN_DAYS", 0));
    shadow[shadow_field::kMaxDays] = std::to_string(defaults_.definitions.number("PASS_MAX_DAYS", 99999));
    shadow[shadow_field::kWarnDays] = std::to_string(defaults_.definitions.number("PASS_WARN_AGE", 7));
    add_subordinates(tables_.subuid, "SUB_UID", edit.name);
    add_subordinates(tables_.subgid, "SUB_GID", edit.name);
  }
  tables_.shadow.add(std::move(shadow));
  return change_user(edit);
}

// No password: `!` for that, as the shadow suite has it. Without PAM, sshd takes that for an account that nobody may
// log in to, with a key or not.
AccountRow AccountEditor::new_shadow_row(const std::string& user) const {
  const bool no_pam = shows("/bin/busybox", system_) && !shows("/etc/pam.d", system_);
  return {user, no_pam ? "*" : "!", std::to_string(defaults_.today), "", "", "", "", "", ""};
}

Result<> AccountEditor::change_user(const EditDatabase& edit) {
  AccountRow& row = *tables_.passwd.find(edit.name);
  row.resize(std::max(row.size(), kPasswdFields));
  const auto put = [&row, this](std::size_t field, const std::string& value) -> Result<> {
    PLUMB_TRY(check_field("value", value));
    row[field] = value;
    tables_.passwd.touch();
    return {};
  };
  if (const auto uid = number_given(edit.set, "uid")) {
    const auto belongs_to = [uid](const std::string& name) {
      return fail(Code::kOperation, "the uid " + std::to_string(*uid) + " belongs to " + name);
    };
    for (const AccountRow* other : tables_.passwd.rows(kPasswdFields)) {
      if ((*other)[kUid] == std::to_string(*uid) && (*other)[0] != edit.name) return belongs_to((*other)[0]);
    }
    const auto holder = system_.user_by_id(*uid);
    if (holder && holder->name != edit.name) return belongs_to(holder->name);
    PLUMB_TRY(put(kUid, std::to_string(*uid)));
  }
  if (edit.set.contains("group")) {
    PLUMB_TRY_ASSIGN(const std::string gid, gid_of(text_of(edit.set, "group")));
    PLUMB_TRY(put(kUserGid, gid));
  }
  if (edit.set.contains("comment")) PLUMB_TRY(put(kComment, text_of(edit.set, "comment")));
  if (edit.set.contains("home")) PLUMB_TRY(put(kHome, text_of(edit.set, "home")));
  if (edit.set.contains("shell")) PLUMB_TRY(put(kShell, text_of(edit.set, "shell")));
  if (edit.set.contains("groups")) PLUMB_TRY(set_groups(edit.name, texts_in(edit.set["groups"])));
  return set_shadow(edit);
}

Result<> AccountEditor::set_shadow(const EditDatabase& edit) {
  const Json& set = edit.set;
  const bool ages = std::any_of(kAgeLimits.begin(), kAgeLimits.end(),
                                [&](const AgeLimit& limit) { return set.contains(limit.attribute); });
  if (!set.contains("password_hash") && !set.contains("locked") && !set.contains("expires") && !ages) return {};
  if (tables_.shadow.find(edit.name) == nullptr) tables_.shadow.add(new_shadow_row(edit.name));
  AccountRow& row = *tables_.shadow.find(edit.name);
  row.resize(std::max(row.size(), kShadowFields));
  tables_.shadow.touch();
  if (set.contains("password_hash")) {
    const std::string hash = text_of(set, "password_hash");
    PLUMB_TRY(check_field("password hash", hash));
    // A lock that nobody spoke of stays.
    const bool locked = row[kHash].starts_with('!') && row[kHash].size() > 1 && edit.verb == "modify";
    row[kHash] = (locked && !hash.starts_with('!') ? "!" : "") + hash;
    row[shadow_field::kLastChange] = std::to_string(defaults_.today);
  }
  if (set.contains("locked")) {
    const bool locked = row[kHash].starts_with('!');
    const bool wanted = flag_of(set, "locked", false);
    if (wanted && !locked) row[kHash].insert(0, "!");
    if (!wanted && locked) row[kHash].erase(0, row[kHash].find_first_not_of('!'));
    if (row[kHash].empty()) row[kHash] = "*";  // an empty field would let anybody in
  }
  if (set.contains("expires")) {
    PLUMB_TRY_ASSIGN(row[shadow_field::kExpires], expiry_field(text_of(set, "expires")));
  }
  for (const auto& [attribute, field] : kAgeLimits) {
    const Json& days = member_of(set, attribute);
    if (days.is_number_integer()) row[field] = days.get<std::int64_t>() < 0 ? "" : days.dump();
  }
  return {};
}

Result<> AccountEditor::set_groups(const std::string& user, const std::vector<std::string>& wanted) {
  std::set<std::string> names;
  for (const std::string& group : wanted) {
    bool listed = false;
    for (const AccountRow* row : tables_.group.rows(kGroupFields)) {
      if (!is_one(*row, group)) continue;
      names.insert((*row)[0]);
      listed = true;
    }
    if (!listed) {
      return fail(Code::kUnknownAccount,
                  "the group " + group + " is not in /etc/group, so " + user + " cannot be put into it");
    }
  }
  for (AccountTable* table : {&tables_.group, &tables_.gshadow}) {
    for (AccountRow* row : table->rows(kGroupFields)) set_member(*table, *row, user, names.contains((*row)[0]));
  }
  return {};
}

Result<> AccountEditor::check_removal(const EditDatabase& edit) {
  PLUMB_TRY_ASSIGN(const AccountHome home, home_of(edit.name));
  if (home.uid == 0) return fail(Code::kOperation, "the user " + edit.name + " has uid 0 and is not removed");
  if (!flag_of(edit.set, "remove_home", false)) return {};
  for (const AccountRow* other : tables_.passwd.rows(kPasswdFields)) {
    if ((*other)[kHome] != home.path || (*other)[0] == edit.name) continue;
    return fail(Code::kOperation,
                "the home folder " + home.path + " is also that of " + (*other)[0] + " and is not removed");
  }
  return {};
}

Result<> AccountEditor::forget_user(const EditDatabase& edit) {
  tables_.shadow.remove(edit.name);
  tables_.subuid.remove(edit.name);
  tables_.subgid.remove(edit.name);
  PLUMB_TRY(set_groups(edit.name, {}));
  if (flag_of(edit.set, "keep_group", false)) return {};
  const AccountRow& row = *tables_.passwd.find(edit.name);
  remove_own_group(edit.name, unfinished_group(row[kComment]).value_or(row[kUserGid]));
  return {};
}

// The group that came with the user goes with it, unless somebody else uses it.
void AccountEditor::remove_own_group(const std::string& user, const std::string& gid) {
  const AccountRow* own = tables_.group.find(user);
  if (own == nullptr || own->size() < kGroupFields || (*own)[kGroupGid] != gid || !(*own)[kMembers].empty()) return;
  if (!defaults_.definitions.flag("USERGROUPS_ENAB", true)) return;
  for (const AccountRow* other : tables_.passwd.rows(kPasswdFields)) {
    if ((*other)[kUserGid] == gid && (*other)[0] != user) return;
  }
  tables_.gshadow.remove(user);
  tables_.group.remove(user);
}

Result<AccountHome> AccountEditor::home_of(const std::string& user) {
  const AccountRow* row = tables_.passwd.find(user);
  const auto uid = row != nullptr && row->size() >= kPasswdFields ? account_number((*row)[kUid]) : std::nullopt;
  const auto gid = uid ? account_number((*row)[kUserGid]) : std::nullopt;
  if (!gid) return fail(Code::kOperation, "the row of " + user + " in /etc/passwd cannot be read");
  return AccountHome{user, (*row)[kHome], *uid, *gid};
}

Result<> AccountEditor::add_group(const EditDatabase& edit) {
  PLUMB_TRY(check_gid_is_free(edit));
  std::optional<std::uint32_t> gid = number_given(edit.set, "gid");
  if (!gid) {
    PLUMB_TRY_ASSIGN(gid, free_number("GID", flag_of(edit.set, "system", false)));
  }
  add_group_row(edit.name, std::to_string(*gid));
  return change_group(edit);
}

Result<> AccountEditor::change_group(const EditDatabase& edit) {
  if (edit.verb == "modify") PLUMB_TRY(check_gid_is_free(edit));
  return edit.set.contains("members") ? set_members(edit.name, texts_in(edit.set["members"])) : Result<>();
}

Result<> AccountEditor::check_gid_is_free(const EditDatabase& edit) {
  const std::optional<std::uint32_t> gid = number_given(edit.set, "gid");
  if (!gid) return {};
  const auto belongs_to = [gid](const std::string& name) {
    return fail(Code::kOperation, "the gid " + std::to_string(*gid) + " belongs to " + name);
  };
  for (const AccountRow* other : tables_.group.rows(kGroupFields)) {
    if ((*other)[kGroupGid] == std::to_string(*gid) && (*other)[0] != edit.name) return belongs_to((*other)[0]);
  }
  const auto holder = system_.group_by_id(*gid);
  if (holder && holder->name != edit.name) return belongs_to(holder->name);
  return {};
}

Result<> AccountEditor::remove_group(const EditDatabase& edit) {
  const std::set<std::string> gids = gids_of(edit.name);
  for (const AccountRow* user : tables_.passwd.rows(kPasswdFields)) {
    if (!gids.contains((*user)[kUserGid])) continue;
    return fail(Code::kOperation, "the group " + edit.name + " is the primary group of " + (*user)[0]);
  }
  tables_.gshadow.remove(edit.name);
  tables_.group.remove(edit.name);
  return {};
}

std::optional<std::string> AccountEditor::new_number(const EditDatabase& edit) const {
  const auto gid = edit.verb == "modify" ? number_given(edit.set, "gid") : std::nullopt;
  return gid ? std::optional(std::to_string(*gid)) : std::nullopt;
}

void AccountEditor::give_second_number(const std::string& group, const std::string& gid) {
  if (gids_of(group).contains(gid)) return;
  AccountRow second = *tables_.group.find(group);
  second[kGroupGid] = gid;
  tables_.group.add(std::move(second));
}

void AccountEditor::move_users(const std::string& group, const std::string& gid) {
  const std::set<std::string> gids = gids_of(group);
  for (AccountRow* user : tables_.passwd.rows(kPasswdFields)) {
    const auto waits_for = unfinished_group((*user)[kComment]);
    if (gids.contains((*user)[kUserGid])) {
      (*user)[kUserGid] = gid;
    } else if (waits_for && gids.contains(*waits_for)) {
      (*user)[kComment] = unfinished_remark(gid);
    } else {
      continue;
    }
    tables_.passwd.touch();
  }
}

void AccountEditor::keep_one_number(const std::string& group, const std::string& gid) {
  AccountRow only = *tables_.group.find(group);
  only[kGroupGid] = gid;
  tables_.group.replace(group, std::move(only));
}

// Two where a change of its number was cut off.
std::set<std::string> AccountEditor::gids_of(const std::string& group) {
  std::set<std::string> gids;
  for (const AccountRow* row : tables_.group.rows(kGroupFields)) {
    if ((*row)[0] == group) gids.insert((*row)[kGroupGid]);
  }
  return gids;
}

Result<> AccountEditor::set_members(const std::string& group, const std::vector<std::string>& members) {
  for (const std::string& member : members) {
    PLUMB_TRY(check_field("member", member));
    if (!system_.user_by_name(member)) return fail(Code::kUnknownAccount, "the user `" + member + "` does not exist");
  }
  for (AccountTable* table : {&tables_.group, &tables_.gshadow}) {
    AccountRow* row = table->find(group);
    if (row == nullptr || row->size() < kGroupFields) continue;
    write_members(*row, members);
    table->touch();
  }
  return {};
}

void AccountEditor::add_group_row(const std::string& name, const std::string& gid) {
  tables_.group.add({name, "x", gid, ""});
  tables_.gshadow.remove(name);
  if (tables_.gshadow.exists()) tables_.gshadow.add({name, "!", "", ""});
}

// Where the host has such a file and the range is not full.
void AccountEditor::add_subordinates(AccountTable& table, const std::string& prefix, const std::string& user) {
  if (!table.exists() || table.find(user) != nullptr) return;
  std::uint64_t start = defaults_.definitions.number(prefix + "_MIN", 100000);
  const std::uint64_t count = defaults_.definitions.number(prefix + "_COUNT", 65536);
  for (const AccountRow* row : table.rows(3)) {
    const auto begin = account_number((*row)[1]);
    const auto length = account_number((*row)[2]);
    if (begin && length) start = std::max(start, std::uint64_t{*begin} + *length);
  }
  if (start + count - 1 > defaults_.definitions.number(prefix + "_MAX", 600100000))
    return;  // as useradd: only a loss for containers
  table.add({user, std::to_string(start), std::to_string(count)});
}

// Also those that no group has (any more), but some user.
std::set<std::uint32_t> AccountEditor::gids_in_use() {
  std::set<std::uint32_t> taken = tables_.group.numbers(kGroupGid, kGroupFields);
  taken.merge(tables_.passwd.numbers(kUserGid, kPasswdFields));
  return taken;
}

Result<std::uint32_t> AccountEditor::free_number(const std::string& kind, bool system) {
  const bool users = kind == "UID";
  const std::set<std::uint32_t> in_use = users ? std::set<std::uint32_t>() : gids_in_use();
  return free_account_number(
      kind, system,
      [this](const std::string& name, std::uint32_t otherwise) {
        return defaults_.definitions.number(name, otherwise);
      },
      users ? tables_.passwd.numbers(kUid, kPasswdFields) : tables_.group.numbers(kGroupGid, kGroupFields),
      [&](std::uint32_t id) {
        return in_use.contains(id) ||
               (users ? system_.user_by_id(id).has_value() : system_.group_by_id(id).has_value());
      });
}

Result<std::string> AccountEditor::gid_of(const std::string& group) {
  if (const auto number = account_number(group)) {
    if (tables_.group.numbers(kGroupGid, kGroupFields).contains(*number) || system_.group_by_id(*number)) return group;
    return fail(Code::kUnknownAccount, "no group has the gid " + group);
  }
  const AccountRow* row = tables_.group.find(group);
  if (row != nullptr && row->size() >= kGroupFields) return (*row)[kGroupGid];
  if (const auto known = system_.group_by_name(group)) return std::to_string(known->gid);
  return fail(Code::kUnknownAccount, "the group `" + group + "` does not exist");
}

}  // namespace plumb
