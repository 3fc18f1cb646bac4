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
// As a condition: Jinja takes much for true, CEL only true.
Cel condition(const Expr& expr, Names& names);
Cel condition_text(std::string_view text, Names& names);
// As text, as Jinja prints it: `True` of a bool.
std::string printed(const Cel& value);
// As text for an expression that needs text.
std::string text_of(const Cel& value);
Cel negation_of(const Cel& value);
Cel both_of(const Cel& a, const Cel& b);
// `condition ? a : b`, whatever types they have.
Cel choice_of(const Cel& condition, const Cel& a, const Cel& b);

// A text of Ansible's as a text with `${…}`. Where it is one expression and no more, `whole` is that.
struct Text {
  std::string text;
  bool whole = false;
  Cel value;  // of a whole one
};
Text translate_text(std::string_view text, Names& names);
// The same as one expression of CEL.
Cel text_expression(std::string_view text, Names& names);
// What a literal of CEL says as text; nothing where the value is no literal.
std::optional<std::string> literal_text(const Cel& value);
// Literal text between expressions: `${` stays what it is.
std::string escaped(std::string_view literal);

// The value where it does not hang on the host; nothing where it does.
std::optional<lang::Node> constant_of(const Expr& expr, const Names& names);
std::optional<std::string> constant_text(std::string_view text, const Names& names);

// Filters and tests; value and arguments are not translated yet.
Cel filter(const Expr& expr, Names& names);
Cel test(const Expr& expr, Names& names);

}  // namespace plumb::imports
