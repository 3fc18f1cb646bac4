#include "providers/sdk/foreseen_accounts.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <set>
#include <string_view>

#include "engine/base/digest.h"
#include "providers/sdk/account_files.h"
#include "providers/sdk/provider.h"

namespace plumb {
namespace {

constexpr std::size_t kLargestDatabase = std::size_t{64} << 20U;
// Places in the rows, as passwd(5), group(5) and shadow(5) have them.
constexpr std::size_t kUid = 2, kGid = 3, kComment = 4, kHome = 5, kShell = 6, kPasswdFields = 7;
constexpr std::size_t kGroupGid = 2, kMembers = 3, kGroupFields = 4;
constexpr std::size_t kHash = 1, kExpires = 7, kShadowFields = 9;

using AccountRow = std::vector<std::string>;

AccountRow fields_of(std::string_view text, char mark) {
  AccountRow parts;
  while (true) {
    const std::size_t end = text.find(mark);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::string joined_fields(const AccountRow& row, char mark) {
  std::string text;
  for (std::size_t i = 0; i < row.size(); ++i) text += (i == 0 ? "" : std::string(1, mark)) + row[i];
  return text;
}

std::optional<std::uint32_t> parsed_number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

std::optional<std::uint32_t> given_number(const Json& set, const char* name) {
  const Json& value = member_of(set, name);
  return value.is_number_integer() ? std::optional(value.get<std::uint32_t>()) : std::nullopt;
}

std::string text_of_file(System& system, const std::string& path) {
  const Result<std::optional<FileInfo>> info = system.stat(path, true);
  if (!info || !*info) return {};
  return system.read_file(path, kLargestDatabase).value_or(std::string());
}

// One database of rows.
class AccountRows {
 public:
  AccountRows(System& system, std::string path, std::size_t fields) : path_(std::move(path)), fields_(fields) {
    std::string text = text_of_file(system, path_);
    if (text.ends_with('\n')) text.pop_back();
    if (text.empty()) return;
    for (const std::string& line : fields_of(text, '\n')) lines_.push_back(fields_of(line, ':'));
  }

  std::vector<AccountRow*> all() {
    std::vector<AccountRow*> rows;
    for (AccountRow& line : lines_) {
      if (is_row(line)) rows.push_back(&line);
    }
    return rows;
  }
  AccountRow* find(const std::string& name) {
    for (AccountRow* row : all()) {
      if (row->front() == name) return row;
    }
    return nullptr;
  }
  void add(AccountRow row) {
    const auto mark =
        std::find_if(lines_.begin(), lines_.end(), [](const AccountRow& one) { return one[0].starts_with('+'); });
    lines_.insert(mark, std::move(row));
  }
  void remove(const std::string& name) {
    std::erase_if(lines_, [&](const AccountRow& line) { return is_row(line) && line[0] == name; });
  }
  std::set<std::uint32_t> numbers(std::size_t field) {
    std::set<std::uint32_t> found;
    for (const AccountRow* row : all()) {
      if (const auto number = parsed_number((*row)[field])) found.insert(*number);
    }
    return found;
  }
  void put_into(std::map<std::string, std::string>& files) const {
    std::string text;
    for (const AccountRow& line : lines_) text += joined_fields(line, ':') + "\n";
    files[path_] = std::move(text);
  }

 private:
  bool is_row(const AccountRow& line) const {
    return line.size() >= fields_ && !line[0].empty() && line[0][0] != '#' && line[0][0] != '+' && line[0][0] != '-';
  }

  std::string path_;
  std::size_t fields_;
  std::vector<AccountRow> lines_;
};

class Foreseer {
 public:
  explicit Foreseer(System& system)
      : system_(system),
        passwd_(system, "/etc/passwd", kPasswdFields),
        group_(system, "/etc/group", kGroupFields),
        shadow_(system, "/etc/shadow", 2) {
    for (const std::string& line : fields_of(text_of_file(system, "/etc/login.defs"), '\n')) {
      const std::size_t begin = line.find_first_not_of(" \t");
      if (begin == std::string::npos || line[begin] == '#') continue;
      const std::size_t end = line.find_first_of(" \t", begin);
      const std::size_t value = end == std::string::npos ? end : line.find_first_not_of(" \t", end);
      if (value == std::string::npos) continue;
      definitions_[line.substr(begin, end - begin)] = line.substr(value, line.find_first_of(" \t\r", value) - value);
    }
  }

  Result<ForeseenAccounts> run(const EditDatabase& edit) {
    const std::map<std::string, Account> users = user_rows();
    const std::map<std::string, GroupAccount> groups = group_rows();
    PLUMB_TRY(edit.database == "user" ? change_user(edit) : change_group(edit));
    passwd_.put_into(out_.files);
    group_.put_into(out_.files);
    shadow_.put_into(out_.files);
    note_changes(users, user_rows(), out_.users);
    note_changes(groups, group_rows(), out_.groups);
    return std::move(out_);
  }

 private:
  template <class Entry>
  static void note_changes(const std::map<std::string, Entry>& before, const std::map<std::string, Entry>& after,
                           std::map<std::string, std::optional<Entry>>& changed) {
    for (const auto& [name, unused] : before) {
      if (!after.contains(name)) changed[name] = std::nullopt;
    }
    for (const auto& [name, entry] : after) changed[name] = entry;
  }

  std::map<std::string, Account> user_rows() {
    std::map<std::string, Account> found;
    for (const AccountRow* row : passwd_.all()) {
      const auto uid = parsed_number((*row)[kUid]);
      const auto gid = parsed_number((*row)[kGid]);
      if (uid && gid)
        found.emplace((*row)[0], Account{(*row)[0], *uid, *gid, (*row)[kComment], (*row)[kHome], (*row)[kShell]});
    }
    return found;
  }
  std::map<std::string, GroupAccount> group_rows() {
    std::map<std::string, GroupAccount> found;
    for (const AccountRow* row : group_.all()) {
      const auto gid = parsed_number((*row)[kGroupGid]);
      if (!gid) continue;
      GroupAccount group{(*row)[0], *gid, fields_of((*row)[kMembers], ',')};
      std::erase(group.members, "");
      found.emplace((*row)[0], std::move(group));
    }
    return found;
  }

  Result<> change_user(const EditDatabase& edit) {
    if (edit.verb == "delete") return delete_user(edit);
    AccountRow* row = passwd_.find(edit.name);
    if (edit.verb == "create") {
      if (row != nullptr && !unfinished_group((*row)[kComment]))
        return fail(Code::kOperation, "the user " + edit.name + " exists already");
      PLUMB_TRY(add_user(edit));
      row = passwd_.find(edit.name);
    } else if (row == nullptr) {
      return fail(Code::kUnknownAccount, "the user " + edit.name + " does not exist");
    }
    const Json& set = edit.set;
    if (const auto uid = given_number(set, "uid")) {
      for (const AccountRow* other : passwd_.all()) {
        if ((*other)[kUid] == std::to_string(*uid) && (*other)[0] != edit.name)
          return fail(Code::kOperation, "the uid " + std::to_string(*uid) + " belongs to " + (*other)[0]);
      }
      (*row)[kUid] = std::to_string(*uid);
    }
    if (set.contains("group")) {
      PLUMB_TRY_ASSIGN((*row)[kGid], gid_of(text_of(set, "group")));
    }
    (*row)[kComment] = text_of(set, "comment", (*row)[kComment]);
    (*row)[kHome] = text_of(set, "home", (*row)[kHome]);
    (*row)[kShell] = text_of(set, "shell", (*row)[kShell]);
    if (set.contains("groups")) PLUMB_TRY(set_groups(edit.name, texts_in(set["groups"])));
    set_shadow(edit);
    if (flag_of(set, "create_home", false)) {
      out_.made_home = home_of(*row);
      out_.made_home->take = flag_of(set, "take_home", false);
      const std::uint32_t mask = octal("UMASK").value_or(022);
      out_.made_home->mode = octal("HOME_MODE").value_or(0777U & ~mask);
    }
    return {};
  }

  Result<> add_user(const EditDatabase& edit) {
    const bool system = flag_of(edit.set, "system", false);
    std::optional<std::uint32_t> uid = given_number(edit.set, "uid");
    if (const AccountRow* left = passwd_.find(edit.name)) {
      if (!uid) uid = parsed_number((*left)[kUid]);
      passwd_.remove(edit.name);
    }
    if (!uid) {
      PLUMB_TRY_ASSIGN(uid, free_number("UID", system, passwd_.numbers(kUid)));
    }
    std::string gid;
    if (edit.set.contains("group")) {
      PLUMB_TRY_ASSIGN(gid, gid_of(text_of(edit.set, "group")));
    } else if (const AccountRow* own = group_.find(edit.name)) {
      gid = (*own)[kGroupGid];
    } else if (has_own_groups()) {
      const std::set<std::uint32_t> taken = gids();
      std::uint32_t number = *uid;
      if (taken.contains(number) || system_.group_by_id(number)) {
        PLUMB_TRY_ASSIGN(number, free_number("GID", system, taken));
      }
      gid = std::to_string(number);
      group_.add({edit.name, "x", gid, ""});
    } else {
      gid = std::to_string(number("GID_DEFAULT", 100));
    }
    passwd_.add({edit.name, "x", std::to_string(*uid), gid, "", "/home/" + edit.name, default_shell()});
    PLUMB_TRY(set_groups(edit.name, {}));
    shadow_.remove(edit.name);
    shadow_.add({edit.name, "!", "", "", "", "", "", "", ""});
    return {};
  }

  // Also those that no group has (any more), but some user.
  std::set<std::uint32_t> gids() {
    std::set<std::uint32_t> taken = group_.numbers(kGroupGid);
    taken.merge(passwd_.numbers(kGid));
    return taken;
  }

  void set_shadow(const EditDatabase& edit) {
    if (!edit.set.contains("password_hash") && !edit.set.contains("locked") && !edit.set.contains("expires")) return;
    if (shadow_.find(edit.name) == nullptr) shadow_.add({edit.name, "!", "", "", "", "", "", "", ""});
    AccountRow& row = *shadow_.find(edit.name);
    row.resize(std::max(row.size(), kShadowFields));
    // Of a sensitive one nothing is known that could stand in a row.
    const bool known = !is_keyed_digest(text_of(edit.set, "password_hash"));
    if (edit.set.contains("password_hash") && known) {
      const bool locked = row[kHash].starts_with('!') && row[kHash].size() > 1 && edit.verb == "modify";
      const std::string hash = text_of(edit.set, "password_hash");
      row[kHash] = (locked && !hash.starts_with('!') ? "!" : "") + hash;
    }
    if (edit.set.contains("locked")) {
      const bool locked = row[kHash].starts_with('!');
      if (flag_of(edit.set, "locked", false) && !locked) row[kHash].insert(0, "!");
      if (!flag_of(edit.set, "locked", false) && locked) row[kHash].erase(0, 1);
    }
    if (const std::string date = text_of(edit.set, "expires"); date == "never") row[kExpires].clear();
  }

  Result<> set_groups(const std::string& user, const std::vector<std::string>& wanted) {
    for (const std::string& group : wanted) {
      const std::vector<AccountRow*> rows = group_.all();
      const bool listed =
          std::any_of(rows.begin(), rows.end(), [&](const AccountRow* row) { return is_one(*row, group); });
      if (!listed) return fail(Code::kOperation, "the group " + group + " is not in /etc/group");
    }
    for (AccountRow* row : group_.all()) {
      AccountRow members = fields_of((*row)[kMembers], ',');
      std::erase(members, "");
      const bool is = std::find(members.begin(), members.end(), user) != members.end();
      const bool shall =
          std::any_of(wanted.begin(), wanted.end(), [&](const std::string& group) { return is_one(*row, group); });
      if (shall && !is) members.push_back(user);
      if (is && !shall) std::erase(members, user);
      (*row)[kMembers] = joined_fields(members, ',');
    }
    return {};
  }

  // By name, or by a number that several may have.
  static bool is_one(const AccountRow& row, const std::string& group) {
    return row[parsed_number(group) ? kGroupGid : 0] == group;
  }

  Result<> delete_user(const EditDatabase& edit) {
    const AccountRow* row = passwd_.find(edit.name);
    if (row == nullptr) return {};
    const ForeseenAccounts::Home home = home_of(*row);
    const std::string comment = (*row)[kComment];
    if (home.uid == 0) return fail(Code::kOperation, "the user " + edit.name + " has uid 0 and is not removed");
    passwd_.remove(edit.name);
    shadow_.remove(edit.name);
    PLUMB_TRY(set_groups(edit.name, {}));
    const std::string gid = unfinished_group(comment).value_or(std::to_string(home.gid));
    if (!flag_of(edit.set, "keep_group", false)) remove_own_group(edit.name, gid);
    if (!flag_of(edit.set, "remove_home", false)) return {};
    for (const AccountRow* other : passwd_.all()) {
      if ((*other)[kHome] == home.path)
        return fail(Code::kOperation,
                    "the home folder " + home.path + " is also that of " + (*other)[0] + " and is not removed");
    }
    out_.removed_home = home;
    return {};
  }

  void remove_own_group(const std::string& name, const std::string& gid) {
    const AccountRow* own = group_.find(name);
    if (own == nullptr || (*own)[kGroupGid] != gid || !(*own)[kMembers].empty() || !has_own_groups()) return;
    for (const AccountRow* other : passwd_.all()) {
      if ((*other)[kGid] == gid) return;
    }
    group_.remove(name);
  }

  Result<> change_group(const EditDatabase& edit) {
    AccountRow* row = group_.find(edit.name);
    if (edit.verb == "delete") {
      if (row == nullptr) return {};
      for (const AccountRow* user : passwd_.all()) {
        if ((*user)[kGid] == (*row)[kGroupGid])
          return fail(Code::kOperation, "the group " + edit.name + " is the primary group of " + (*user)[0]);
      }
      group_.remove(edit.name);
      return {};
    }
    std::optional<std::uint32_t> gid = given_number(edit.set, "gid");
    for (const AccountRow* other : group_.all()) {
      if (gid && (*other)[kGroupGid] == std::to_string(*gid) && (*other)[0] != edit.name)
        return fail(Code::kOperation, "the gid " + std::to_string(*gid) + " belongs to " + (*other)[0]);
    }
    if (edit.verb == "create") {
      if (row != nullptr) return fail(Code::kOperation, "the group " + edit.name + " exists already");
      if (!gid) {
        PLUMB_TRY_ASSIGN(gid, free_number("GID", flag_of(edit.set, "system", false), gids()));
      }
      group_.add({edit.name, "x", std::to_string(*gid), ""});
      row = group_.find(edit.name);
    } else if (row == nullptr) {
      return fail(Code::kUnknownAccount, "the group " + edit.name + " does not exist");
    } else if (gid) {
      for (AccountRow* user : passwd_.all()) {
        if ((*user)[kGid] == (*row)[kGroupGid]) (*user)[kGid] = std::to_string(*gid);
      }
      (*row)[kGroupGid] = std::to_string(*gid);
    }
    if (edit.set.contains("members")) (*row)[kMembers] = joined_fields(texts_in(edit.set["members"]), ',');
    return {};
  }

  Result<std::string> gid_of(const std::string& group) {
    if (const auto number = parsed_number(group)) {
      if (group_.numbers(kGroupGid).contains(*number) || system_.group_by_id(*number)) return group;
      return fail(Code::kUnknownAccount, "no group has the gid " + group);
    }
    if (const AccountRow* row = group_.find(group)) return (*row)[kGroupGid];
    if (const auto known = system_.group_by_name(group)) return std::to_string(known->gid);
    return fail(Code::kUnknownAccount, "the group " + group + " does not exist");
  }

  static ForeseenAccounts::Home home_of(const AccountRow& row) {
    return {row[kHome], parsed_number(row[kUid]).value_or(0), parsed_number(row[kGid]).value_or(0), 0, false};
  }

  Result<std::uint32_t> free_number(const std::string& kind, bool system, const std::set<std::uint32_t>& taken) {
    const auto setting = [this](const std::string& name, std::uint32_t otherwise) { return number(name, otherwise); };
    return free_account_number(kind, system, setting, taken, [&](std::uint32_t id) {
      return kind == "UID" ? system_.user_by_id(id).has_value() : system_.group_by_id(id).has_value();
    });
  }

  std::uint32_t number(const std::string& name, std::uint32_t otherwise) const {
    const auto found = definitions_.find(name);
    return found == definitions_.end() ? otherwise : parsed_number(found->second).value_or(otherwise);
  }
  std::optional<std::uint32_t> octal(const std::string& name) const {
    const auto found = definitions_.find(name);
    if (found == definitions_.end()) return std::nullopt;
    return static_cast<std::uint32_t>(std::strtoul(found->second.c_str(), nullptr, 8)) & 07777U;
  }
  bool has_own_groups() const {
    const auto found = definitions_.find("USERGROUPS_ENAB");
    return found == definitions_.end() || found->second == "yes";
  }
  std::string default_shell() {
    for (const std::string& line : fields_of(text_of_file(system_, "/etc/default/useradd"), '\n')) {
      if (line.starts_with("SHELL=") && line.size() > 6) return line.substr(6);
    }
    return "/bin/sh";
  }

  System& system_;
  AccountRows passwd_, group_, shadow_;
  std::map<std::string, std::string> definitions_;
  ForeseenAccounts out_;
};

}  // namespace

Result<ForeseenAccounts> foresee_accounts(const EditDatabase& edit, System& system) {
  return Foreseer(system).run(edit);
}

}  // namespace plumb
