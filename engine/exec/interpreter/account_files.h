// The files of the shadow suite on a host: read, and replaced atomically with the owner, mode and labels of the old
// one.
#pragma once

#include <string>

#include "engine/exec/root_files.h"
#include "providers/sdk/account_rows.h"

namespace plumb::exec {

// A missing file is one that does not exist.
Result<AccountTable> read_table(const RootFiles& files, const std::string& path);
// Does nothing where nothing changed. A new file gets `mode` and `group`.
Result<> save_table(const RootFiles& files, const std::string& path, AccountTable& table, mode_t mode, gid_t group);

// /etc/.pwd.lock as lckpwdf(3) takes it, so that useradd, passwd and the like wait for us and we for them.
class AccountLock {
 public:
  // Waits up to 15 seconds, then names the process that holds it.
  static Result<AccountLock> take(const RootFiles& files);

 private:
  UniqueFd file_;
};

}  // namespace plumb::exec
