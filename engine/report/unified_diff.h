// The differences of two texts as `diff -u` prints them and `patch` takes them.
#pragma once

#include <string>
#include <string_view>

namespace plumb::report {

// Empty where the texts are equal. Texts are without NUL.
std::string unified_diff(const std::string& name, std::string_view before, std::string_view after);

}  // namespace plumb::report
