// What filters become, by what they work on. `value` is what stands before the filter, translated; `given` are its
// arguments. Those that give an optional give nothing for a filter that is not theirs, and all throw Untranslatable.
#pragma once

#include <optional>
#include <string>

#include "engine/import/expression.h"
#include "engine/import/filter_arguments.h"

namespace plumb::imports::filters {

// Throws where `expr`, the filter of that name, is given an argument that is not known here: it would be lost.
void refuse_what_is_lost(const Expr& expr, const std::string& filter);

std::optional<Cel> of_list(const Expr& expr, const Cel& value, const Arguments& given, Names& names);
std::optional<Cel> of_map(const Expr& expr, const Cel& value, const Arguments& given);
std::optional<Cel> of_text(const Expr& expr, const Cel& value, const Arguments& given);
std::optional<Cel> of_address(const Expr& expr, const Cel& value, const Arguments& given);
// Those that are one function of the value.
std::optional<Cel> simple(const std::string& name, const Cel& value);

// `map`.
Cel mapped(const Expr& expr, const Cel& value, const Arguments& given, Names& names);
// The field of `x`, an item of a list, at a path with dots.
Cel field_of_x(const std::string& path);
// `urlsplit('hostname')` and its like.
Cel part_of_url(const Cel& value, const Arguments& given);

}  // namespace plumb::imports::filters
