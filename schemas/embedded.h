// The schemas that are built into the program, as text. See CMakeLists.txt.
#pragma once

#include <span>
#include <string_view>

namespace plumb::schemas {

struct Embedded {
  std::string_view name;  // "project", "resources/file"
  std::string_view text;
};

// Sorted by file name.
std::span<const Embedded> files();

}  // namespace plumb::schemas
