// Home folders.
#pragma once

#include <string>

#include "engine/exec/interpreter/account_files.h"
#include "engine/exec/local_system.h"

namespace plumb::exec {

struct Home {
  std::string user;
  std::string path;
  uid_t uid = 0;
  gid_t gid = 0;
};

// Makes the folder with what /etc/skel holds, all of it the user's. Links of the skeleton are made as links and nothing
// behind them is touched. A folder that is there already is left as it is.
Result<> make_home(const RootFiles& files, const LoginDefinitions& definitions, const Home& home);

// Removes the folder and the mail spool. Refused where it is not the user's own.
Result<> remove_home(const RootFiles& files, const Home& home);

}  // namespace plumb::exec
