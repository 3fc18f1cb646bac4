// The flat parts of a template, with white space already trimmed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/lang/cel/fault.h"

namespace plumb::lang {

struct TemplatePart {
  enum class Kind { kText, kExpression, kIf, kElseIf, kElse, kEndIf, kFor, kEndFor };

  Kind kind = Kind::kText;
  std::string text;                // kText
  std::vector<std::string> names;  // kFor: one or two variables
  std::size_t begin = 0;           // of the expression
  std::size_t end = 0;
  std::size_t opening = 0;  // of the whole part, braces included
  std::size_t closing = 0;
  bool broken = false;  // a directive that its fault is told of already
};

struct ScannedTemplate {
  std::vector<TemplatePart> parts;  // up to where nothing more can be read
  std::vector<cel::Fault> faults;   // in their order
  bool known = true;                // which directive opens and which closes; else the parts do not fit together
};

ScannedTemplate scan_template(std::string_view text);

}  // namespace plumb::lang
