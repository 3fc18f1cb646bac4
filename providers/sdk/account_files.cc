#include "providers/sdk/account_files.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <iterator>

#include "engine/base/host_text.h"
#include "engine/base/split.h"
#include "engine/base/time_text.h"
#include "providers/sdk/ownership.h"
#include "providers/sdk/text_lines.h"

namespace plumb {
namespace {

constexpr std::size_t kLargestFile = std::size_t{16} << 20U;
constexpr std::string_view kUnfinished = "unfinished (plumb) group ";

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

Result<std::string> read_if_there(System& system, const std::string& path) {
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(path, true));
  if (!info) return std::string();
  PLUMB_TRY_ASSIGN(const std::string bytes, system.read_file(path, kLargestFile));
  return text_of_bytes(bytes);
}

template <class Entry>
void each_line(const std::string& text, std::size_t least_fields, Entry entry) {
  for (const std::string_view line : split_views(text, '\n')) {
    if (line.empty() || line[0] == '#' || line[0] == '+' || line[0] == '-') continue;
    const std::vector<std::string_view> fields = split_views(line, ':');
    if (fields.size() >= least_fields) entry(fields);
  }
}

template <class List, class Match>
auto first_in(const List& list, Match match) -> decltype(&list.front()) {
  const auto found = std::find_if(list.begin(), list.end(), match);
  return found == list.end() ? nullptr : &*found;
}

}  // namespace

const Account* AccountFiles::user(std::string_view name) const {
  return first_in(users, [&](const Account& user) { return user.name == name; });
}
const Account* AccountFiles::user(std::uint32_t uid) const {
  return first_in(users, [&](const Account& user) { return user.uid == uid; });
}
const GroupAccount* AccountFiles::group(std::string_view name) const {
  return first_in(groups, [&](const GroupAccount& group) { return group.name == name; });
}
const GroupAccount* AccountFiles::group(std::uint32_t gid) const {
  return first_in(groups, [&](const GroupAccount& group) { return group.gid == gid; });
}

Result<AccountFiles> read_account_files(System& system, bool with_shadow) {
  // On macOS these files hold what a Mac needs to repair itself; people's accounts are elsewhere.
  if (!system.is_image() && !system.find_program("dscl").empty()) {
    return fail(Code::kNoBackEnd,
                "users and groups are managed in /etc/passwd and /etc/group, and this host has Open Directory");
  }
  AccountFiles files;
  PLUMB_TRY_ASSIGN(const std::string passwd, read_if_there(system, "/etc/passwd"));
  each_line(passwd, 7, [&](const std::vector<std::string_view>& fields) {
    const auto uid = number_in<std::uint32_t>(fields[2]);
    const auto gid = number_in<std::uint32_t>(fields[3]);
    if (!uid || !gid) return;
    files.users.push_back(
        {std::string(fields[0]), *uid, *gid, std::string(fields[4]), std::string(fields[5]), std::string(fields[6])});
  });
  PLUMB_TRY_ASSIGN(const std::string group, read_if_there(system, "/etc/group"));
  each_line(group, 4, [&](const std::vector<std::string_view>& fields) {
    const auto gid = number_in<std::uint32_t>(fields[2]);
    if (!gid) return;
    GroupAccount account{std::string(fields[0]), *gid, {}};
    for (const std::string_view member : split_views(fields[3], ',')) {
      if (!member.empty()) account.members.emplace_back(member);
    }
    files.groups.push_back(std::move(account));
  });
  if (!with_shadow) return files;
  const Result<std::string> shadow = read_if_there(system, "/etc/shadow");
  files.shadow_readable = shadow.has_value();
  if (!shadow) return files;
  each_line(*shadow, 8, [&](const std::vector<std::string_view>& fields) {
    ShadowEntry& entry = files.shadow[std::string(fields[0])];
    entry = {std::string(fields[shadow_field::kHash]), expiry_date(fields[shadow_field::kExpires]), {}};
    for (std::size_t i = 0; i < kAgeLimits.size(); ++i)
      entry.ages[i] = number_in<std::int64_t>(fields[kAgeLimits[i].field]).value_or(-1);
    entry.last_change = number_in<std::int64_t>(fields[shadow_field::kLastChange]).value_or(-1);
  });
  return files;
}

bool gives_root(std::string_view group) {
  return group == "sudo" || group == "wheel" || group == "admin";
}

// "192.0.2.5 50022 192.0.2.1 22 1000"
bool is_who_logs_in(const Account& account, const System& system) {
  const std::vector<std::string> words = words_of(system.reached_by());
  return words.size() == 5 && words.back() == std::to_string(account.uid);
}

std::string unfinished_remark(std::string_view gid) {
  return std::string(kUnfinished) + std::string(gid);
}

std::optional<std::string> unfinished_group(std::string_view remark) {
  if (!remark.starts_with(kUnfinished)) return std::nullopt;
  return std::string(remark.substr(kUnfinished.size()));
}

bool may_become_home(std::string_view path) {
  constexpr std::array<std::string_view, 11> kSystem = {"/bin",  "/boot", "/dev",  "/etc", "/lib", "/lib64",
                                                        "/proc", "/run",  "/sbin", "/sys", "/usr"};
  if (parent_of(path) == "/") return false;
  return std::none_of(kSystem.begin(), kSystem.end(),
                      [path](std::string_view folder) { return is_below(path, folder); });
}

std::string expiry_date(std::string_view days) {
  constexpr int kLastDay = 2932896;  // 9999-12-31
  const auto number = number_in<int>(days);
  if (!number || *number < 0 || *number > kLastDay) return "never";
  return date_text(std::chrono::sys_days{std::chrono::days{*number}});
}

Result<std::uint32_t> free_account_number(
    const std::string& kind, bool system,
    const std::function<std::uint32_t(const std::string& name, std::uint32_t otherwise)>& setting,
    const std::set<std::uint32_t>& taken, const std::function<bool(std::uint32_t)>& taken_elsewhere) {
  const std::uint32_t low = setting(kind + "_MIN", 1000);
  const std::uint32_t first = system ? setting("SYS_" + kind + "_MIN", 101) : low;
  const std::uint32_t last = system ? setting("SYS_" + kind + "_MAX", low - 1) : setting(kind + "_MAX", 60000);
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

}  // namespace plumb
