#include "engine/lang/text_expression.h"

#include <algorithm>

#include "engine/lang/cel/convert.h"
#include "engine/lang/cel/lexer.h"

namespace plumb::lang {

using cel::Fault;
using cel::Outcome;
using TypeKind = cel::Type::Kind;

namespace {

Fault moved(Fault fault, std::size_t by) {
  fault.begin += by;
  fault.end += by;
  return fault;
}

Fault unclosed(std::string_view text, std::size_t opening) {
  const std::string sign(text.substr(opening, 2));
  return {Code::kUnclosedExpression,
          opening,
          opening + 2,
          "`" + sign + "` is not closed",
          "no closing } belongs to this",
          "close it with }, or write " + sign.substr(0, 1) + sign + " for a literal " + sign};
}

bool is_name_part(char c, bool first) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || (!first && c >= '0' && c <= '9');
}

// Whether what stands between `${` and `}` is what a shell makes of it: ${1}, ${#x}, ${x:-y}, ${x%.gz}, ${list[@]}.
bool is_shells(std::string_view inside) {
  constexpr std::string_view kSpecial = "@*#?!$-";
  if (inside.empty()) return false;
  if (inside.find_first_not_of("0123456789") == std::string_view::npos) return true;
  if (inside.size() == 1 && kSpecial.find(inside[0]) != std::string_view::npos) return true;
  const bool prefixed = inside[0] == '#' || inside[0] == '!';
  if (prefixed) inside.remove_prefix(1);
  std::size_t size = 0;
  while (size < inside.size() && is_name_part(inside[size], size == 0)) ++size;
  if (size == 0) return false;
  inside.remove_prefix(size);
  if (prefixed) return true;
  if (inside.starts_with("[@]") || inside.starts_with("[*]")) return true;
  const auto begins_with = [&](std::string_view characters) {
    return !inside.empty() && characters.find(inside[0]) != std::string_view::npos;
  };
  if (begins_with("#%/^,@-+=?")) return true;
  if (!begins_with(":")) return false;
  inside.remove_prefix(1);
  return begins_with("-=+?0123456789");
}

// A fault of what begins at `opening`, for who wrote it for a shell.
Fault or_shells(Fault fault, std::string_view text, std::size_t opening) {
  const std::size_t end = text.find_first_of("}\n", opening);
  if (text[opening] != '$' || end == std::string_view::npos || text[end] != '}') return fault;
  const std::string inside(text.substr(opening + 2, end - opening - 2));
  if (is_shells(inside)) {
    fault.hint = "to leave it to a shell, write $${" + inside + "}";
  } else if (fault.code == Code::kUnknownName && fault.hint.starts_with("known here") &&
             std::all_of(inside.begin(), inside.end(), [](char c) { return is_name_part(c, false); })) {
    fault.hint += "; for a shell's variable write $" + inside + " or $${" + inside + "}";
  }
  return fault;
}

// Why a type has no text form; nothing where it has one, or where only the value can tell.
std::optional<Fault> not_text(const cel::Type& type) {
  std::string hint;
  switch (type.kind()) {
    case TypeKind::kDyn:
    case TypeKind::kString:
    case TypeKind::kBool:
    case TypeKind::kInt:
    case TypeKind::kUint:
    case TypeKind::kDouble:
      return {};
    case TypeKind::kNullable:
      return Fault{Code::kMayBeNull,
                   0,
                   0,
                   "a value that may be null stands inside text",
                   type.str() + " may be null",
                   "say what stands there instead: x == null ? '' : x"};
    case TypeKind::kList:
      hint = type.parameter(0).is(TypeKind::kString) ? "write x.join(', ')" : "write json.encode(x)";
      break;
    case TypeKind::kMap:
    case TypeKind::kRecord:
      hint = "name one of its fields, or write json.encode(x)";
      break;
    case TypeKind::kOptional:
      hint = "say what stands there without a value: x.orValue('')";
      break;
    case TypeKind::kNull:
    case TypeKind::kType:
      break;
    default:
      hint = "write string(x)";
  }
  return Fault{Code::kNotText,
               0,
               0,
               (type.is(TypeKind::kRecord) ? "a map" : "a value of type " + type.str()) + " cannot stand inside text",
               "text, a number or a bool was expected",
               std::move(hint)};
}

}  // namespace

