// Expressions that stand inside other text: what interpolation and templates share.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/lang/cel/program.h"

namespace plumb::lang {

// A program that was cut out of a longer text, and where.
struct Expression {
  cel::Program program;
  std::size_t begin = 0;
  std::size_t end = 0;

  // Offsets in faults count in the longer text.
  cel::Outcome<cel::Value> evaluate(const cel::Activation& activation, cel::Budget& budget) const;
  // Appends its text form; see cel/convert.h.
  cel::Outcome<bool> append(std::string& out, const cel::Activation& activation, cel::Budget& budget) const;
};

// Where the expression ends whose opening `${` or `%{` stands at `opening`: the offset of its closing brace. Only
// tokens are read, so that braces in strings, maps and comments count for nothing. A fault where there is none.
cel::Outcome<std::size_t> find_closing_brace(std::string_view text, std::size_t opening, std::size_t begin);

// Compiles text[begin, end).
cel::Outcome<Expression> compile_part(std::string_view text, std::size_t begin, std::size_t end,
                                      const cel::Environment& environment, const cel::CompileOptions& options);
// The same, for one whose value goes into text: the type must have a text form.
cel::Outcome<Expression> compile_text_part(std::string_view text, std::size_t begin, std::size_t end,
                                           const cel::Environment& environment, const cel::CompileOptions& options);

// Sorts and removes repeats.
void tidy(std::vector<cel::Reference>& references);

}  // namespace plumb::lang
