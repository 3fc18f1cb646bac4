// A file that is built into the program: plumb_embed() of cmake/PlumbTargets.cmake makes lists of them.
#pragma once

#include <string_view>

namespace plumb {

struct EmbeddedFile {
  std::string_view name;  // in its folder, or without folder and ending: the header of its list says which
  std::string_view text;
};

}  // namespace plumb
