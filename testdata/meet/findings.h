// What is said where a case is refused, and whether it is said as it has to be.
#pragma once

#include <set>
#include <string>

#include "engine/base/diagnostic.h"

namespace plumb::meet {

// " PL1304 PL2001", the codes of errors.
std::string codes_of(const Diagnostics& found);
// Whether an error that could point to a place does not.
bool lacks_a_place(const Diagnostics& found);
// Of plumb.yaml, that errors point to.
std::set<int> lines_of(const Diagnostics& found);
bool is_internal(const Diagnostics& found);

}  // namespace plumb::meet
