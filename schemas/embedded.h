// The schemas that are built into the program, as text. See CMakeLists.txt.
#pragma once

#include <span>

#include "engine/base/embedded_file.h"

namespace plumb::schemas {

// Each sorted by name: "project", "file". Of the engine's own documents (plumb::schemas), and of the kinds
// (plumb::kind_schemas).
std::span<const EmbeddedFile> documents();
std::span<const EmbeddedFile> kinds();
// The files of rules that `policy: [baseline]` means (plumb::baseline_policy).
std::span<const EmbeddedFile> baseline();
// Pipelines, by the service that they are for (plumb::pipelines).
std::span<const EmbeddedFile> pipelines();

}  // namespace plumb::schemas
