// The order in which the values and modules of a module can be worked out.
#pragma once

#include <vector>

#include "engine/config/check.h"
#include "engine/config/module.h"

namespace plumb::config {

// Steps of which none needs its own or a later one. Values and modules that need each other are reported, marked
// broken and left out.
std::vector<Module::Step> order_values(Module& module, const cel::Environment& environment,
                                       const CheckContext& context);

}  // namespace plumb::config
