// Waiting for the disk.
#pragma once

#include <map>
#include <span>
#include <utility>

#include <sys/types.h>

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

namespace plumb::exec {

// Returns once everything that was written through these descriptors is on disk.
Result<> sync_together(std::span<const int> files);

// Folders whose entries changed and that must be synced before the change counts as done: each one once.
class FolderSync {
 public:
  void add(int folder);
  // Syncs and forgets all of them; tells the first failure.
  Result<> sync();

 private:
  std::map<std::pair<dev_t, ino_t>, UniqueFd> folders_;
};

}  // namespace plumb::exec
