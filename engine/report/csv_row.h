// Lines of a table as RFC 4180 has them.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace plumb::report {

// With its line end. A cell that a spreadsheet would take for a formula is text in it all the same: names come from
// hosts, too.
std::string csv_row(std::initializer_list<std::string_view> cells);

}  // namespace plumb::report
