// The reference: pages made from the schemas and the list of codes, so that they cannot say something else.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "engine/base/result.h"

namespace plumb::docs {

// Page path below docs/reference -> its text. `root` is the top of the source tree.
Result<std::map<std::string, std::string>> make_pages(const std::filesystem::path& root);

}  // namespace plumb::docs
