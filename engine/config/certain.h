// What is certain of a project of which a part cannot be read.
#pragma once

#include <map>
#include <string>

#include "engine/base/diagnostic.h"

namespace plumb::config {

// Without what may follow from the lines that could not be read: names that may stand there, types that they may
// have, and all that stands behind them in their files. `broken_files` as in Project.
Diagnostics certain_of(const Diagnostics& found, const std::map<std::string, int>& broken_files);

}  // namespace plumb::config
