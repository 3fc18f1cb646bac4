// What a new provider from outside is begun with, as text in the program. See CMakeLists.txt.
#pragma once

#include <span>
#include <string_view>

namespace plumb::provider_sdk {

struct Embedded {
  std::string_view name;  // in this folder: "scaffold/sh/provider.sh"
  std::string_view text;
};

// Sorted by name.
std::span<const Embedded> files();

}  // namespace plumb::provider_sdk
