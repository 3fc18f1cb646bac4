#include "engine/exec/interpreter/database.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <set>

#include "engine/exec/interpreter/account_files.h"
#include "engine/exec/interpreter/home.h"

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
    if (edit.verb == "delete") return delete_user(edit);
    Row* row = passwd_.find(edit.name);
    if (edit.verb == "create") {
      if (row != nullptr) return fail(Code::kOperation, "the user " + edit.name + " exists already");
      PLUMB_TRY(add_user(edit));
    } else if (edit.verb != "modify") {
      return fail(Code::kProtocol, "`" + edit.verb + "` is not a verb");
    } else if (row == nullptr) {
      return fail(Code::kUnknownAccount, "the user " + edit.name + " does not exist");
    }
    PLUMB_TRY(set_user(edit));
    // The user is complete before the file that makes it known says so.
    PLUMB_TRY(save({&group_, &gshadow_, &subuid_, &subgid_, &shadow_, &passwd_}));
    if (!flag_in(edit.set, "create_home")) return {};
    PLUMB_TRY_ASSIGN(const Home home, home_of(edit.name));
    return make_home(files_, definitions_, home);
  }

  Result<> add_user(const EditDatabase& edit) {
    const bool system = flag_in(edit.set, "system");
    std::optional<std::uint32_t> uid = number_in(edit.set, "uid");
    if (!uid) {
      PLUMB_TRY_ASSIGN(uid, free_number("UID", system, numbers(passwd_, kUid, kPasswdFields),
                                        [this](std::uint32_t id) { return system_.user_by_id(id).has_value(); }));
    }
    std::string gid;
    if (edit.set.contains("group")) {
      PLUMB_TRY_ASSIGN(gid, gid_of(text_in(edit.set, "group")));
    } else if (Row* own = group_.find(edit.name); own != nullptr && own->size() >= kGroupFields) {
      gid = (*own)[kGroupGid];
    } else if (definitions_.flag("USERGROUPS_ENAB", true)) {
      const std::set<std::uint32_t> taken = numbers(group_, kGroupGid, kGroupFields);
      // The same number for both is what people expect, where it is free.
      std::uint32_t number = *uid;
      if (taken.contains(number)) {
        PLUMB_TRY_ASSIGN(number, free_gid(system));
      }
      gid = std::to_string(number);
      add_group_row(edit.name, gid);
    } else {
      gid = std::to_string(definitions_.number("GID_DEFAULT", 100));
    }
    passwd_.add({edit.name, "x", std::to_string(*uid), gid, "", "/home/" + edit.name, default_shell()});
    const std::string today = std::to_string(days_since_1970());
    if (shadow_.find(edit.name) == nullptr) {
      const auto limit = [&](const char* name, std::uint32_t otherwise) {
        return system ? std::string() : std::to_string(definitions_.number(name, otherwise));
      };
      shadow_.add({edit.name, "!", today, limit("PASS_MIN_DAYS", 0), limit("PASS_MAX_DAYS", 99999),
                   limit("PASS_WARN_AGE", 7), "", "", ""});
    }
    if (!system) {
      add_subordinate(subuid_, "SUB_UID", edit.name);
      add_subordinate(subgid_, "SUB_GID", edit.name);
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
      PLUMB_TRY_ASSIGN(const std::string gid, gid_of(group.get<std::string>()));
      for (const Row* row : group_.rows(kGroupFields)) {
        if ((*row)[kGroupGid] == gid) names.insert((*row)[0]);
      }
    }
    for (AccountFile* file : {&group_, &gshadow_}) {
      for (Row* row : file->rows(kGroupFields)) set_member(*file, *row, user, names.contains((*row)[0]));
    }
    return {};
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

  Result<> delete_user(const EditDatabase& edit) {
    const Row* row = passwd_.find(edit.name);
    if (row == nullptr) return {};
    PLUMB_TRY_ASSIGN(const Home home, home_of(edit.name));
    if (home.uid == 0) return fail(Code::kOperation, "the user " + edit.name + " has uid 0 and is not removed");
    PLUMB_TRY(check_idle(edit.name, home.uid));
    passwd_.remove(edit.name);
    shadow_.remove(edit.name);
    subuid_.remove(edit.name);
    subgid_.remove(edit.name);
    PLUMB_TRY(set_groups(edit.name, Json::array()));
    remove_own_group(edit.name, std::to_string(home.gid));
    PLUMB_TRY(save({&passwd_, &shadow_, &group_, &gshadow_, &subuid_, &subgid_}));
    if (!flag_in(edit.set, "remove_home")) return {};
    for (const Row* other : passwd_.rows(kPasswdFields)) {
      if ((*other)[kHome] == home.path) {
        return fail(Code::kOperation,
                    "the home folder " + home.path + " is also that of " + (*other)[0] + " and is not removed");
      }
    }
    return remove_home(files_, home);
  }

  // The group that came with the user goes with it, unless somebody else uses it.
  void remove_own_group(const std::string& name, const std::string& gid) {
    Row* own = group_.find(name);
    if (own == nullptr || own->size() < kGroupFields || (*own)[kGroupGid] != gid || !(*own)[kMembers].empty()) return;
    if (!definitions_.flag("USERGROUPS_ENAB", true)) return;
    for (const Row* other : passwd_.rows(kPasswdFields)) {
      if ((*other)[kGid] == gid) return;
    }
    group_.remove(name);
    gshadow_.remove(name);
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
    Row* row = group_.find(edit.name);
    if (edit.verb == "delete") {
      if (row == nullptr || row->size() < kGroupFields) return {};
      for (const Row* user : passwd_.rows(kPasswdFields)) {
        if ((*user)[kGid] == (*row)[kGroupGid]) {
          return fail(Code::kOperation, "the group " + edit.name + " is the primary group of " + (*user)[0]);
        }
      }
      group_.remove(edit.name);
      gshadow_.remove(edit.name);
      return save({&group_, &gshadow_});
    }
    const std::optional<std::uint32_t> gid = number_in(edit.set, "gid");
    if (gid) {
      for (const Row* other : group_.rows(kGroupFields)) {
        if ((*other)[kGroupGid] == std::to_string(*gid) && (*other)[0] != edit.name) {
          return fail(Code::kOperation, "the gid " + std::to_string(*gid) + " belongs to " + (*other)[0]);
        }
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
    } else if (gid) {
      PLUMB_TRY(renumber_group(*row, std::to_string(*gid)));
    }
    if (edit.set.contains("members")) PLUMB_TRY(set_members(edit.name, edit.set["members"]));
    return save({&group_, &gshadow_, &passwd_});
  }

  // Users whose primary group it is follow, as with groupmod.
  Result<> renumber_group(Row& row, const std::string& gid) {
    for (Row* user : passwd_.rows(kPasswdFields)) {
      if ((*user)[kGid] != row[kGroupGid]) continue;
      (*user)[kGid] = gid;
      passwd_.touch();
    }
    row[kGroupGid] = gid;
    group_.touch();
    return {};
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
    if (gshadow_.exists()) gshadow_.add({name, "!", "", ""});
  }

  void add_subordinate(AccountFile& file, const std::string& prefix, const std::string& name) {
    if (!file.exists() || file.find(name) != nullptr) return;
    std::uint64_t start = definitions_.number(prefix + "_MIN", 100000);
    const std::uint64_t count = definitions_.number(prefix + "_COUNT", 65536);
    for (const Row* row : file.rows(3)) {
      const auto begin = parse_id((*row)[1]);
      const auto length = parse_id((*row)[2]);
      if (begin && length) start = std::max(start, std::uint64_t{*begin} + *length);
    }
    if (start + count - 1 > definitions_.number(prefix + "_MAX", 600100000))
      return;  // as useradd: only a loss for containers
    file.add({name, std::to_string(start), std::to_string(count)});
  }

  static std::set<std::uint32_t> numbers(AccountFile& file, std::size_t field, std::size_t fields) {
    std::set<std::uint32_t> out;
    for (const Row* row : file.rows(fields)) {
      if (const auto number = parse_id((*row)[field])) out.insert(*number);
    }
    return out;
  }

  Result<std::uint32_t> free_gid(bool system) {
    return free_number("GID", system, numbers(group_, kGroupGid, kGroupFields),
                       [this](std::uint32_t id) { return system_.group_by_id(id).has_value(); });
  }

  // As the shadow suite: system numbers from the top down, others above the highest, then the first gap.
  Result<std::uint32_t> free_number(const std::string& kind, bool system, const std::set<std::uint32_t>& taken,
                                    const std::function<bool(std::uint32_t)>& taken_elsewhere) const {
    const std::uint32_t low = definitions_.number(kind + "_MIN", 1000);
    const std::uint32_t first = system ? definitions_.number("SYS_" + kind + "_MIN", 101) : low;
    const std::uint32_t last =
        system ? definitions_.number("SYS_" + kind + "_MAX", low - 1) : definitions_.number(kind + "_MAX", 60000);
    const auto is_free = [&](std::uint32_t id) { return !taken.contains(id) && !taken_elsewhere(id); };
    if (system) {
      for (std::uint32_t id = last; id >= first && id > 0; --id) {
        if (is_free(id)) return id;
      }
    } else {
      const auto above = taken.upper_bound(last);
      const std::uint32_t next = above == taken.begin() ? first : std::max(first, *std::prev(above) + 1);
      for (std::uint32_t id = next; id <= last; ++id) {
        if (is_free(id)) return id;
      }
      for (std::uint32_t id = first; id < next && id <= last; ++id) {
        if (is_free(id)) return id;
      }
    }
    return fail(Code::kOperation,
                "no " + kind + " between " + std::to_string(first) + " and " + std::to_string(last) + " is free");
  }

  Result<std::string> gid_of(const std::string& group) {
    if (parse_id(group)) return group;
    const Row* row = group_.find(group);
    if (row != nullptr && row->size() >= kGroupFields) return (*row)[kGroupGid];
    PLUMB_TRY_ASSIGN(const gid_t gid, system_.gid_of(group));
    return std::to_string(gid);
  }

  std::string default_shell() const {
    for (const std::string& line : split(read_small(files_, "/etc/default/useradd"), '\n')) {
      if (line.starts_with("SHELL=") && line.size() > 6) return line.substr(6);
    }
    return "/bin/sh";
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
