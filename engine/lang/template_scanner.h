// The flat parts of a template, with white space already trimmed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/lang/cel/fault.h"

namespace plumb::lang {

// `x = e`, as in `let` and behind `with`.
struct TemplateAssignment {
  std::string name;
  std::size_t name_begin = 0;
  std::size_t begin = 0;  // of the expression
  std::size_t end = 0;
};

struct TemplatePart {
  enum class Kind { kText, kExpression, kIf, kElseIf, kElse, kEndIf, kFor, kEndFor, kLet, kInclude };

  Kind kind = Kind::kText;
  std::string text;                          // kText; kInclude: the path
  std::vector<std::string> names;            // kFor: one or two variables
  std::vector<TemplateAssignment> assigned;  // kLet: one; kInclude: what stands behind `with`
  std::size_t begin = 0;                     // of the expression; kInclude: of the path
  std::size_t end = 0;
  std::size_t path_end = 0;  // kInclude
  std::size_t opening = 0;   // of the whole part, braces included
  std::size_t closing = 0;
  bool broken = false;  // a directive that its fault is told of already
};

struct ScannedTemplate {
  std::vector<TemplatePart> parts;  // up to where nothing more can be read
  std::vector<cel::Fault> faults;   // in their order
  bool known = true;                // which directive opens and which closes; else the parts do not fit together
};

// What stands in text[begin, end).
ScannedTemplate scan_template(std::string_view text, std::size_t begin, std::size_t end);

}  // namespace plumb::lang
