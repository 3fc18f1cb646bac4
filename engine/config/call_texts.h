// The texts that calls of modules give to inputs.
#pragma once

#include "engine/config/module.h"

namespace plumb::config {

// Types those that hold no expression into `with` of their calls: they need nothing but their inputs' schemas. What
// does not fit is left to be told in its turn.
void type_call_texts(Module& module);

}  // namespace plumb::config
