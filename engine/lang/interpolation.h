// Interpolation: a text of the configuration with `${…}` in it.
//
// `$${` stands for a literal `${`. A text that is exactly one `${…}` keeps the expression's type; any other becomes
// a string. What lies between the braces is read as CEL, so braces, quotes and comments in it need no escapes.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/lang/cel/program.h"

namespace plumb::lang {

// Whether a text holds a `${`, escaped or not: one without needs no parse.
inline bool may_interpolate(std::string_view text) {
  return text.find("${") != std::string_view::npos;
}

// Where the expression that starts at `begin` (behind `${` or `%{ if`) ends: the offset of its closing brace. Only
// tokens are read. A fault where there is none.
cel::Outcome<std::size_t> find_closing_brace(std::string_view text, std::size_t begin);

class Interpolation {
 public:
  // `wanted` is what the value is for. Offsets in faults count in `text`.
  static cel::Outcome<Interpolation> parse(std::string_view text, const cel::Environment& environment,
                                           const std::optional<cel::Type>& wanted = std::nullopt);

  // No expression in it: literal() is the text, with `$${` undone.
  bool is_literal() const { return parts_.empty() || (parts_.size() == 1 && !parts_[0].program); }
  const std::string& literal() const;
  // string, or the expression's own type where the text is one expression.
  const cel::Type& type() const { return type_; }
  // Of all expressions in it; sorted, each once.
  const std::vector<cel::Reference>& references() const { return references_; }
  bool calls_host() const;

  cel::Outcome<cel::Value> evaluate(const cel::Activation& activation, cel::Budget& budget) const;
  cel::Outcome<cel::Value> evaluate(const cel::Activation& activation) const;

 private:
  struct Part {
    std::string text;  // where there is no program
    std::optional<cel::Program> program;
    std::size_t begin = 0;  // of the expression in the whole text
    std::size_t end = 0;
  };

  cel::Type type_{cel::Type::Kind::kString};
  bool keeps_type_ = false;
  std::vector<Part> parts_;
  std::vector<cel::Reference> references_;
};

}  // namespace plumb::lang
