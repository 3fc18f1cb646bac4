// Checks `data` and `values_from` of a module: first of all its expressions, since all others may read them.
#pragma once

#include "engine/config/check.h"
#include "engine/config/module_names.h"

namespace plumb::config {

// `names` know the types of data afterwards, and found_values of the module are there.
void check_files(Module& module, ModuleNames& names, const CheckContext& context);

}  // namespace plumb::config
