#include "testdata/meet/start.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace plumb::meet {
namespace {

bool has_row(const Texts& rows, const std::string& name) {
  return std::any_of(rows.begin(), rows.end(), [&](const std::string& row) { return row.starts_with(name + ":"); });
}

bool declares(const std::vector<Resource>& all, const char* kind, const std::string& name) {
  return std::any_of(all.begin(), all.end(), [&](const Resource& other) {
    return other.kind == kind && other.name == name && !other.is_absent();
  });
}

}  // namespace

void add_user(Start& start, const std::string& name, unsigned uid, unsigned gid, const std::string& home) {
  start.passwd.push_back(name + ":x:" + std::to_string(uid) + ":" + std::to_string(gid) + "::" + home + ":/bin/sh");
  start.shadow.push_back(name + ":!:19000:0:99999:7:::");
}

void add_group(Start& start, const std::string& name, unsigned gid, const std::string& members) {
  start.group.push_back(name + ":x:" + std::to_string(gid) + ":" + members);
  start.gshadow.push_back(name + ":!::" + members);
}

uid_t StartMaker::owner() {
  return random_.of({0U, 0U, 1500U, 1501U, 65534U, 4242U});
}

mode_t StartMaker::mode(bool folder) {
  if (folder) return random_.of({0755U, 0755U, 0700U, 0750U, 01777U, 02775U, 0000U});
  return random_.of({0644U, 0644U, 0600U, 0755U, 04755U, 06755U, 0444U, 0000U, 0666U});
}

void StartMaker::make() {
  for (const std::string& path : scene_.paths) {
    if (random_.below(10) < 4 || !has_folder(parent_of(path))) continue;
    std::size_t draw = random_.below(20);
    if (scene_.calm && !maybe(6)) draw = scene_.is_inner(path) ? 0 : 9;
    add_entry(path, draw < 9    ? EntryType::kDirectory
                    : draw < 15 ? EntryType::kFile
                    : draw < 19 ? EntryType::kLink
                                : EntryType::kFifo);
  }
  for (const std::string& account : scene_.accounts) add_account(account);
  for (const char* package : {"tool 2.0", "tool 1.0", "lib 1.0", "rival 1.0", "app 1.0"}) {
    if (random_.one_in(scene_.packages ? 3 : 8)) add_package(package);
  }
  for (const std::string& group : scene_.groups) {
    if (random_.one_in(3)) continue;
    const unsigned gid = random_.of({1500U, 1501U, 900U, 1600U});
    const std::string members = random_.one_in(3) ? random_.of(scene_.accounts) : "";
    if (has_row(start_.group, group) || has_row(start_.gshadow, group)) continue;
    if (random_.one_in(8)) {
      start_.gshadow.push_back(group + ":!::" + members);  // its half alone
    } else {
      add_group(start_, group, gid, members);
    }
  }
}

// As the package manager would have it: what is needed came along, and there is no rival.
void StartMaker::add_package(std::string package) {
  std::vector<std::string>& all = start_.packages;
  const auto has = [&](const std::string& name) {
    return std::any_of(all.begin(), all.end(), [&](const std::string& one) { return one.starts_with(name); });
  };
  const std::string name = package.substr(0, package.find(' '));
  if (has(name) || (name == "rival" && has("tool"))) return;
  if (name == "tool") all.emplace_back(maybe(2) ? "lib 1.0 auto" : "lib 1.0");
  all.push_back(std::move(package));
}

// Makes it and those above it, unless there is something else.
bool StartMaker::has_folder(const std::string& path) {
  static const std::set<std::string> given = {
      "/", "/srv", "/home", "/etc", "/opt", "/etc/systemd/system", "/etc/apt", "/etc/apt/sources.list.d"};
  if (given.contains(path)) return true;
  const auto found = made_.find(path);
  if (found != made_.end()) return found->second == EntryType::kDirectory;
  if (!has_folder(parent_of(path))) return false;
  add_entry(path, EntryType::kDirectory);
  return true;
}

void StartMaker::add_entry(const std::string& path, EntryType type) {
  static const std::set<std::string> given = {"/home", "/etc/systemd/system", "/etc/apt/sources.list.d"};
  if (given.contains(path) || !made_.emplace(path, type).second) return;
  Entry entry;
  entry.path = path;
  entry.type = type;
  const bool folder = type == EntryType::kDirectory;
  entry.mode = random_.one_in(3) ? mode(folder) : folder ? 0755U : 0644U;
  entry.uid = owner();
  entry.gid = random_.one_in(2) ? entry.uid : owner();
  if (type == EntryType::kFile) entry.text = scene_.content(random_);
  if (type == EntryType::kLink) entry.text = scene_.target(random_);
  start_.entries.push_back(std::move(entry));
}

