// What of a change of a text its paths do not tell: remarks, layout, the order of lines.
#pragma once

#include <cstddef>
#include <string_view>

#include "engine/report/path_changes.h"

namespace plumb::report {

// Lines that differ in more than the values, names and items of `changes`; those that an item or a name needs around it
// (a brace, a comma, an empty line) go with it. `is_json`: a comma at the end of a line says nothing.
std::size_t form_lines(std::string_view before, std::string_view after, const PathChanges& changes, bool is_json);

}  // namespace plumb::report
