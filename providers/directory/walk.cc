#include "providers/directory/walk.h"

#include <algorithm>

#include "engine/base/glob.h"

namespace plumb::providers::directory {
namespace {

enum class Next { kDescend, kStay };

// Calls visit(path, info) for every entry below `folder`, parents first, in order of name; it says whether to go into a
// directory.
template <class Visit>
class Walk {
 public:
  Walk(System& system, Visit visit) : system_(system), visit_(std::move(visit)) {}

  Result<> below(const std::string& folder) {
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system_.stat(folder, true));
    if (!info) return {};
    device_ = info->device;
    return enter(folder);
  }

 private:
  Result<> enter(const std::string& folder) {
    PLUMB_TRY_ASSIGN(const std::vector<std::string> entries, system_.list(folder));
    for (const std::string& entry : entries) {
      const std::string path = (folder == "/" ? "" : folder) + '/' + entry;
      PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system_.stat(path, false));
      if (!info || info->device != device_) continue;
      if (++seen_ > kMaxEntries) {
        return fail(Code::kRefusedByState,
                    "more than " + std::to_string(kMaxEntries) + " entries lie below the directory")
            .hint("manage smaller folders, or leave out `recurse` and `purge`");
      }
      if (visit_(path, *info) == Next::kDescend && info->type == FileType::kDirectory) PLUMB_TRY(enter(path));
    }
    return {};
  }

  System& system_;
  Visit visit_;
  std::uint64_t device_ = 0;
  std::size_t seen_ = 0;
};

}  // namespace

Result<Json> find_differing(const Desired& desired, const std::string& path, const Untouched& untouched, System& system,
                            AccountNames& names) {
  const std::string owner = desired.text("owner");
  const std::string group = desired.text("group");
  const std::string mode = desired.text("mode");
  const bool with_mode = !mode.empty() && is_symbolic_mode(mode);
  Json found = Json::array();
  Walk walk(system, [&](const std::string& entry, const FileInfo& info) {
    if (info.type == FileType::kLink || untouched.trees.contains(entry)) return Next::kStay;
    if (untouched.entries.contains(entry) || backed_up_path(entry)) return Next::kDescend;
    Json differing = Json::object();
    if (!owner.empty() && names.user(info.uid, owner) != owner) differing["owner"] = owner;
    if (!group.empty() && names.group(info.gid, group) != group) differing["group"] = group;
    if (with_mode) {
      const auto wanted = apply_mode(mode, info.mode, info.type == FileType::kDirectory);
      if (wanted && *wanted != info.mode) differing["mode"] = mode_text(*wanted);
    }
    if (!differing.empty()) {
      differing["path"] = entry;
      found.push_back(std::move(differing));
    }
    return Next::kDescend;
  });
  PLUMB_TRY(walk.below(path));
  return found;
}

Result<Json> find_extra(const std::string& path, const std::set<std::string>& managed, System& system) {
  Json found = Json::array();
  std::vector<std::string> globs;
  for (const std::string& one : managed) {
    if (is_glob(one)) globs.push_back(one);
  }
  const auto is_one_of = [&](const std::string& entry) {
    return std::any_of(globs.begin(), globs.end(), [&](const std::string& glob) { return glob_match(glob, entry); });
  };
  const auto leads_to_one = [&](const std::string& entry) {
    return std::any_of(globs.begin(), globs.end(),
                       [&](const std::string& glob) { return glob_match(parent_of(glob), entry); });
  };
  Walk walk(system, [&](const std::string& entry, const FileInfo& info) {
    if (managed.contains(entry) || is_one_of(entry)) return Next::kStay;
    if (const auto original = backed_up_path(entry); original && managed.contains(*original)) return Next::kStay;
    const bool directory = info.type == FileType::kDirectory;
    if (directory) {
      const auto first = managed.lower_bound(entry + '/');
      if ((first != managed.end() && is_below(*first, entry)) || leads_to_one(entry)) return Next::kDescend;
    }
    found.push_back({{"path", entry}, {"directory", directory}});
    return Next::kStay;
  });
  PLUMB_TRY(walk.below(path));
  return found;
}

}  // namespace plumb::providers::directory
