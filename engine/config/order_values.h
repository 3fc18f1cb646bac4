// The order in which the values and modules of a module can be worked out.
#pragma once

#include <vector>

#include "engine/config/check.h"
#include "engine/config/module.h"

namespace plumb::config {

// Steps of which none needs its own or a later one. Values and modules that need each other are reported and left out,
// and so is what needs them. Of `module`, what was written counts, and the texts that type_call_texts() typed.
std::vector<Module::Step> order_values(const Module& module, const cel::Environment& environment,
                                       const CheckContext& context);

}  // namespace plumb::config
