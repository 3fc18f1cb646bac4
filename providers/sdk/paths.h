// Paths as texts; nothing is asked of a host.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plumb {

// "/etc/nginx/x" and "/etc/nginx/x/" -> "/etc/nginx"; "/x" and "/" -> "/".
std::string parent_of(std::string_view path);
// Every folder above a path but "/", the nearest first.
std::vector<std::string> ancestors_of(std::string_view path);
// True where `path` lies below `folder`; no path lies below itself.
bool is_below(std::string_view path, std::string_view folder);

// Where a path leads that is relative to `folder`, which is absolute: without `.`, `..`, and slashes that say nothing.
std::string plain_path(std::string_view folder, std::string_view path);

}  // namespace plumb
