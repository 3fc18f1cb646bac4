// The stable codes of diagnostics. A code, once released, keeps its meaning for ever; `plumb explain CODE`
// prints the longer text that stands beside it in codes.def.
//
//   PL10xx  reading YAML                PL11xx  schema and configuration
//   PL12xx  inventory and patterns      PL13xx  graph: addresses, order
//   PL14xx  expressions and templates
//   PL20xx  planning                    PL21xx  plan artifacts
//   PL30xx  reaching a host             PL31xx  the executor and the wire
//   PL40xx  applying                    PL41xx  operations on a host
//   PL50xx  history                     PL60xx  the command line and the machine it runs on
//   PL70xx  who stands behind a plan
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace plumb {

enum class Code : int {
#define PLUMB_CODE(number, enumerator, title, text) enumerator = number,
#include "engine/base/codes.def"
#undef PLUMB_CODE
};

struct CodeInfo {
  Code code;
  std::string_view title;
  std::string_view text;  // why it matters and what to do, in a few sentences
};

// "PL1007"
std::string code_name(Code code);
std::optional<CodeInfo> find_code(std::string_view name);
std::span<const CodeInfo> all_codes();  // ascending

}  // namespace plumb
