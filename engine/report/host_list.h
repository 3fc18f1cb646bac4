// Many host names in few words.
#pragma once

#include <string>
#include <vector>

namespace plumb::report {

// "web[01:03], db1": runs of names that differ in one number become ranges; past `width` characters the rest is
// counted: "web01, cache7, … (50 hosts)".
std::string host_list(const std::vector<std::string>& sorted_names, std::size_t width = 70);

}  // namespace plumb::report
