#include "engine/config/source_folder.h"

#include <filesystem>
#include <optional>
#include <utility>

#include "engine/base/json.h"
#include "engine/config/formats.h"
#include "providers/sdk/tree_list.h"

namespace plumb::config {
namespace {

constexpr std::size_t kMostSources = 20'000;
constexpr int kDeepestSource = 64;

class SourceFolder {
 public:
  SourceFolder(const Folder& project, const std::string& folder, const std::vector<std::string>& exclude)
      : folder_(project / folder), name_(folder), exclude_(exclude) {}

  Result<std::vector<SourceEntry>> read() && {
    PLUMB_TRY(add({}, 0));
    return std::move(entries_);
  }

 private:
  Error refused(const std::string& why) const { return fail(Code::kSourceMissing, "`" + name_ + "` " + why); }

  Result<> add(const std::string& inner, int depth) {
    if (depth > kDeepestSource) return refused("has folders in it that are nested too deeply");
    const Folder here = folder_ / inner;
    PLUMB_TRY_ASSIGN(const std::vector<FolderEntry> found, here.list(kMostSources));
    for (const FolderEntry& one : found) {
      if (!valid_utf8(one.name)) return refused("holds a name that is no UTF-8, in `" + inner + "`");
      SourceEntry entry;
      entry.path = inner.empty() ? one.name : inner + '/' + one.name;
      entry.type = one.type;
      if (one.name == kOwnFolder || is_excluded(entry.path, exclude_)) continue;
      if (entries_.size() == kMostSources)
        return refused("holds more than " + std::to_string(kMostSources) + " entries");
      switch (one.type) {
        case EntryType::kFile: {
          const std::optional<FileStatus> status = folder_.status(entry.path);
          entry.executable = status && status->executable;
          break;
        }
        case EntryType::kLink: {
          PLUMB_TRY_ASSIGN(const std::filesystem::path target,
                           folder_.files().link_target(folder_.path() / entry.path));
          entry.target = target.string();
          if (!valid_utf8(entry.target))
            return refused("holds a link to a name that is no UTF-8, `" + entry.path + "`");
          break;
        }
        case EntryType::kFolder:
          break;
        case EntryType::kOther:
          return refused("holds what is no file, folder or link: `" + entry.path + "`");
      }
      const bool into = entry.type == EntryType::kFolder;
      const std::string path = entry.path;
      entries_.push_back(std::move(entry));
      if (into) PLUMB_TRY(add(path, depth + 1));
    }
    return {};
  }

  Folder folder_;
  std::string name_;
  const std::vector<std::string>& exclude_;
  std::vector<SourceEntry> entries_;
};

}  // namespace

Result<std::vector<SourceEntry>> read_source_folder(const Folder& project, const std::string& folder,
                                                    const std::vector<std::string>& exclude) {
  return SourceFolder(project, folder, exclude).read();
}

}  // namespace plumb::config
