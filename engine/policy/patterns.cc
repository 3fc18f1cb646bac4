#include "engine/policy/patterns.h"

#include <string>
#include <vector>

#include "engine/lang/cel/environment.h"
#include "engine/lang/cel/lexer.h"
#include "engine/lang/cel/program.h"

namespace plumb::policy {
namespace {

// The place of the pattern among the arguments of a call; -1 where it takes none. `before` is what stands before the
// name.
int place_of_pattern(std::string_view before, std::string_view name) {
  if (name == "matches") return before == "." ? 0 : 1;
  const bool is_extension = name == "extract" || name == "extractAll" || name == "replace";
  return is_extension && before == "regex." ? 1 : -1;
}

std::optional<cel::Fault> fault_of_pattern(const cel::Token& literal) {
  const cel::Environment nothing;
  const auto program = cel::compile("''.matches(" + std::string(literal.source) + ")", nothing);
  if (!program) return std::nullopt;
  const cel::Outcome<cel::Value> tried = program->evaluate(cel::Activation{});
  if (tried) return std::nullopt;
  cel::Fault fault = tried.error();
  fault.begin = literal.begin;
  fault.end = literal.end;
  return fault;
}

// Parentheses and brackets that are open.
struct Open {
  int pattern = -1;  // the place of the pattern
  int argument = 0;  // at hand
};

}  // namespace

std::optional<cel::Fault> broken_pattern(std::string_view expression) {
  std::vector<cel::Token> tokens;
  for (cel::Lexer lexer(expression);;) {
    cel::Outcome<cel::Token> token = lexer.next();
    if (!token) return std::nullopt;
    tokens.push_back(std::move(*token));
    if (tokens.back().kind == cel::TokenKind::kEnd) break;
  }
  std::vector<Open> open;
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    const cel::Token& token = tokens[i];
    if (token.is("(") || token.is("[") || token.is("{")) {
      Open one;
      if (token.is("(") && i > 0 && tokens[i - 1].kind == cel::TokenKind::kName) {
        std::string before = i > 1 && tokens[i - 2].is(".") ? "." : "";
        if (!before.empty() && i > 2 && tokens[i - 3].source == "regex") before = "regex.";
        one.pattern = place_of_pattern(before, tokens[i - 1].source);
      }
      open.push_back(one);
    } else if (token.is(")") || token.is("]") || token.is("}")) {
      if (!open.empty()) open.pop_back();
    } else if (token.is(",") && !open.empty()) {
      ++open.back().argument;
    } else if (token.kind == cel::TokenKind::kString && !open.empty() && open.back().argument == open.back().pattern &&
               (tokens[i - 1].is("(") || tokens[i - 1].is(",")) && (tokens[i + 1].is(")") || tokens[i + 1].is(","))) {
      if (auto fault = fault_of_pattern(token)) return fault;
    }
  }
  return std::nullopt;
}

}  // namespace plumb::policy
