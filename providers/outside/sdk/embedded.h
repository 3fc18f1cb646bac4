// What a new provider from outside is begun with, as text in the program. See CMakeLists.txt.
#pragma once

#include <span>

#include "engine/base/embedded_file.h"

namespace plumb::provider_sdk {

// Sorted by name, which is a path in this folder: "scaffold/sh/provider.sh".
std::span<const EmbeddedFile> files();

}  // namespace plumb::provider_sdk
