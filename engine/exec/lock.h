// The host lock: one apply at a time. A lock of a holder that is gone is free by itself, since the kernel takes it
// back.
#pragma once

#include <string>

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/exec/root_files.h"

namespace plumb::exec {

class HostLock {
 public:
  // kHostLocked names the run that holds it, who started that, and since when.
  static Result<HostLock> take(const RootFiles& files, const std::string& project, const std::string& run);
  // For a moment, to read what runs left: while it lives none begins. kHostLocked as above where one is at work.
  static Result<HostLock> look_on(const RootFiles& files);

 private:
  UniqueFd file_;
};

}  // namespace plumb::exec
