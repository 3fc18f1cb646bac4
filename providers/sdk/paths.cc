#include "providers/sdk/paths.h"

#include <algorithm>

namespace plumb {

std::string parent_of(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string_view::npos ? "/" : std::string(path.substr(0, slash));
}

std::vector<std::string> ancestors_of(std::string_view path) {
  std::vector<std::string> result;
  for (std::string folder = parent_of(path); folder != "/"; folder = parent_of(folder)) result.push_back(folder);
  return result;
}

bool is_below(std::string_view path, std::string_view folder) {
  if (folder == "/") return path.size() > 1;
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

std::string plain_path(std::string_view folder, std::string_view path) {
  std::string plain;
  const auto add = [&plain](std::string_view rest) {
    while (!rest.empty()) {
      const std::string_view part = rest.substr(0, rest.find('/'));
      rest.remove_prefix(std::min(part.size() + 1, rest.size()));
      if (part == "..") {
        plain.resize(plain.empty() ? 0 : plain.rfind('/'));
      } else if (!part.empty() && part != ".") {
        plain.append("/").append(part);
      }
    }
  };
  if (!path.starts_with('/')) add(folder);
  add(path);
  return plain.empty() ? "/" : plain;
}

}  // namespace plumb
