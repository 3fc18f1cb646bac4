// Rows of text with their columns below each other.
#pragma once

#include <string>
#include <vector>

namespace plumb::cmd {

// The rows are equally long; the first one holds the headings.
std::string table_text(const std::vector<std::vector<std::string>>& rows);

}  // namespace plumb::cmd
