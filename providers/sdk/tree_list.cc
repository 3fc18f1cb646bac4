#include "providers/sdk/tree_list.h"

#include "engine/base/digest.h"

namespace plumb {
namespace {

constexpr std::size_t kListed = 1000;

Result<> list_below(const std::string& folder, std::uint64_t device, std::size_t most, System& system, TreeList& list) {
  PLUMB_TRY_ASSIGN(const std::vector<std::string> names, system.list(folder));
  for (const std::string& name : names) {
    std::string path = (folder == "/" ? "" : folder) + '/' + name;
    PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(path, false));
    if (!info || info->device != device) continue;
    if (list.paths.size() == most)
      return fail(Code::kRefusedByState, "more than " + std::to_string(most) + " entries lie below the directory")
          .hint("manage smaller folders, or leave out `recurse` and `purge`");
    const bool directory = info->type == FileType::kDirectory;
    ++(directory ? list.directories : list.files);
    list.paths.push_back(directory ? path + '/' : path);
    if (directory) PLUMB_TRY(list_below(path, device, most, system, list));
  }
  return {};
}

}  // namespace

Result<TreeList> list_tree(const std::string& folder, std::size_t most, System& system) {
  TreeList list;
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(folder, true));
  if (!info) return list;
  PLUMB_TRY(list_below(folder, info->device, most, system, list));
  return list;
}

Json listed(const std::vector<std::string>& paths) {
  Json list = Json::array();
  for (std::size_t i = 0; i < paths.size() && i < kListed; ++i) list.push_back(paths[i]);
  if (paths.size() > kListed) {
    std::string all;
    for (const std::string& path : paths) all += path + '\n';
    list.push_back("… and " + std::to_string(paths.size() - kListed) + " more, all together " + digest(all));
  }
  return list;
}

}  // namespace plumb
