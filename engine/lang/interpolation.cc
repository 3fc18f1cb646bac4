#include "engine/lang/interpolation.h"

#include <algorithm>

namespace plumb::lang {

using cel::Fault;
using cel::Outcome;
using TypeKind = cel::Type::Kind;

namespace {

bool takes_text(const cel::Type& wanted) {
  if (wanted.is(TypeKind::kNullable)) return takes_text(wanted.parameter(0));
  return wanted.is(TypeKind::kString) || wanted.is(TypeKind::kDyn);
}

// The next `${`, and the literal text up to it with `$${` undone.
std::size_t take_literal(std::string_view text, std::size_t begin, std::string& literal) {
  while (true) {
    const std::size_t dollar = text.find("${", begin);
    literal += text.substr(begin, std::min(dollar, text.size()) - begin);
    if (dollar == std::string_view::npos) return text.size();
    const bool escaped = dollar > begin && text[dollar - 1] == '$';
    if (!escaped) return dollar;
    literal += '{';
    begin = dollar + 2;
  }
}

}  // namespace

Outcome<Interpolation> Interpolation::parse(std::string_view text, const cel::Environment& environment,
                                            const std::optional<cel::Type>& wanted,
                                            const std::vector<cel::Guard>& proved) {
  Interpolation result;
  cel::CompileOptions options;
  options.proved = proved;
  for (std::size_t position = 0; position < text.size();) {
    std::string literal;
    const std::size_t opening = take_literal(text, position, literal);
    if (!literal.empty()) result.parts_.emplace_back(std::move(literal));
    if (opening >= text.size()) break;
    const std::size_t begin = opening + 2;
    const Outcome<std::size_t> end = find_closing_brace(text, opening, begin);
    if (!end) return tl::make_unexpected(end.error());
    position = *end + 1;
    result.keeps_type_ = opening == 0 && position == text.size();
    if (result.keeps_type_) options.wanted = wanted;
    Outcome<Expression> expression = result.keeps_type_ ? compile_part(text, begin, *end, environment, options)
                                                        : compile_text_part(text, begin, *end, environment, options);
    if (!expression) return tl::make_unexpected(std::move(expression.error()));
    const auto& references = expression->program.references();
    result.references_.insert(result.references_.end(), references.begin(), references.end());
    if (result.keeps_type_) result.type_ = expression->program.type();
    result.parts_.emplace_back(std::move(*expression));
  }
  tidy(result.references_);
  if (wanted && !result.is_literal() && !result.keeps_type_ && !takes_text(*wanted)) {
    return tl::make_unexpected(
        Fault{Code::kExpressionType, 0, text.size(), "this text gives string, not " + wanted->str(),
              "a value of type " + wanted->str() + " was expected", "make it one expression: ${…}"});
  }
  return result;
}

std::string Interpolation::literal() const {
  return parts_.empty() ? "" : std::get<std::string>(parts_[0]);
}

bool Interpolation::calls_host() const {
  return std::any_of(parts_.begin(), parts_.end(), [](const Part& part) {
    const auto* expression = std::get_if<Expression>(&part);
    return expression && expression->program.calls_host();
  });
}

Outcome<cel::Value> Interpolation::evaluate(const cel::Activation& activation, cel::Budget& budget) const {
  if (keeps_type_) return std::get<Expression>(parts_[0]).evaluate(activation, budget);
  std::string text;
  for (const Part& part : parts_) {
    if (const auto* literal = std::get_if<std::string>(&part)) {
      text += *literal;
      continue;
    }
    const Outcome<bool> appended = std::get<Expression>(part).append(text, activation, budget);
    if (!appended) return tl::make_unexpected(appended.error());
  }
  return cel::Value::string(text);
}

Outcome<cel::Value> Interpolation::evaluate(const cel::Activation& activation) const {
  cel::Budget budget;
  return evaluate(activation, budget);
}

}  // namespace plumb::lang
