// Values whose types only the host tells, where the types that are known do not go together.
#pragma once

#include <string>
#include <string_view>

#include "engine/import/written.h"

namespace plumb::imports {

// Whether what was found wrong is about types alone: the expression may go all the same.
bool is_about_types(std::string_view why);
// An expression of CEL whose choices and fallbacks, and what `why` says has no fields, may be of any type.
std::string with_open_types(std::string_view expression, std::string_view why);
// The same in each `${…}` and `%{…}` of a text.
std::string text_with_open_types(std::string_view text, std::string_view why);
// The same in all that a value holds; `bare` of a condition, which stands without signs. False where nothing changed.
bool open_types(Written& value, bool bare, std::string_view why);

// The attribute of "`value` must be text (this is a whole number)"; empty where `why` says something else.
std::string text_that_is_a_number(std::string_view why);
// Prints what is one expression and no more. False where nothing of it is.
bool print_numbers(Written& value);

}  // namespace plumb::imports
