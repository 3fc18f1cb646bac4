#include "engine/lang/interpolation.h"

#include <algorithm>

#include "engine/lang/cel/convert.h"
#include "engine/lang/cel/lexer.h"

namespace plumb::lang {
namespace {

cel::Fault moved(cel::Fault fault, std::size_t by) {
  fault.begin += by;
  fault.end += by;
  return fault;
}

cel::Fault fault_of(const cel::Value& problem, std::size_t begin, std::size_t end) {
  const cel::Value::ErrorInfo& info = problem.as_error();
  return {info.code, begin, end, info.message, {}, info.hint};
}

}  // namespace

cel::Outcome<std::size_t> find_closing_brace(std::string_view text, std::size_t begin) {
  cel::Lexer lexer(text, begin);
  int depth = 0;
  std::size_t behind = begin;
  while (true) {
    // A template's trim mark is no token of CEL.
    while (behind < text.size() && (text[behind] == ' ' || text[behind] == '\t' || text[behind] == '\n')) ++behind;
    if (depth == 0 && text.substr(behind, 2) == "~}") return behind + 1;
    cel::Outcome<cel::Token> token = lexer.next();
    if (!token) return tl::make_unexpected(std::move(token.error()));
    if (token->kind == cel::TokenKind::kEnd) {
      const std::size_t open = begin >= 2 ? begin - 2 : 0;
      return tl::make_unexpected(cel::Fault{Code::kUnclosedExpression, open, begin, "`${` without its closing brace",
                                            "opened here", "close it with `}`, or write $${ for a literal ${"});
    }
    if (token->is("{")) ++depth;
    if (token->is("}") && depth-- == 0) return token->begin;
    behind = token->end;
  }
}

cel::Outcome<Interpolation> Interpolation::parse(std::string_view text, const cel::Environment& environment,
                                                 const std::optional<cel::Type>& wanted) {
  Interpolation result;
  std::string literal;
  const auto take_literal = [&] {
    if (!literal.empty()) result.parts_.push_back({std::move(literal), std::nullopt, 0, 0});
    literal.clear();
  };
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at, 3) == "$${") {
      literal += "${";
      at += 3;
    } else if (text.substr(at, 2) != "${") {
      literal += text[at++];
    } else {
      const auto end = find_closing_brace(text, at + 2);
      if (!end) return tl::make_unexpected(end.error());
      const bool alone = at == 0 && *end + 1 == text.size();
      cel::CompileOptions options;
      if (alone) options.wanted = wanted;
      auto program = cel::compile(text.substr(at + 2, *end - at - 2), environment, options);
      if (!program) return tl::make_unexpected(moved(std::move(program.error()), at + 2));
      take_literal();
      const auto& references = program->references();
      result.references_.insert(result.references_.end(), references.begin(), references.end());
      result.keeps_type_ = alone;
      if (alone) result.type_ = program->type();
      result.parts_.push_back({"", std::move(*program), at + 2, *end});
      at = *end + 1;
    }
  }
  take_literal();
  std::sort(result.references_.begin(), result.references_.end());
  result.references_.erase(std::unique(result.references_.begin(), result.references_.end()), result.references_.end());
  return result;
}

const std::string& Interpolation::literal() const {
  static const std::string empty;
  return parts_.empty() ? empty : parts_[0].text;
}

bool Interpolation::calls_host() const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [](const Part& part) { return part.program && part.program->calls_host(); });
}

cel::Outcome<cel::Value> Interpolation::evaluate(const cel::Activation& activation, cel::Budget& budget) const {
  std::string out;
  for (const Part& part : parts_) {
    if (!part.program) {
      out += part.text;
      continue;
    }
    auto value = part.program->evaluate(activation, budget);
    if (!value) return tl::make_unexpected(moved(std::move(value.error()), part.begin));
    if (keeps_type_) return value;
    if (const cel::Value problem = cel::append_text(out, *value); problem.is_error())
      return tl::make_unexpected(fault_of(problem, part.begin, part.end));
  }
  if (!budget.allocate(out.size())) return tl::make_unexpected(fault_of(cel::cost_exceeded(), 0, 0));
  return cel::Value::string(out);
}

cel::Outcome<cel::Value> Interpolation::evaluate(const cel::Activation& activation) const {
  cel::Budget budget;
  return evaluate(activation, budget);
}

}  // namespace plumb::lang
