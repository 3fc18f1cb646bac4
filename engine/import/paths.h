// Paths as texts.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace plumb::imports {

inline std::string without_slash(std::string path) {
  while (path.size() > 1 && path.ends_with('/')) path.pop_back();
  return path;
}

// Without each of these that it then begins with, in their order.
inline std::string without_prefix(std::string src, std::initializer_list<std::string_view> leads) {
  for (const std::string_view lead : leads) {
    if (src.starts_with(lead)) src.erase(0, lead.size());
  }
  return src;
}

inline std::string last_name(const std::string& path) {
  return path.substr(path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1);
}

}  // namespace plumb::imports
