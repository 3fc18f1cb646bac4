// What is left on a host once all is taken back.
#pragma once

#include <string>
#include <string_view>

#include "engine/conformance/subject.h"

namespace plumb::conformance {

// Whether a file lies there that a write left which did not end.
bool is_left_over(std::string_view path);
// Such a path of the tree; "" for none.
std::string left_over(const Tree& tree);

// How a host is not as it was, but for what stays in any case: a file that an entry made and that is empty now, copies
// that were asked for, and what comes along with changes of the kind. "" where it is.
std::string not_as_before(const Subject& subject, const Tree& before, const Tree& after);

}  // namespace plumb::conformance
