// What a change of permissions means for people: who may do something now, and who no longer may.
#pragma once

#include <string>
#include <string_view>

namespace plumb::report {

// Of octal modes, such as "0644" and "0600": "the group and others can no longer read". An empty `before` is something
// new, of which only what is unusual is told. "" where there is nothing to say, or either is no octal mode.
std::string mode_words(std::string_view before, std::string_view after);

}  // namespace plumb::report
