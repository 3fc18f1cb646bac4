#include "providers/sdk/tree_list.h"

namespace plumb {
namespace {

constexpr std::size_t kListed = 1000;

class TreeWalk {
 public:
  TreeWalk(std::uint64_t device, std::size_t most, System& system, ListedPaths& paths)
      : device_(device), most_(most), system_(system), paths_(paths) {}

  Result<> below(const std::string& folder) {
    PLUMB_TRY_ASSIGN(const std::vector<std::string> names, system_.list(folder));
    for (const std::string& name : names) {
      const std::string path = (folder == "/" ? "" : folder) + '/' + name;
      PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system_.stat(path, false));
      if (!info || info->device != device_) continue;
      if (count_.files + count_.directories == most_)
        return fail(Code::kRefusedByState, "more than " + std::to_string(most_) + " entries lie below the directory")
            .hint("manage smaller folders, or leave out `recurse` and `purge`");
      const bool directory = info->type == FileType::kDirectory;
      ++(directory ? count_.directories : count_.files);
      paths_.add(directory ? path + '/' : path);
      if (directory) PLUMB_TRY(below(path));
    }
    return {};
  }
  const TreeCount& count() const { return count_; }

 private:
  std::uint64_t device_;
  std::size_t most_;
  System& system_;
  ListedPaths& paths_;
  TreeCount count_;
};

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

Result<TreeCount> list_tree(const std::string& folder, std::size_t most, System& system, ListedPaths& paths) {
  PLUMB_TRY_ASSIGN(const std::optional<FileInfo> info, system.stat(folder, true));
  if (!info) return TreeCount();
  TreeWalk walk(info->device, most, system, paths);
  PLUMB_TRY(walk.below(folder));
  return walk.count();
}

}  // namespace plumb
