// From expressions of Jinja to those of CEL.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/import/jinja.h"
#include "engine/import/names.h"

namespace plumb::imports {

// Each throws Untranslatable.
Cel translate(const Expr& expr, Names& names);
// A field of a value, by a name that need not be a word.
Cel member(const Cel& object, const std::string& name);
// As a condition: Jinja takes much for true, CEL only true.
Cel condition(const Expr& expr, Names& names);
Cel condition_text(std::string_view text, Names& names);

// The value where it does not hang on the host; nothing where it does.
std::optional<lang::Node> constant_of(const Expr& expr, const Names& names);
std::optional<std::string> constant_text(std::string_view text, const Names& names);

// Filters and tests; value and arguments are not translated yet.
Cel filter(const Expr& expr, Names& names);
Cel test(const Expr& expr, Names& names);

}  // namespace plumb::imports
