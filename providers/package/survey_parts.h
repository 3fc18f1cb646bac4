// What surveys of all back ends have in common.
#pragma once

#include <memory>
#include <string_view>

#include "providers/sdk/packaged.h"

namespace plumb::providers::package {

// A path of a package that surveys ask about: those below /etc, and where units lie.
void add_packaged_path(std::string_view path, Packaged& packaged);
// Every word of a script that a package runs.
void add_script_words(std::string_view text, Packaged& packaged);

}  // namespace plumb::providers::package
