// The known name that a misspelt one most likely meant.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace plumb {

// The candidate with the smallest edit distance (insert, delete, replace, swap of neighbours), ties to
// the first; empty when none is near enough to be a typing error.
std::string nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace plumb
