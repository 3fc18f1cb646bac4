// The schemas that are built into the program, as text. See CMakeLists.txt.
#pragma once

#include <span>
#include <string_view>

namespace plumb::schemas {

struct Embedded {
  std::string_view name;  // "project", "file"
  std::string_view text;
};

// Each sorted by name. Of the engine's own documents (plumb::schemas), and of the kinds (plumb::kind_schemas).
std::span<const Embedded> documents();
std::span<const Embedded> kinds();
// The files of rules that `policy: [baseline]` means (plumb::baseline_policy).
std::span<const Embedded> baseline();
// Pipelines, by the service that they are for (plumb::pipelines).
std::span<const Embedded> pipelines();

}  // namespace plumb::schemas
