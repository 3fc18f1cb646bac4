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
  bool take = false;  // a folder that is there and is root's or nobody's is given to the user
};

// Makes the folder with what /etc/skel holds, all of it the user's: beside its place, so that it is there whole or not
// at all. Links of the skeleton are made as links and nothing behind them is touched. A folder that is there already
// stays as it is, and so does what is in one that the user is given.
Result<> make_home(LocalSystem& system, const LoginDefinitions& definitions, const Home& home);
// Whether make_home() has a place for it.
Result<> check_home(LocalSystem& system, const Home& home);

// Puts the folder at `from` in the place of the home, in one step, with all that is in it. Nothing at `from`: it was
// moved before. Refused where it is not the user's own, or something is in its place.
Result<> move_home(const RootFiles& files, const std::string& from, const Home& home);

// Removes the folder and the mail spool, also what a making that was cut off left. Refused where it is not the user's
// own.
Result<> remove_home(const RootFiles& files, const Home& home);
Result<> check_own_home(const RootFiles& files, const Home& home);
// What a making that was cut off left beside the place of the home.
Result<> remove_half_made(const RootFiles& files, const Home& home);

}  // namespace plumb::exec
