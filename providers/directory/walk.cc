#include "providers/directory/walk.h"

#include <algorithm>

#include "engine/base/glob.h"
#include "providers/sdk/access_list.h"
#include "providers/sdk/beyond_mode.h"
#include "providers/sdk/tree_list.h"

namespace plumb::providers::directory {
namespace {

// What no path reaches, nobody can change by its path either.
constexpr std::size_t kLongestPath = 4095;

// Calls visit(path, info) for every entry below `folder` in the same mount; it says whether to go into a directory.
template <class Visit>
Result<> walk_below(const std::string& folder, System& system, Visit visit) {
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(folder, true));
  if (!info) return {};
  std::size_t seen = 0;
  return system.walk(folder, [&](const std::string& path, const FileInfo& entry, bool mounted) -> Result<bool> {
    if (mounted) return false;
    if (++seen <= kMaxEntries) return visit(path, entry);
    return fail(Code::kRefusedByState, "more than " + std::to_string(kMaxEntries) + " entries lie below the directory")
        .hint("manage smaller folders, or leave out `recurse` and `purge`");
  });
}

Result<> check_length(const std::string& path) {
  if (path.size() <= kLongestPath) return {};
  const std::string begin = path.substr(0, path.find('/', kLongestPath / 16));
  return fail(Code::kRefusedByState,
              "folders below " + begin + " are nested so deeply that no path leads to all of them")
      .hint("remove them (rm -r), or leave out `recurse`");
}

}  // namespace

Result<Json> find_differing(const Desired& desired, const std::string& path, const Untouched& untouched,
                            bool with_labels, System& system, AccountNames& names) {
  const std::string owner = desired.text("owner");
  const std::string group = desired.text("group");
  const std::string mode = desired.text("mode");
  const bool with_mode = !mode.empty() && is_symbolic_mode(mode);
  const bool has_lists = desired.has("acl");
  const bool has_labels = with_labels && desired.has("selinux");
  Json found = Json::array();
  const auto visit = [&](const std::string& entry, const FileInfo& info) -> Result<bool> {
    if (info.type == FileType::kLink || untouched.trees.contains(entry)) return false;
    if (untouched.entries.contains(entry) || backed_up_path(entry)) return true;
    PLUMB_TRY(check_length(entry));
    Json differing = Json::object();
    if (!owner.empty() && names.user(info.uid, owner) != owner) differing["owner"] = owner;
    if (!group.empty() && names.group(info.gid, group) != group) differing["group"] = group;
    const bool directory = info.type == FileType::kDirectory;
    // A program keeps no rights of an owner or a group that it had before.
    const std::uint32_t kept = directory || differing.empty() ? info.mode : without_privileges(info.mode);
    const std::uint32_t wanted = with_mode ? apply_mode(mode, kept, directory).value_or(kept) : kept;
    // A change of owner would take setuid and setgid, which are asked for.
    const bool restores = !directory && !differing.empty() && without_privileges(wanted) != wanted;
    if (wanted != info.mode || restores) differing["mode"] = mode_text(wanted);
    if (kept != info.mode) differing["privileged"] = true;
    BeyondMode beyond;
    if (has_lists || has_labels) {
      PLUMB_TRY_ASSIGN(beyond, system.beyond_mode(entry, false));
    }
    if (has_labels) {
      const std::string label = label_for(desired, beyond.label).value_or("");
      if (label != beyond.label) differing["selinux"] = label;
    }
    if (has_lists) {
      const std::string list = access_list_for(desired, directory, info.mode).value_or("none");
      const std::string there = beyond.access_list.empty() ? "none" : ordered_access_list(beyond.access_list);
      if (there != list) differing["acl"] = list;
    }
    if (!differing.empty()) {
      differing["path"] = entry;
      found.push_back(std::move(differing));
    }
    return true;
  };
  PLUMB_TRY(walk_below(path, system, visit));
  return found;
}

Result<Json> find_extra(const std::string& path, const Kept& kept, System& system) {
  const std::set<std::string>& managed = kept.managed;
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
  const std::size_t root = path == "/" ? 1 : path.size() + 1;
  const auto is_left_out = [&](const std::string& entry) {
    return is_excluded(std::string_view(entry).substr(root), kept.exclude);
  };
  const auto holds_left_out = [&](const std::string& folder) -> Result<bool> {
    bool holds = false;
    if (kept.exclude.empty()) return holds;
    PLUMB_TRY(walk_below(folder, system, [&](const std::string& entry, const FileInfo&) -> Result<bool> {
      holds = holds || is_left_out(entry);
      return !holds;
    }));
    return holds;
  };
  const auto visit = [&](const std::string& entry, const FileInfo& info) -> Result<bool> {
    if (managed.contains(entry) || is_one_of(entry)) return kept.folders.contains(entry);
    // Somebody asked for it, and may do so in this very plan.
    if (backed_up_path(entry) || is_left_out(entry)) return false;
    const bool directory = info.type == FileType::kDirectory;
    if (directory) {
      PLUMB_TRY_ASSIGN(const bool holds, holds_left_out(entry));
      if (holds) return true;
      const auto first = managed.lower_bound(entry + '/');
      if ((first != managed.end() && is_below(*first, entry)) || leads_to_one(entry)) return true;
    }
    found.push_back({{"path", entry}, {"directory", directory}});
    return false;
  };
  PLUMB_TRY(walk_below(path, system, visit));
  return found;
}

}  // namespace plumb::providers::directory
