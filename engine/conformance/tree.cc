#include "engine/conformance/tree.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <vector>

#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "engine/base/json.h"

namespace plumb::conformance {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kRunsAsAnother = S_ISUID | S_ISGID;
constexpr std::size_t kMostLinks = 40;
constexpr std::size_t kShown = 400;

Entry entry_at(const std::string& path) {
  Entry entry;
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) return entry;
  entry.mode = info.st_mode;
  entry.uid = info.st_uid;
  entry.gid = info.st_gid;
  entry.inode = info.st_ino;
#ifdef __APPLE__
  const timespec changed = info.st_mtimespec;
#else
  const timespec changed = info.st_mtim;
  entry.access_list = ::lgetxattr(path.c_str(), "system.posix_acl_access", nullptr, 0) > 0;
#endif
  entry.seconds = changed.tv_sec;
  entry.nanoseconds = changed.tv_nsec;
  std::error_code problem;
  if (S_ISLNK(info.st_mode)) entry.content = fs::read_symlink(path, problem).string();
  if (S_ISREG(info.st_mode)) {
    std::ifstream in(path, std::ios::binary);
    entry.content = {std::istreambuf_iterator<char>(in), {}};
  }
  return entry;
}

void add_below(const std::string& root, const std::string& path, const std::set<std::string>& unseen, Tree& tree) {
  std::error_code problem;
  for (const fs::directory_entry& one : fs::directory_iterator(root + path, problem)) {
    const std::string below = path + "/" + one.path().filename().string();
    if (unseen.contains(below)) continue;
    const Entry& entry = tree[below] = entry_at(root + below);
    if (entry.is_directory()) add_below(root, below, unseen, tree);
  }
}

Entry lasting(Entry entry) {
  if (!entry.is_directory()) entry.mode &= ~kRunsAsAnother;
  entry.inode = 0;
  entry.seconds = 0;
  entry.nanoseconds = 0;
  return entry;
}

bool equal(const Entry& one, const Entry& other, Compare how) {
  return how == Compare::kAll ? one == other : lasting(one) == lasting(other);
}

// The beginning of a text; of other bytes how many they are.
std::string shown(const std::string& content) {
  if (!valid_utf8(content) || content.find('\0') != std::string::npos)
    return std::to_string(content.size()) + " bytes that are no text";
  return "\"" + content.substr(0, kShown) + (content.size() > kShown ? "…\"" : "\"");
}

std::string described(const Entry& entry) {
  std::array<char, 128> text{};
  std::snprintf(text.data(), text.size(), "%06o %u:%u inode %llu changed %lld.%09ld", entry.mode, entry.uid, entry.gid,
                static_cast<unsigned long long>(entry.inode), static_cast<long long>(entry.seconds), entry.nanoseconds);
  std::string all = text.data();
  if (entry.access_list) all += " with an access list";
  if (S_ISLNK(entry.mode)) return all + " -> " + entry.content;
  if (!S_ISREG(entry.mode)) return all;
  return all + " " + shown(entry.content);
}

std::string parent(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
}

bool lies_below(const std::string& path, const std::string& above) {
  return path.size() > above.size() && path.starts_with(above) && path[above.size()] == '/';
}

void gather(const Json& json, std::set<std::string>& named) {
  if (json.is_string()) {
    const auto& text = json.get_ref<const std::string&>();
    if (text.size() > 1 && text.front() == '/') named.insert(text);
  }
  if (json.is_structured()) {
    for (const Json& member : json) gather(member, named);
  }
}

class Explanation {
 public:
  Explanation(const Tree& before, const Tree& after, const std::set<std::string>& named,
              const std::function<bool(const std::string&)>& comes_along)
      : after_(after), named_(named), comes_along_(comes_along) {
    for (const auto& [path, entry] : before) {
      if (explains(path)) inodes_.insert(entry.inode);
    }
  }

  // A second name of what is explained by its first is as that is.
  bool holds(const std::string& path) const {
    if (explains(path)) return true;
    const auto now = after_.find(path);
    return now != after_.end() && !now->second.is_directory() && inodes_.contains(now->second.inode);
  }