void StartMaker::add_account(const std::string& name) {
  if (has_row(start_.passwd, name) || has_row(start_.shadow, name)) return;
  const unsigned uid = random_.of({1500U, 1501U, 900U, 1502U});
  const unsigned gid = random_.of({uid, uid, 1500U, 65534U, 1777U});
  const std::string home =
      random_.of({"/home/" + name, "/home/" + name, random_.of(scene_.paths), std::string("/nonexistent")});
  switch (random_.below(8)) {
    case 0:
    case 1:
    case 2:
      return;  // it is not there
    case 3:    // half of it is
      start_.passwd.push_back(name + ":x:" + std::to_string(uid) + ":" + std::to_string(gid) + "::" + home +
                              ":/bin/sh");
      return;
    case 4:
      start_.shadow.push_back(name + ":!:19000:0:99999:7:::");
      return;
    default:
      add_user(start_, name, uid, gid, home);
      if (gid == uid && !has_row(start_.group, name)) add_group(start_, name, gid, "");
  }
}

void StartMaker::settle(std::vector<Resource>& resources) {
  for (Resource& resource : resources) {
    if (maybe(8)) continue;
    settle_accounts(resource, resources);
    if (resource.name.front() == '/') settle_path(resource, resources);
  }
}

void StartMaker::need_user(const std::string& name, const std::vector<Resource>& all) {
  if (name.empty() || name == "root" || std::isdigit(static_cast<unsigned char>(name.front())) != 0) return;
  if (has_row(start_.passwd, name) || declares(all, "user", name)) return;
  const unsigned uid = 1510 + static_cast<unsigned>(start_.passwd.size());
  add_user(start_, name, uid, uid, "/home/" + name);
}

void StartMaker::need_group(const std::string& name, const std::vector<Resource>& all) {
  if (name.empty() || name == "root" || std::isdigit(static_cast<unsigned char>(name.front())) != 0) return;
  if (has_row(start_.group, name) || declares(all, "group", name) || declares(all, "user", name)) return;
  add_group(start_, name, 1610 + static_cast<unsigned>(start_.group.size()), "");
}

void StartMaker::settle_accounts(const Resource& resource, const std::vector<Resource>& all) {
  const Json& attributes = resource.attributes;
  need_user(attributes.value("owner", ""), all);
  need_user(attributes.value("as", ""), all);
  if (resource.kind == "cron") need_user(attributes.value("user", ""), all);
  if (resource.kind == "authorized_key") need_user(resource.name, all);
  need_group(attributes.value("group", ""), all);
  for (const Json& group : attributes.value("groups", Json::array())) need_group(group.get<std::string>(), all);
  for (const Json& member : attributes.value("members", Json::array())) need_user(member.get<std::string>(), all);
}

void StartMaker::erase_from(const std::string& path) {
  std::erase_if(start_.entries,
                [&](const Entry& entry) { return entry.path == path || entry.path.starts_with(path + "/"); });
  std::erase_if(made_, [&](const auto& entry) { return entry.first == path || entry.first.starts_with(path + "/"); });
}

void StartMaker::settle_path(Resource& resource, const std::vector<Resource>& all) {
  const std::string& path = resource.name;
  for (std::string above = parent_of(path); above != "/"; above = parent_of(above)) {
    const auto found = made_.find(above);
    if (found != made_.end() && found->second != EntryType::kDirectory && !maybe(6)) erase_from(above);
  }
  if (!declares(all, "directory", parent_of(path)) && !resource.attributes.contains("parents"))
    (void)has_folder(parent_of(path));
  const bool folder = resource.kind == "directory" || resource.kind == "archive" || resource.kind == "git";
  const EntryType wanted = folder                    ? EntryType::kDirectory
                           : resource.kind == "link" ? EntryType::kLink
                                                     : EntryType::kFile;
  if (const auto found = made_.find(path); found != made_.end() && found->second != wanted) {
    const bool follows = resource.attributes.value("follow", false) && found->second == EntryType::kLink;
    const bool replaces = resource.attributes.value("force", false) && found->second == EntryType::kFile;
    if (!follows && !replaces) erase_from(path);
  }
  const bool missing = !made_.contains(path) && !resource.is_absent();
  if (resource.kind == "file" && missing && !resource.attributes.contains("content"))
    resource.attributes["content"] = scene_.content(random_);
  if (resource.attributes.value("hard", false)) settle_hard(resource, all);
}

void StartMaker::settle_hard(const Resource& resource, const std::vector<Resource>& all) {
  const std::string target = resource.attributes.value("target", "");
  if (target == resource.name || declares(all, "file", target) || !has_folder(parent_of(target))) return;
  if (const auto found = made_.find(target); found != made_.end() && found->second != EntryType::kFile)
    erase_from(target);
  add_entry(target, EntryType::kFile);
}

}  // namespace plumb::meet
