// Template: a text file with `${expr}` and directives, as in Terraform's string templates, the expressions being CEL.
//
//   %{ if e } … %{ else if e } … %{ else } … %{ endif }
//   %{ for x in e } … %{ endfor }        x: elements of a list, keys of a map in order
//   %{ for k, v in e } … %{ endfor }     k: index or key
//
// `~` inside a brace removes white space: on the right (`~}`) up to and with the end of the line; on the left (`%{~`,
// `${~`) back to the start of the line, or, for what stands at the very start of its line, the line break before it.
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
  // `proved` is what a condition around the template has made sure of. Offsets in faults, here and in render(), count
  // in `text`. The first fault is the answer; `more` takes the others.
  static cel::Outcome<Template> parse(std::string_view text, const cel::Environment& environment,
                                      const std::vector<cel::Guard>& proved = {},
                                      std::vector<cel::Fault>* more = nullptr);

  // Sorted, each once; names that a `for` makes are none.
  const std::vector<cel::Reference>& references() const;
  bool calls_host() const;

  cel::Outcome<std::string> render(const cel::Activation& activation, cel::Budget& budget) const;
  cel::Outcome<std::string> render(const cel::Activation& activation) const;

  struct Tree;  // template_code.h

 private:
  std::shared_ptr<const Tree> code_;
};

}  // namespace plumb::lang
