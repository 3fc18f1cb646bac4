// Many host names in few words.
#pragma once

#include <string>
#include <vector>

namespace plumb::report {

// "web[01:03], db1": runs of names that differ in one number become ranges; past `width` characters the rest is
// counted: "cache7, web01, … (50 hosts)".
std::string host_list(std::vector<std::string> names, std::size_t width = 70);

}  // namespace plumb::report
