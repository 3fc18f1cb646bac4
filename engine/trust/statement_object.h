// What all that people sign has in common (internal to this folder): canonical JSON that says of which type it is.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/json.h"

namespace plumb::trust {

inline constexpr std::string_view kStatementForm = "statement/v1";

// Of a type, of at most so many bytes; `what` says for people what that is: "an approval". Errors carry `code`.
Result<Json> read_statement_object(std::string_view bytes, std::string_view type, const std::string& what,
                                   std::size_t most, Code code);

}  // namespace plumb::trust
