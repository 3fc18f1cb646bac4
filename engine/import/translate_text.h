// Texts of Ansible's, with `{{ … }}` in them.
#pragma once

#include <string>
#include <string_view>

#include "engine/import/names.h"

namespace plumb::imports {

// A text of Ansible's as a text with `${…}`. Where it is one expression and no more, `whole` is that.
struct Text {
  std::string text;
  bool whole = false;
  Cel value;  // of a whole one
};
// Throws Untranslatable.
Text translate_text(std::string_view text, Names& names);
// A word of a command: a whole number is its digits.
std::string word_text(std::string_view text, Names& names);
// A text as one expression of CEL.
Cel text_expression(std::string_view text, Names& names);
// Literal text between expressions: `${` stays what it is.
std::string escaped(std::string_view literal);

}  // namespace plumb::imports