 private:
  bool explains(const std::string& path) const {
    if (named_.contains(path) || is_copy(path) || (comes_along_ && comes_along_(path))) return true;
    if (std::any_of(named_.begin(), named_.end(), [&](const std::string& one) { return lies_below(one, path); }))
      return true;
    for (std::string above = parent(path); above != "/"; above = parent(above)) {
      if (named_.contains(above) && (!after_.contains(above) || !after_.contains(path))) return true;
    }
    return false;
  }
  bool is_copy(const std::string& path) const {
    const std::size_t mark = path.find(".plumb-");
    return mark != std::string::npos && named_.contains(path.substr(0, mark));
  }

  std::set<std::uint64_t> inodes_;  // of what is explained
  const Tree& after_;
  const std::set<std::string>& named_;
  const std::function<bool(const std::string&)>& comes_along_;
};

// A folder is changed whenever something in it is.
bool unchanged(const Entry& before, const Entry& after) {
  return equal(before, after, before.is_directory() ? Compare::kLasting : Compare::kAll);
}

}  // namespace

bool Entry::is_directory() const {
  return S_ISDIR(mode);
}

Tree look_at(const fs::path& root, const std::string& below, const std::set<std::string>& unseen) {
  Tree tree;
  add_below(root.string(), below, unseen, tree);
  return tree;
}

std::string differences(const Tree& before, const Tree& after, Compare how) {
  std::string text;
  for (const auto& [path, was] : before) {
    const auto now = after.find(path);
    if (now == after.end()) {
      text += path + ": is gone\n";
    } else if (!equal(was, now->second, how)) {
      text += path + ": " + described(was) + "  =>  " + described(now->second) + "\n";
    }
  }
  for (const auto& [path, is] : after) {
    if (!before.contains(path)) text += path + ": is new, " + described(is) + "\n";
  }
  return text;
}

std::string resolved(const fs::path& root, const std::string& path) {
  std::vector<std::string> parts;
  for (const fs::path& part : fs::path(path).relative_path()) parts.push_back(part.string());
  std::reverse(parts.begin(), parts.end());  // the next one is the last
  std::string real;
  std::size_t links = 0;
  while (!parts.empty()) {
    const std::string part = std::move(parts.back());
    parts.pop_back();
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      real = real.substr(0, real.rfind('/') == std::string::npos ? 0 : real.rfind('/'));
      continue;
    }
    std::error_code problem;
    const fs::path target = fs::read_symlink(root.string() + real + "/" + part, problem);
    if (problem || ++links > kMostLinks) {
      real += "/" + part;
      continue;
    }
    if (target.is_absolute()) real.clear();
    std::vector<std::string> more;
    for (const fs::path& one : target.relative_path()) more.push_back(one.string());
    parts.insert(parts.end(), more.rbegin(), more.rend());
  }
  return real.empty() ? "/" : real;
}

std::set<std::string> named_paths(std::string_view document, const fs::path& root) {
  std::set<std::string> named;
  const Result<Json> json = parse_json(document, Code::kInternal);
  if (json) gather(*json, named);
  const std::set<std::string> texts = named;
  for (const std::string& path : texts) {
    named.insert(resolved(root, path));
    const std::string folder = resolved(root, parent(path));
    named.insert((folder == "/" ? "" : folder) + path.substr(path.rfind('/')));
  }
  named.erase("/");
  return named;
}

std::string unplanned(const Tree& before, const Tree& after, const std::set<std::string>& named,
                      const std::function<bool(const std::string&)>& comes_along) {
  const Explanation explanation(before, after, named, comes_along);
  std::string text;
  for (const auto& [path, was] : before) {
    const auto now = after.find(path);
    if (now != after.end() && unchanged(was, now->second)) continue;
    if (!explanation.holds(path))
      text += path + ": " + described(was) + "  =>  " + (now == after.end() ? "gone" : described(now->second)) + "\n";
  }
  for (const auto& [path, is] : after) {
    if (!before.contains(path) && !explanation.holds(path)) text += path + ": is new, " + described(is) + "\n";
  }
  return text;
}

}  // namespace plumb::conformance
