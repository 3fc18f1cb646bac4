#include "engine/exec/accounts.h"

#include <algorithm>
#include <charconv>

#include "engine/base/host_text.h"
#include "engine/base/split.h"

namespace plumb::exec {
namespace {

constexpr std::size_t kMaxDatabase = std::size_t{64} << 20;

template <class Entry>
void read_entries(const std::string& text, std::optional<Entry> (*parse)(std::string_view), std::vector<Entry>& out) {
  out.clear();
  for (const std::string& line : split(text_of_bytes(text), '\n')) {
    if (std::optional<Entry> entry = parse(line)) out.push_back(std::move(*entry));
  }
}

}  // namespace

std::vector<std::string> words(const std::string& text) {
  std::vector<std::string> out;
  for (const std::string& line : split(text, ' ')) {
    for (std::string& word : split(line, '\t')) {
      if (!word.empty()) out.push_back(std::move(word));
    }
  }
  return out;
}

std::optional<std::uint32_t> parse_id(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<Account> parse_user(std::string_view line) {
  const std::vector<std::string> fields = split(line, ':');
  if (fields.size() < 7 || fields[0].empty() || fields[0].starts_with('#')) return std::nullopt;
  const auto uid = parse_id(fields[2]);
  const auto gid = parse_id(fields[3]);
  if (!uid || !gid) return std::nullopt;
  return Account{fields[0], *uid, *gid, fields[4], fields[5], fields[6]};
}

std::optional<GroupAccount> parse_group(std::string_view line) {
  const std::vector<std::string> fields = split(line, ':');
  if (fields.size() < 4 || fields[0].empty() || fields[0].starts_with('#')) return std::nullopt;
  const auto gid = parse_id(fields[2]);
  if (!gid) return std::nullopt;
  GroupAccount group{fields[0], *gid, {}};
  for (std::string& member : split(fields[3], ',')) {
    if (!member.empty()) group.members.push_back(std::move(member));
  }
  return group;
}

Accounts::Accounts(const RootFiles& files, NameService name_service)
    : files_(files), name_service_(std::move(name_service)) {}

bool Accounts::changed(const std::string& path, Stamp& stamp) const {
  struct stat info {};
  if (files_.stat(path, true, info) != 0) info = {};
#ifdef __APPLE__
  const timespec changed = info.st_ctimespec;
#else
  const timespec changed = info.st_ctim;
#endif
  const bool same = info.st_dev == stamp.device && info.st_ino == stamp.inode && info.st_size == stamp.size &&
                    changed.tv_sec == stamp.changed.tv_sec && changed.tv_nsec == stamp.changed.tv_nsec;
  stamp = {info.st_dev, info.st_ino, info.st_size, changed};
  return !same;
}

void Accounts::refresh() {
  if (changed("/etc/passwd", users_stamp_)) {
    read_entries(read_small(files_, "/etc/passwd", kMaxDatabase), parse_user, users_);
    user_names_.clear();
    user_ids_.clear();
    for (std::size_t i = 0; i < users_.size(); ++i) {
      user_names_.try_emplace(users_[i].name, i);
      user_ids_.try_emplace(users_[i].uid, i);
    }
    answers_.clear();
  }
  if (changed("/etc/group", groups_stamp_)) {
    read_entries(read_small(files_, "/etc/group", kMaxDatabase), parse_group, groups_);
    group_names_.clear();
    group_ids_.clear();
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      group_names_.try_emplace(groups_[i].name, i);
      group_ids_.try_emplace(groups_[i].gid, i);
    }
    answers_.clear();
  }
}

const std::string& Accounts::ask(const std::string& database, const std::string& key) {
  const auto [answer, added] = answers_.try_emplace(database + " " + key);
  if (added && name_service_) answer->second = name_service_(database, key);
  return answer->second;
}

std::optional<Account> Accounts::user(const std::string& name) {
  refresh();
  const auto found = user_names_.find(name);
  if (found != user_names_.end()) return users_[found->second];
  return name.empty() ? std::nullopt : parse_user(ask("passwd", name));
}

std::optional<Account> Accounts::user(std::uint32_t uid) {
  refresh();
  const auto found = user_ids_.find(uid);
  if (found != user_ids_.end()) return users_[found->second];
  return parse_user(ask("passwd", std::to_string(uid)));
}

std::optional<GroupAccount> Accounts::group(const std::string& name) {
  refresh();
  const auto found = group_names_.find(name);
  if (found != group_names_.end()) return groups_[found->second];
  return name.empty() ? std::nullopt : parse_group(ask("group", name));
}

std::optional<GroupAccount> Accounts::group(std::uint32_t gid) {
  refresh();
  const auto found = group_ids_.find(gid);
  if (found != group_ids_.end()) return groups_[found->second];
  return parse_group(ask("group", std::to_string(gid)));
}

std::vector<gid_t> Accounts::groups_of(const Account& account) {
  refresh();
  std::vector<gid_t> out = {account.gid};
  const auto add = [&out](gid_t gid) {
    if (std::find(out.begin(), out.end(), gid) == out.end()) out.push_back(gid);
  };
  for (const GroupAccount& group : groups_) {
    if (std::find(group.members.begin(), group.members.end(), account.name) != group.members.end()) add(group.gid);
  }
  // Users of the name service have their groups there: "name gid gid …".
  if (!user_names_.contains(account.name)) {
    for (const std::string& word : split(ask("initgroups", account.name), ' ')) {
      if (const auto gid = parse_id(word)) add(*gid);
    }
  }
  return out;
}

}  // namespace plumb::exec