Outcome<cel::Value> Expression::evaluate(const cel::Activation& activation, cel::Budget& budget) const {
  Outcome<cel::Value> value = program.evaluate(activation, budget);
  if (!value) return tl::make_unexpected(moved(std::move(value.error()), begin));
  return value;
}

Outcome<bool> Expression::append(std::string& out, const cel::Activation& activation, cel::Budget& budget) const {
  Outcome<cel::Value> value = program.evaluate(activation, budget);
  if (!value) return tl::make_unexpected(moved(std::move(value.error()), begin));
  const std::size_t size = value->is_text() ? value->as_text().size() : 32;
  const cel::Value error = budget.allocate(size) ? cel::append_text(out, *value) : cel::cost_exceeded();
  if (!error.is_error()) return true;
  const auto& info = error.as_error();
  return tl::make_unexpected(Fault{info.code, begin, end, info.message, {}, info.hint});
}

Outcome<std::size_t> find_closing_brace(std::string_view text, std::size_t opening, std::size_t begin) {
  cel::Lexer lexer(text, begin);
  std::size_t depth = 0;
  while (true) {
    const Outcome<cel::Token> token = lexer.next();
    if (!token) {
      // What cannot be read on another line is most likely text behind a forgotten brace.
      const bool same_line = token.error().begin <= text.find('\n', opening);
      return tl::make_unexpected(same_line ? or_shells(token.error(), text, opening) : unclosed(text, opening));
    }
    if (token->kind == cel::TokenKind::kEnd) return tl::make_unexpected(unclosed(text, opening));
    if (token->is("{")) ++depth;
    if (!token->is("}")) continue;
    if (depth == 0) return token->begin;
    --depth;
  }
}

Outcome<Expression> compile_part(std::string_view text, std::size_t begin, std::size_t end,
                                 const cel::Environment& environment, const cel::CompileOptions& options) {
  Outcome<cel::Program> program = cel::compile(text.substr(begin, end - begin), environment, options);
  if (!program) return tl::make_unexpected(moved(std::move(program.error()), begin));
  return Expression{std::move(*program), begin, end};
}

Outcome<Expression> compile_text_part(std::string_view text, std::size_t begin, std::size_t end,
                                      const cel::Environment& environment, const cel::CompileOptions& options) {
  const std::string_view whole = text.substr(begin, end - begin);
  const bool alone = whole.find_first_not_of("0123456789") == std::string_view::npos;
  if (alone && !whole.empty()) {
    return tl::make_unexpected(or_shells(Fault{Code::kExpressionSyntax,
                                               begin - 2,
                                               end + 1,
                                               "`${" + std::string(whole) + "}` is a number, and no argument or group",
                                               {},
                                               {}},
                                         text, begin - 2));
  }
  Outcome<Expression> expression = compile_part(text, begin, end, environment, options);
  if (!expression) return tl::make_unexpected(or_shells(std::move(expression.error()), text, begin - 2));
  if (auto fault = not_text(expression->program.type())) {
    const std::string_view source = text.substr(begin, end - begin);
    const std::size_t first = std::min(source.find_first_not_of(" \t\r\n"), source.size());
    const std::size_t last = source.find_last_not_of(" \t\r\n") + 1;
    fault->begin = begin + first;
    fault->end = begin + std::max(first, last);
    return tl::make_unexpected(std::move(*fault));
  }
  return expression;
}

void tidy(std::vector<cel::Reference>& references) {
  std::sort(references.begin(), references.end());
  references.erase(std::unique(references.begin(), references.end()), references.end());
}

}  // namespace plumb::lang
