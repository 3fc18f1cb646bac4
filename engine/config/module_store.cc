#include "engine/config/module_store.h"

#include <algorithm>
#include <map>

#include "engine/base/digest.h"
#include "engine/base/json.h"

namespace plumb::config {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShownCommit = 12;

class FolderDigest {
 public:
  explicit FolderDigest(Folder folder) : folder_(std::move(folder)) {}

  Result<std::string> run() {
    const std::optional<fs::path> root = folder_.real();
    if (!root) return fail(Code::kModuleLock, folder_.path().string() + " cannot be read");
    root_ = *root;
    PLUMB_TRY(look_into(""));
    Json list = Json::array();
    for (auto& [name, entry] : entries_) list.push_back(std::move(entry));
    return digest(canonical(list));
  }

 private:
  static bool is_left_out(const FolderEntry& entry) {
    const bool signature = entry.name == kModuleSignature || entry.name == kProviderSignature;
    return entry.name == ".git" || (signature && entry.type == EntryType::kFile);
  }

  Result<> look_into(const fs::path& relative) {
    const auto entries = (folder_ / relative).list(kMostModuleFiles);
    if (!entries) return problem(relative.generic_string(), entries.error().summary());
    for (const FolderEntry& entry : *entries) {
      if (relative.empty() && is_left_out(entry)) continue;
      const std::string name = (relative / entry.name).generic_string();
      if (!valid_utf8(name)) return problem(name, "its name is not UTF-8");
      if (entries_.size() >= kMostModuleFiles) return problem(name, "the module has too many files");
      PLUMB_TRY(look_at(name, entry.type));
    }
    return {};
  }

  Result<> look_at(const std::string& name, EntryType type) {
    switch (type) {
      case EntryType::kFolder:
        return look_into(name);
      case EntryType::kLink:
        return take_link(name);
      case EntryType::kFile:
        return take_file(name);
      case EntryType::kOther:
        break;
    }
    return problem(name, "it is neither a file nor a folder nor a link");
  }

  Result<> take_file(const std::string& name) {
    Result<std::string> bytes = folder_.read(name, kMostModuleBytes - bytes_);
    if (!bytes) return problem(name, bytes.error().summary());
    bytes_ += bytes->size();
    const std::optional<FileStatus> status = folder_.status(name);
    entries_[name] = {name, status && status->executable ? "executable" : "file", digest(*bytes)};
    return {};
  }

  Result<> take_link(const std::string& name) {
    const Result<fs::path> target = folder_.files().link_target(folder_.path() / name);
    if (!target || !valid_utf8(target->string())) return problem(name, "the link cannot be read");
    const std::optional<fs::path> real = folder_.real(name);
    if (!real) return problem(name, "the link leads nowhere");
    if (target->is_absolute() || !is_within(*real, root_)) return problem(name, "the link leads out of the module");
    entries_[name] = {name, "link", target->string()};
    return {};
  }

  static Error problem(const std::string& name, const std::string& why) {
    return fail(Code::kModuleLock, "`" + name + "` cannot be part of a module: " + why);
  }

  Folder folder_;
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

Result<std::string> folder_digest(const Folder& folder) {
  return FolderDigest(folder).run();
}

Result<std::string> module_digest(const Folder& checkout, const std::string& path) {
  const std::optional<fs::path> root = checkout.real();
  const Folder folder = checkout / path;
  const std::optional<FileStatus> status = checkout.files().status(folder.path());
  if (!root || !status || status->type != EntryType::kFolder)
    return fail(Code::kModuleLock, "it has no folder " + path);
  if (folder.real() != (path.empty() ? *root : *root / path))
    return fail(Code::kModuleLock, "its folder " + path + " is reached through a link");
  return folder_digest(folder);
}

ModuleState state_in_store(const Folder& project, const GitSource& source, const LockedModule& locked) {
  const std::string name = checkout_folder(source, locked.commit);
  const Folder checkout = project / name;
  const std::optional<FileStatus> status = project.status(name);
  if (!status || status->type != EntryType::kFolder) return ModuleState::kMissing;
  const Result<std::string> found = module_digest(checkout, source.path);
  return found && *found == locked.digest ? ModuleState::kReady : ModuleState::kChanged;
}

}  // namespace plumb::config
