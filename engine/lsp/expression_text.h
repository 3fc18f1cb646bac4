// The expressions in texts of a project, as they are written: where they stand, their tokens and the names in them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "engine/lang/cel/fault.h"
#include "engine/lang/cel/lexer.h"
#include "engine/lang/yaml.h"
#include "engine/lsp/spot.h"
#include "engine/lsp/text.h"

namespace plumb::lsp {

// [begin, end) of a text, without braces.
struct ExpressionPlace {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool directive = false;  // `%{ … }` of a template
};

enum class Writing { kText, kBare, kTemplate };

// Every `${…}` of a text, and in a template every `%{…}`; one that nothing closes goes to the end of the text. A bare
// one is an expression as a whole.
std::vector<ExpressionPlace> expressions_in(std::string_view text, Writing writing);

// How the value at the end of these steps is written: `when` and `condition` are bare expressions.
Writing writing_of(const std::vector<Step>& steps);

// As far as they can be read. Places count in `text`.
std::vector<cel::Token> tokens_in(std::string_view text, const ExpressionPlace& place);

struct NamePart {
  std::string name;
  std::size_t begin = 0;
  std::size_t end = 0;
};

// `inputs.site.port`, or the `first` in `x().first`: names with dots between them.
struct NameChain {
  std::vector<NamePart> parts;
  bool called = false;    // a `(` follows
  bool of_value = false;  // a dot stands before it: what it is a field or function of is no name
};

std::vector<NameChain> chains_in(const std::vector<cel::Token>& tokens);

// Where a scalar's text stands in the file. `text` is that of the whole file.
cel::Origin origin_in(const Text& text, const lang::Node& scalar);

}  // namespace plumb::lsp
