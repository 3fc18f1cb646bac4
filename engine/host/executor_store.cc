#include "engine/host/executor_store.h"

#include <algorithm>
#include <cctype>

#include <sys/utsname.h>

#include "engine/base/ascii.h"
#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/base/joined.h"

namespace plumb::host {

namespace {

constexpr std::string_view kProgram = "plumb-exec";
constexpr std::size_t kLargest = std::size_t{64} << 20;

}  // namespace

std::string ExecutorStore::platform_of(const std::string& uname_system, const std::string& uname_machine) {
  std::string machine = lowered(uname_machine);
  if (machine == "amd64") machine = "x86_64";
  if (machine == "arm64") machine = "aarch64";
  return lowered(uname_system) + "-" + machine;
}

std::string ExecutorStore::local_platform() {
  utsname names{};
  uname(&names);
  return platform_of(names.sysname, names.machine);
}

ExecutorStore::ExecutorStore(const std::filesystem::path& program_folder) {
  for (const std::filesystem::path& folder : {program_folder, program_folder / ".." / "libexec" / "plumb"}) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(folder / kProgram, ignored)) {
      paths_.emplace(local_platform(), folder / kProgram);
    }
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
      const std::string name = entry.path().filename().string();
      if (!name.starts_with("plumb-exec-") || !entry.is_regular_file(ignored)) continue;
      const std::string platform = name.substr(kProgram.size() + 1);
      // "linux-x86_64", and not a test program or a debug file that stands beside it.
      const bool clean =
          std::count(platform.begin(), platform.end(), '-') == 1 && platform.find('.') == std::string::npos;
      if (clean) paths_.emplace(platform, entry.path());
    }
  }
}

Result<const ExecutorStore::Executor*> ExecutorStore::load(const std::string& platform,
                                                           const std::filesystem::path& path) const {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<Executor>& slot = loaded_[platform];
  if (!slot) {
    PLUMB_TRY_ASSIGN(std::string bytes, read_file(path, kLargest));
    std::string hash = digest(bytes).substr(kDigestPrefix.size());
    slot = std::make_unique<Executor>(Executor{platform, path, std::move(bytes), std::move(hash)});
  }
  return slot.get();
}

Result<const ExecutorStore::Executor*> ExecutorStore::find(const std::string& platform) const {
  const auto found = paths_.find(platform);
  if (found != paths_.end()) return load(found->first, found->second);
  const bool mac = platform.starts_with("darwin-");
  if (!mac && !platform.starts_with("linux-")) {
    return fail(Code::kNoExecutor, "no executor for " + platform).hint("plumb keeps hosts with Linux or macOS");
  }
  if (mac && platform != local_platform()) {
    return fail(Code::kNoExecutor, "no executor for " + platform)
        .hint("it is built on such a Mac: copy its plumb-exec beside plumb, as plumb-exec-" + platform);
  }
  std::string have;
  for (const auto& [name, path] : paths_) append_item(have, name);
  return fail(Code::kNoExecutor, "no executor for " + platform)
      .hint(have.empty()
                ? "this installation has no plumb-exec or plumb-exec-PLATFORM beside plumb or in ../libexec/plumb"
                : "this installation has executors for " + have + "; `make executors` builds those for other machines");
}

std::optional<std::string> ExecutorStore::packed(const Executor& executor) {
  std::filesystem::path path = executor.path;
  Result<std::string> bytes = read_file(path += ".gz", kLargest);
  return bytes ? std::optional(std::move(*bytes)) : std::nullopt;
}

Result<std::filesystem::path> ExecutorStore::local_path() const {
  const auto found = paths_.find(local_platform());
  if (found != paths_.end()) return found->second;
  return Error(find(local_platform()).error());
}

Result<std::vector<std::string>> ExecutorStore::digests() const {
  if (paths_.empty()) return Error(find(local_platform()).error());
  std::vector<std::string> all;
  const std::string own = local_platform();
  for (const auto& [platform, path] : paths_) {
    PLUMB_TRY_ASSIGN(const Executor* executor, load(platform, path));
    all.insert(platform == own ? all.begin() : all.end(), executor->digest);
  }
  return all;
}

}  // namespace plumb::host
