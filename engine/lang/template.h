// Template: a text file with `${expr}` and directives, as in Terraform's string templates, the expressions being CEL.
//
//   %{ if e } … %{ else if e } … %{ else } … %{ endif }
//   %{ for x in e } … %{ endfor }        x: elements of a list, keys of a map in order
//   %{ for k, v in e } … %{ endfor }     k: index or key
//
// `~` inside a brace (`%{~ if e ~}`, `${~ e ~}`) removes white space, with at most one line break, on its side.
// `$${` and `%%{` are literal `${` and `%{`.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/lang/cel/program.h"

namespace plumb::lang {

inline constexpr std::size_t kMaxTemplateBytes = std::size_t{1} << 20;
inline constexpr int kMaxTemplateDepth = 64;  // of directives

class Template {
 public:
  // Offsets in faults, here and in render(), count in `text`.
  static cel::Outcome<Template> parse(std::string_view text, const cel::Environment& environment);

  // Sorted, each once; names that a `for` makes are none.
  const std::vector<cel::Reference>& references() const;
  bool calls_host() const;

  cel::Outcome<std::string> render(const cel::Activation& activation, cel::Budget& budget) const;
  cel::Outcome<std::string> render(const cel::Activation& activation) const;

 private:
  struct Code;
  std::shared_ptr<const Code> code_;
};

}  // namespace plumb::lang
