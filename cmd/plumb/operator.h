// Who started the program.
#pragma once

#include <string>

namespace plumb::cmd {

std::string user_name();
// "user@machine", for the history.
std::string operator_name();

}  // namespace plumb::cmd
