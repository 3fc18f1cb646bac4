#include "engine/exec/provider_store.h"

#include <cstdint>
#include <map>
#include <vector>

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/base/digest.h"
#include "engine/base/in_order.h"
#include "engine/base/random.h"
#include "engine/exec/interpreter/tree_operations.h"
#include "engine/exec/state_folder.h"
#include "providers/outside/package.h"
#include "providers/sdk/ownership.h"

namespace plumb::exec {
namespace {

// Not one of a project's, which begins with no dot.
constexpr std::string_view kFolder = "/.providers";
constexpr mode_t kOpen = 0755;
constexpr std::size_t kMostKept = 32;

Result<> write_file(const RootFiles& files, const std::string& path, std::string_view bytes) {
  const UniqueFd file = files.open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, kOpen);
  if (!file) return os_error("create", path);
  PLUMB_TRY(write_all(file.get(), bytes, path));
  if (::fchmod(file.get(), kOpen) != 0) return os_error("change the mode of", path);
  return {};
}

Result<> write_files(const RootFiles& files, const std::string& folder,
                     const std::map<std::string, std::string>& package) {
  PLUMB_TRY(make_folders(files, folder, kOpen));
  for (const auto& [name, bytes] : package) {
    const std::string path = folder + "/" + name;
    PLUMB_TRY(make_folders(files, parent_of(path), kOpen));
    PLUMB_TRY(write_file(files, path, bytes));
  }
  return {};
}

Result<> rename_folder(const RootFiles& files, const std::string& from, const std::string& to) {
  PLUMB_TRY_ASSIGN(const Place old_place, files.place(from));
  PLUMB_TRY_ASSIGN(const Place new_place, files.place(to));
  if (::renameat(old_place.folder.get(), old_place.name.c_str(), new_place.folder.get(), new_place.name.c_str()) != 0)
    return os_error("make", to);
  return sync_folder(files, parent_of(to));
}

void remove_folder(const RootFiles& files, const std::string& path) {
  if (const Result<Place> place = files.place(path)) (void)remove_tree(*place, path).has_value();
}

}  // namespace

ProviderStore::ProviderStore(LocalSystem& system)
    : system_(system), folder_(StateFolder::common_path(system.files()) + std::string(kFolder)) {}

std::string ProviderStore::path_of(const std::string& digest) const {
  return folder_ + "/" + digest.substr(kDigestPrefix.size());
}

std::optional<std::string> ProviderStore::find(const std::string& digest) {
  const std::string folder = path_of(digest);
  const Result<std::optional<FileInfo>> there = system_.stat(folder, false);
  if (!there || !*there || (*there)->type != FileType::kDirectory) return std::nullopt;
  std::map<std::string, std::string> files;
  std::uint64_t bytes = 0;
  const Result<> walked =
      system_.walk(folder, [&](const std::string& path, const FileInfo& info, bool) -> Result<bool> {
        if (info.type == FileType::kDirectory) return true;
        bytes += info.size;
        if (info.type != FileType::kFile || files.size() == outside::kMostFiles || bytes > outside::kMostBytes)
          return fail(Code::kOperation, path + " is none of a provider");
        PLUMB_TRY_ASSIGN(files[path.substr(folder.size() + 1)], system_.read_file(path, outside::kMostBytes));
        return false;
      });
  if (!walked || plumb::digest(outside::pack(files)) != digest) return std::nullopt;
  return folder;
}

Result<std::string> ProviderStore::keep(const std::string& digest, std::string_view packed) {
  if (plumb::digest(packed) != digest)
    return fail(Code::kProtocol, "the package of a provider is not what its digest says");
  PLUMB_TRY_ASSIGN(const auto package, outside::unpack(packed));
  const RootFiles& files = system_.files();
  const std::string folder = path_of(digest);
  const std::string coming = folder_ + "/.new-" + random_hex(8);
  PLUMB_TRY(make_folders(files, folder_, kOpen));
  forget_old();
  Result<> written = write_files(files, coming, package);
  if (written) {
    remove_folder(files, folder);
    written = rename_folder(files, coming, folder);
  }
  if (!written) {
    remove_folder(files, coming);
    // Another executor may have brought it meanwhile.
    if (std::optional<std::string> there = find(digest)) return *there;
    return std::move(written.error()).during("keeping a provider");
  }
  return folder;
}

void ProviderStore::forget_old() const {
  const Result<std::vector<std::string>> names = system_.list(folder_);
  if (!names || names->size() < kMostKept) return;
  std::vector<std::pair<time_t, std::string>> kept;
  for (const std::string& name : *names) {
    struct stat info {};
    const std::string path = folder_ + "/" + name;
    if (system_.files().stat(path, false, info) == 0) kept.emplace_back(info.st_mtime, path);
  }
  put_in_order(kept);
  for (std::size_t i = 0; i + kMostKept <= kept.size(); ++i) remove_folder(system_.files(), kept[i].second);
}

}  // namespace plumb::exec
