// The executors that this installation can send to hosts, by platform ("linux-x86_64").
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace plumb::host {

// Thread-safe. Files are found once, and read when they are first needed.
class ExecutorStore {
 public:
  // `program_folder` is the folder of the running program. Taken are, the first one for a platform counting:
  // plumb-exec and plumb-exec-PLATFORM in it, and the same in ../libexec/plumb. A file without a platform in its
  // name is of this machine's own platform.
  explicit ExecutorStore(const std::filesystem::path& program_folder);
  ExecutorStore(const ExecutorStore&) = delete;
  ExecutorStore& operator=(const ExecutorStore&) = delete;

  struct Executor {
    std::string platform;
    std::filesystem::path path;
    std::string bytes;
    std::string digest;  // 64 hex digits, SHA-256 of the bytes
  };

  // kNoExecutor where there is none, naming what there is. The reference lives as long as the store.
  Result<const Executor*> find(const std::string& platform) const;
  // The same bytes packed by gzip, from PATH.gz; nothing where there is no such file.
  static std::optional<std::string> packed(const Executor& executor);
  // Of this machine; for the local transport. Does not read the file.
  Result<std::filesystem::path> local_path() const;
  // The digests of all platforms, this machine's own first: a host is asked for any of them, since its platform is
  // not known before. kNoExecutor where there is none at all.
  Result<std::vector<std::string>> digests() const;

  static std::string local_platform();
  // "Linux", "x86_64" -> "linux-x86_64"
  static std::string platform_of(const std::string& uname_system, const std::string& uname_machine);

 private:
  Result<const Executor*> load(const std::string& platform, const std::filesystem::path& path) const;

  std::map<std::string, std::filesystem::path> paths_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, std::unique_ptr<Executor>> loaded_;  // guarded by mutex_
};

}  // namespace plumb::host
