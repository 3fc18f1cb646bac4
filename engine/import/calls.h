// Calls in expressions of Jinja: functions, lookups, and the methods of Python's values.
#pragma once

#include "engine/import/names.h"

namespace plumb::imports {

// Throws Untranslatable.
Cel call(const Expr& expr, Names& names);

}  // namespace plumb::imports
