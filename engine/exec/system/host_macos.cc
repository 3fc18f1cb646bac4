#include <array>
#include <cerrno>
#include <cstdint>
#include <vector>

#include <grp.h>
#include <pwd.h>
#include <sys/sysctl.h>
#include <unistd.h>

#include "engine/exec/system/host.h"

namespace plumb::exec {
namespace {

constexpr const char* kVersionFile = "/System/Library/CoreServices/SystemVersion.plist";
constexpr std::size_t kMostOfAnEntry = std::size_t{1} << 20;

// "<key>KEY</key> <string>VALUE</string>" in a property list as text; "" where there is none.
std::string text_of(const std::string& list, const std::string& key) {
  static constexpr std::string_view kBegin = "<string>";
  const std::size_t at = list.find("<key>" + key + "</key>");
  const std::size_t begin = at == std::string::npos ? at : list.find(kBegin, at);
  const std::size_t end = begin == std::string::npos ? begin : list.find('<', begin + kBegin.size());
  if (end == std::string::npos) return {};
  return list.substr(begin + kBegin.size(), end - begin - kBegin.size());
}

std::int64_t number_of(const char* setting) {
  std::int64_t value = 0;
  std::size_t size = sizeof value;
  return ::sysctlbyname(setting, &value, &size, nullptr, 0) == 0 ? value : 0;
}

Json system_version(const RootFiles& files) {
  const std::string list = read_small(files, kVersionFile);
  const std::string name = text_of(list, "ProductName");
  return {{"id", "macos"},
          {"family", "macos"},
          {"name", name.empty() ? "macOS" : name},
          {"version", text_of(list, "ProductVersion")},
          {"codename", ""},
          {"like", Json::array()}};
}

// As getpwnam_r(3) and its like want to be called: with more room each time they ask for it.
template <class Entry, class Call>
bool look_up(Entry& entry, std::vector<char>& room, const Call& call) {
  for (room.resize(4096);; room.resize(room.size() * 2)) {
    Entry* found = nullptr;
    const int problem = call(entry, room.data(), room.size(), &found);
    if (problem != ERANGE || room.size() >= kMostOfAnEntry) return problem == 0 && found != nullptr;
  }
}

bool look_up_user(const std::string& key, passwd& entry, std::vector<char>& room) {
  const auto uid = parse_id(key);
  return look_up(entry, room, [&](passwd& into, char* bytes, std::size_t size, passwd** found) {
    return uid ? ::getpwuid_r(*uid, &into, bytes, size, found) : ::getpwnam_r(key.c_str(), &into, bytes, size, found);
  });
}

bool look_up_group(const std::string& key, group& entry, std::vector<char>& room) {
  const auto gid = parse_id(key);
  return look_up(entry, room, [&](group& into, char* bytes, std::size_t size, group** found) {
    return gid ? ::getgrgid_r(*gid, &into, bytes, size, found) : ::getgrnam_r(key.c_str(), &into, bytes, size, found);
  });
}

std::string user_line(const std::string& key) {
  std::vector<char> room;
  passwd user{};
  if (!look_up_user(key, user, room)) return {};
  return std::string(user.pw_name) + ":*:" + std::to_string(user.pw_uid) + ":" + std::to_string(user.pw_gid) + ":" +
         user.pw_gecos + ":" + user.pw_dir + ":" + user.pw_shell;
}

std::string group_line(const std::string& key) {
  std::vector<char> room;
  group found{};
  if (!look_up_group(key, found, room)) return {};
  std::string line = std::string(found.gr_name) + ":*:" + std::to_string(found.gr_gid) + ":";
  for (char** member = found.gr_mem; member != nullptr && *member != nullptr; ++member) {
    if (!line.ends_with(':')) line += ',';
    line += *member;
  }
  return line;
}

std::string groups_line(const std::string& name) {
  std::vector<char> room;
  passwd user{};
  if (!look_up_user(name, user, room)) return {};
  std::array<int, 1024> groups{};
  int count = groups.size();
  if (::getgrouplist(name.c_str(), static_cast<int>(user.pw_gid), groups.data(), &count) != 0) return {};
  std::string line = name;
  for (int i = 0; i < count; ++i) line += " " + std::to_string(static_cast<gid_t>(groups[static_cast<std::size_t>(i)]));
  return line;
}

}  // namespace

Json host_facts(const RootFiles& files) {
  const bool image = files.is_image();
  return {{"os", system_version(files)},
          {"selinux", "disabled"},
          {"container", "none"},
          {"virtualization", !image && number_of("kern.hv_vmm_present") != 0 ? "other" : "none"},
          {"memory", {{"bytes", image ? 0 : number_of("hw.memsize")}}}};
}

// The C library asks Open Directory.
std::string ask_name_service(LocalSystem&, const std::string& database, const std::string& key) {
  if (database == "passwd") return user_line(key);
  if (database == "group") return group_line(key);
  return groups_line(key);
}

}  // namespace plumb::exec
