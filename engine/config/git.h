// How git is run: the same whoever calls plumb and from where, a hook of git among them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plumb::config {

// The arguments for Files::run(). What an enclosing git says of its repository does not count; nobody is asked for
// anything, and only transports that run no program of the URL's choosing are used. `environment` holds NAME=VALUE.
std::vector<std::string> git_command(const std::vector<std::string>& arguments,
                                     const std::vector<std::string>& environment = {});

// git's own word on what went wrong: the line that it calls fatal, or the last one.
std::string git_said(std::string_view errors);

}  // namespace plumb::config
