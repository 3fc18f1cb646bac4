// What does not pass the project's own check becomes a comment, until all that is left passes.
#pragma once

#include <functional>

#include "engine/import/hosts.h"
#include "engine/import/import.h"
#include "engine/import/units.h"

namespace plumb::imports {

// Writes `result.files`; what becomes a comment is told in the report. Without a check all stays as it is.
void settle(Units& units, const Hosts& inventory, const std::function<Diagnostics(const Folder&)>& check,
            Imported& result);

}  // namespace plumb::imports
