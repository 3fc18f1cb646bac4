// Template: a text file with `${expr}` and directives, as in Terraform's string templates, the expressions being CEL.
//
//   %{ if e } … %{ else if e } … %{ else } … %{ endif }
//   %{ for x in e } … %{ endfor }        x: elements of a list, keys of a map in order
//   %{ for k, v in e } … %{ endfor }     k: index or key
//   %{ let x = e }                       x: up to the end of the directive around it, or of the text
//   %{ include "FILE" with x = e }       the part in its place, with these names and those of the whole template
//   %{# … #}                             a comment
//
// `~` inside a brace removes white space: on the right (`~}`) up to and with the end of the line; on the left (`%{~`,
// `${~`) back to the start of the line, or, for what stands at the very start of its line, the line break before it.
// `$${` and `%%{` are literal `${` and `%{`.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/lang/cel/program.h"

namespace plumb::lang {

inline constexpr std::size_t kMaxTemplateBytes = std::size_t{1} << 20;
inline constexpr int kMaxTemplateDepth = 64;  // of directives

// What a template is made of: its own text and those of the parts that it includes, one behind the other.
struct TemplateTexts {
  std::string_view text;                        // all of them
  std::vector<std::size_t> ends;                // of each
  std::map<std::size_t, std::size_t> includes;  // by the place of the directive: which of them it includes
};

// A directive that includes a part.
struct TemplateInclusion {
  std::size_t place = 0;  // of the directive
  std::size_t begin = 0;  // of the path, as it is written
  std::size_t end = 0;
  std::string path;
};

// Those of a text that can be read.
std::vector<TemplateInclusion> inclusions_in(std::string_view text);

class Template {
 public:
  // `proved` is what a condition around the template has made sure of. Offsets in faults, here and in render(), count
  // in `text`. The first fault is the answer; `more` takes the others.
  static cel::Outcome<Template> parse(std::string_view text, const cel::Environment& environment,
                                      const std::vector<cel::Guard>& proved = {},
                                      std::vector<cel::Fault>* more = nullptr);
  // A directive whose part is not among the texts is left out: that was told.
  static cel::Outcome<Template> parse(const TemplateTexts& texts, const cel::Environment& environment,
                                      const std::vector<cel::Guard>& proved = {},
                                      std::vector<cel::Fault>* more = nullptr);

  // Sorted, each once; names that directives make are none.
  const std::vector<cel::Reference>& references() const;
  bool calls_host() const;

  cel::Outcome<std::string> render(const cel::Activation& activation, cel::Budget& budget) const;
  cel::Outcome<std::string> render(const cel::Activation& activation) const;

  struct Tree;  // template_code.h

 private:
  std::shared_ptr<const Tree> code_;
};

}  // namespace plumb::lang
