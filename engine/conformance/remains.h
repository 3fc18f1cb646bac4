// What is left on a host once all is taken back.
#pragma once

#include <string>

#include "engine/conformance/subject.h"

namespace plumb::conformance {

// Left by a write that did not end: its path; "" for none.
std::string left_over(const Tree& tree);

// How a host is not as it was, but for what stays in any case: a file that an entry made and that is empty now, copies
// that were asked for, and what comes along with changes of the kind. "" where it is.
std::string not_as_before(const Subject& subject, const Tree& before, const Tree& after);

}  // namespace plumb::conformance
