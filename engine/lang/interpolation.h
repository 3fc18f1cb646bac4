// Interpolation: a text of the configuration with `${…}` in it.
//
// `$${` stands for a literal `${`. A text that is exactly one `${…}` keeps the expression's type; any other becomes
// a string. What lies between the braces is read as CEL, so braces, quotes and comments in it need no escapes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/lang/cel/program.h"
#include "engine/lang/text_expression.h"

namespace plumb::lang {

// Whether a text holds a `${`, escaped or not: one without needs no parse.
inline bool may_interpolate(std::string_view text) {
  return text.find("${") != std::string_view::npos;
}

class Interpolation {
 public:
  // `text` is UTF-8. `wanted` is what the value is for, `proved` what a `when` has made sure of. Offsets in faults
  // count in `text`.
  static cel::Outcome<Interpolation> parse(std::string_view text, const cel::Environment& environment,
                                           const std::optional<cel::Type>& wanted = std::nullopt,
                                           const std::vector<cel::Guard>& proved = {});

  // No expression in it: literal() is the text, with `$${` undone.
  bool is_literal() const { return parts_.empty() || (parts_.size() == 1 && parts_[0].index() == 0); }
  std::string literal() const;
  // string, or the expression's own type where the text is one expression.
  const cel::Type& type() const { return type_; }
  // Of all expressions in it; sorted, each once.
  const std::vector<cel::Reference>& references() const { return references_; }
  bool calls_host() const;

  cel::Outcome<cel::Value> evaluate(const cel::Activation& activation, cel::Budget& budget) const;
  cel::Outcome<cel::Value> evaluate(const cel::Activation& activation) const;

 private:
  using Part = std::variant<std::string, Expression>;

  cel::Type type_{cel::Type::Kind::kString};
  bool keeps_type_ = false;
  std::vector<Part> parts_;
  std::vector<cel::Reference> references_;
};

}  // namespace plumb::lang
