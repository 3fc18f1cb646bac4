#include "providers/sdk/tree_list.h"

#include <algorithm>

#include "engine/base/glob.h"

namespace plumb {
namespace {

constexpr std::size_t kListed = 1000;

}  // namespace

void ListedPaths::add(const std::string& path) {
  if (count_++ < kListed) first_.push_back(path);
  all_.add(path);
  all_.add("\n");
}

Json ListedPaths::take() {
  Json list = first_;
  if (count_ > kListed)
    list.push_back("… and " + std::to_string(count_ - kListed) + " more, all together " + all_.finish());
  return list;
}

bool is_excluded(std::string_view path, const std::vector<std::string>& globs) {
  const std::string_view name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  return std::any_of(globs.begin(), globs.end(), [&](std::string_view glob) {
    if (glob.ends_with('/')) glob.remove_suffix(1);
    const bool whole = glob.find('/') != std::string_view::npos;
    if (glob.starts_with('/')) glob.remove_prefix(1);
    return glob_match(glob, whole ? path : name);
  });
}

Result<TreeCount> list_tree(const std::string& folder, std::size_t most, System& system, ListedPaths& paths) {
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> there, system.stat(folder, true));
  TreeCount count;
  if (!there) return count;
  PLUMB_TRY(system.walk(folder, [&](const std::string& path, const FileInfo& info, bool mounted) -> Result<bool> {
    if (mounted)
      return fail(Code::kRefusedByState, path + " is a mount, and what is mounted is not removed")
          .hint("unmount it first");
    if (count.files + count.directories == most)
      return fail(Code::kRefusedByState, "more than " + std::to_string(most) + " entries lie below the directory");
    const bool directory = info.type == FileType::kDirectory;
    ++(directory ? count.directories : count.files);
    paths.add(directory ? path + '/' : path);
    return true;
  }));
  return count;
}

}  // namespace plumb
