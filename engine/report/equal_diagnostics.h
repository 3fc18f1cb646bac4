// What several hosts say alike, told once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/diagnostic.h"

namespace plumb::report {

// The text with `<host>` in the places of a host's own name, where it stands as a word.
std::string without_host(std::string_view text, std::string_view host);

// Diagnostics of several hosts that say the same, their own names and the order of further lines aside, are one whose
// `host` lists them. Each stands where the first of its kind did.
std::vector<Diagnostic> equal_ones_once(const std::vector<Diagnostic>& diagnostics);

}  // namespace plumb::report
