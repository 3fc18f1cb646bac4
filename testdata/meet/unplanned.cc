#include "testdata/meet/unplanned.h"

#include <algorithm>

#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/base/split.h"
#include "engine/exec/accounts.h"
#include "engine/exec/root_files.h"
#include "providers/sdk/ownership.h"
#include "testdata/meet/packages.h"

namespace plumb::meet {
namespace {

const std::set<std::string> kAccountFiles = {"/etc/passwd", "/etc/shadow", "/etc/group",    "/etc/gshadow",
                                             "/etc/subuid", "/etc/subgid", "/etc/.pwd.lock"};

constexpr std::size_t kHome = 5;  // of a row of /etc/passwd

void gather(const Json& json, std::set<std::string>& named) {
  if (json.is_string()) {
    const std::string text = json.get<std::string>();
    if (text.starts_with('/')) named.insert(text);
  }
  if (json.is_object() && json.contains("name") && json["name"].is_string())
    named.insert("/home/" + json["name"].get<std::string>());
  if (json.is_structured()) {
    for (const Json& member : json) gather(member, named);
  }
}

// Type, mode and owners, without what a folder is changed by when something in it is.
std::string_view lasting(std::string_view seen) {
  return seen.starts_with("040") || seen.starts_with("04") ? seen.substr(0, seen.find(" inode")) : seen;
}

std::string_view inode_in(std::string_view seen) {
  const std::size_t at = seen.find(" inode ");
  return at == std::string_view::npos ? seen : seen.substr(at, seen.find(" changed") - at);
}

class Explanation {
 public:
  Explanation(const Picture& before, const Picture& after, const std::set<std::string>& named,
              const std::set<std::string>& kinds)
      : after_(after), named_(named), kinds_(kinds) {
    for (const auto& [path, seen] : before) {
      if (explains(path)) inodes_.insert(std::string(inode_in(seen)));
    }
  }

  // A second name of what is explained by its first is as that is.
  bool holds(const std::string& path) const {
    const auto now = after_.find(path);
    return explains(path) || (now != after_.end() && inodes_.contains(std::string(inode_in(now->second))));
  }

 private:
  bool explains(const std::string& path) const {
    if (named_.contains(path) || is_copy(path) || is_above_named(path)) return true;
    if ((kinds_.contains("user") || kinds_.contains("group")) && kAccountFiles.contains(path)) return true;
    const bool reads_lists =
        kinds_.contains("package") || kinds_.contains("upgrade") || kinds_.contains("apt_repository");
    if (reads_lists && is_of_packages(path)) return true;
    if (kinds_.contains("alternatives") && is_of_alternatives(path)) return true;
    if (kinds_.contains("dpkg_divert") && path.starts_with("/var/lib/dpkg/diversions")) return true;
    if (kinds_.contains("service") && path.starts_with("/etc/systemd/system/")) return true;
    // What a command writes that says only by what a program tells when it has to run.
    if (kinds_.contains("command") && path == "/tmp/told") return true;
    for (std::string above = parent_of(path); above != "/"; above = parent_of(above)) {
      if (!named_.contains(above)) continue;
      // What an archive or a repository holds is its own matter.
      const bool fills = kinds_.contains("archive") || kinds_.contains("git") || kinds_.contains("user");
      if (!after_.contains(above) || !after_.contains(path) || fills) return true;
    }
    return false;
  }
  // What the tool keeps, and its links.
  static bool is_of_alternatives(const std::string& path) {
    return path.starts_with("/etc/alternatives/") || path.starts_with("/var/lib/dpkg/alternatives/") ||
           path == "/var/log/alternatives.log" || path == "/opt/tool";
  }
  bool is_copy(const std::string& path) const {
    const std::size_t mark = path.find(".plumb-");
    return mark != std::string::npos && named_.contains(path.substr(0, mark));
  }
  bool is_above_named(const std::string& path) const {
    return std::any_of(named_.begin(), named_.end(), [&](const std::string& one) { return is_below(one, path); });
  }

  std::set<std::string> inodes_;  // of what is explained
  const Picture& after_;
  const std::set<std::string>& named_;
  const std::set<std::string>& kinds_;
};

}  // namespace

std::set<std::string> named_paths(std::string_view plan, const std::string& root) {
  std::set<std::string> named;
  const Result<Json> document = parse_json(plan, Code::kInternal);
  if (document) gather(*document, named);
  const Result<exec::RootFiles> files = exec::RootFiles::at(root);
  if (!files) return named;
  // A home that an account has is not named where it stays the same.
  if (const Result<std::string> accounts = read_file(root + "/etc/passwd", std::size_t{1} << 20U)) {
    for (const std::string& row : split(*accounts, '\n')) {
      const std::vector<std::string> fields = split(row, ':');
      if (fields.size() > kHome && fields[0] != "root") named.insert(fields[kHome]);
    }
  }
  const std::set<std::string> texts = named;
  for (const std::string& path : texts) {
    if (const Result<std::string> real = files->resolve(path)) named.insert(*real);
    if (const Result<std::string> folder = files->resolve(parent_of(path)))
      named.insert((*folder == "/" ? "" : *folder) + path.substr(path.rfind('/')));
  }
  return named;
}

std::string unplanned(const Picture& before, const Picture& after, const std::set<std::string>& named,
                      const std::set<std::string>& kinds) {
  const Explanation explanation(before, after, named, kinds);
  std::string text;
  for (const auto& [path, was] : before) {
    const auto now = after.find(path);
    if (now != after.end() && lasting(now->second) == lasting(was)) continue;
    if (!explanation.holds(path))
      text += path + ": " + was + "  =>  " + (now == after.end() ? "gone" : now->second) + "\n";
  }
  for (const auto& [path, is] : after) {
    if (!before.contains(path) && !explanation.holds(path)) text += path + ": is new, " + is + "\n";
  }
  return text;
}

}  // namespace plumb::meet
