// Words that people know from other languages of expressions, and what they are here.
#pragma once

#include <string_view>

namespace plumb::cel {

// What to write for a name, "" for one that none of them has.
std::string_view instead_of_name(std::string_view name);
// The same for a function or a filter.
std::string_view instead_of_function(std::string_view name);

}  // namespace plumb::cel
