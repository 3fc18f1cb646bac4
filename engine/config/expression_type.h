// An expression in the place of a value, of which only the type is known.
#pragma once

#include <string>

#include "engine/base/diagnostic.h"
#include "engine/config/rules.h"
#include "engine/lang/cel/type.h"

namespace plumb::config {

// Whether a value of the type may be one of the schema; where not, tells so: kExpressionType, kMayBeNull. `name` is
// what messages call the value.
bool check_expression_type(const cel::Type& type, const Rule& schema, Rules& rules, const std::string& name,
                           const SourceSpan& span, Diagnostics& diagnostics);

}  // namespace plumb::config
