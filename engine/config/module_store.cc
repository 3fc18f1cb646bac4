#include "engine/config/module_store.h"

#include <algorithm>
#include <map>
#include <system_error>

#include <unistd.h>

#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/base/json.h"

namespace plumb::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShownCommit = 12;

class FolderDigest {
 public:
  explicit FolderDigest(fs::path folder) : folder_(std::move(folder)) {}

  Result<std::string> run() {
    std::error_code error;
    root_ = fs::canonical(folder_, error);
    if (error) return fail(Code::kModuleLock, folder_.string() + " cannot be read: " + error.message());
    PLUMB_TRY(look_into(""));
    Json list = Json::array();
    for (auto& [name, entry] : entries_) list.push_back(std::move(entry));
    return digest(canonical(list));
  }

 private:
  Result<> look_into(const fs::path& relative) {
    std::error_code error;
    fs::directory_iterator it(folder_ / relative, error);
    for (const fs::directory_iterator end; !error && it != end; it.increment(error)) {
      const std::string name = (relative / it->path().filename()).generic_string();
      if (!valid_utf8(name)) return problem(name, "its name is not UTF-8");
      if (entries_.size() >= kMostModuleFiles) return problem(name, "the module has too many files");
      PLUMB_TRY(look_at(name, *it));
    }
    if (error) return problem(relative.generic_string(), error.message());
    return {};
  }

  Result<> look_at(const std::string& name, const fs::directory_entry& entry) {
    std::error_code error;
    switch (entry.symlink_status(error).type()) {
      case fs::file_type::directory:
        return look_into(name);
      case fs::file_type::symlink:
        return take_link(name);
      case fs::file_type::regular:
        return take_file(name);
      default:
        return problem(name, "it is neither a file nor a folder nor a link");
    }
  }

  Result<> take_file(const std::string& name) {
    const fs::path path = folder_ / name;
    Result<std::string> bytes = read_file(path, kMostModuleBytes - bytes_);
    if (!bytes) return problem(name, bytes.error().summary());
    bytes_ += bytes->size();
    std::error_code error;
    const bool executable = (fs::status(path, error).permissions() & fs::perms::owner_exec) != fs::perms::none;
    entries_[name] = {name, executable ? "executable" : "file", digest(*bytes)};
    return {};
  }

  Result<> take_link(const std::string& name) {
    std::error_code error;
    const fs::path target = fs::read_symlink(folder_ / name, error);
    if (error || !valid_utf8(target.string())) return problem(name, "the link cannot be read");
    const fs::path real = fs::canonical(folder_ / name, error);
    const bool inside = std::mismatch(root_.begin(), root_.end(), real.begin(), real.end()).first == root_.end();
    if (error) return problem(name, "the link leads nowhere");
    if (target.is_absolute() || !inside) return problem(name, "the link leads out of the module");
    entries_[name] = {name, "link", target.string()};
    return {};
  }

  static Error problem(const std::string& name, const std::string& why) {
    return fail(Code::kModuleLock, "`" + name + "` cannot be part of a module: " + why);
  }

  fs::path folder_;
  fs::path root_;
  std::map<std::string, Json> entries_;
  std::size_t bytes_ = 0;
};

}  // namespace

std::string checkout_folder(const GitSource& source, const std::string& commit) {
  std::string name = GitSource{source.url, {}, {}, {}}.name();
  std::replace_if(
      name.begin(), name.end(),
      [](char c) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        return !plain && c != '.' && c != '-' && c != '_';
      },
      '_');
  // Never hidden, which is what folders in the making are.
  if (name.empty() || name.starts_with('.')) name.insert(0, "_");
  return std::string(kModuleStore) + "/" + name + "@" + commit.substr(0, kShownCommit);
}

std::string module_folder(const GitSource& source, const std::string& commit) {
  return checkout_folder(source, commit) + (source.path.empty() ? "" : "/" + source.path);
}

bool is_in_module_store(std::string_view folder) {
  return folder.starts_with(kModuleStore) &&
         (folder.size() == kModuleStore.size() || folder[kModuleStore.size()] == '/');
}

Result<std::string> folder_digest(const fs::path& folder) {
  return FolderDigest(folder).run();
}

Result<std::string> module_digest(const fs::path& checkout, const std::string& path) {
  std::error_code error;
  const fs::path root = fs::canonical(checkout, error);
  const fs::path folder = path.empty() ? root : root / path;
  if (error || !fs::is_directory(folder, error)) return fail(Code::kModuleLock, "it has no folder " + path);
  if (fs::canonical(folder, error) != folder)
    return fail(Code::kModuleLock, "its folder " + path + " is reached through a link");
  return folder_digest(folder);
}

ModuleState state_in_store(const fs::path& project, const GitSource& source, const LockedModule& locked) {
  const fs::path checkout = project / checkout_folder(source, locked.commit);
  std::error_code ignored;
  if (!fs::is_directory(checkout, ignored)) return ModuleState::kMissing;
  const Result<std::string> found = module_digest(checkout, source.path);
  return found && *found == locked.digest ? ModuleState::kReady : ModuleState::kChanged;
}

}  // namespace plumb::config
