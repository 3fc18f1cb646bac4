// What a plan from a snapshot would do, beside what asks for it.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "engine/base/result.h"
#include "engine/lsp/look.h"

namespace plumb::lsp {

// Where it is looked for unless an editor's settings name another file; relative to the project.
inline constexpr const char* kUsualSnapshot = ".plumb/snapshot";

struct PlanPreview {
  std::string summary;  // of all of it
  // By file and line: "create on web1, web2", what the resource that is declared there comes to.
  std::map<std::pair<std::string, int>, std::string> lines;
};

// Of a look without errors. Errors: those of reading the snapshot; kNotInSnapshot where it holds none of the hosts.
Result<PlanPreview> preview_plan(const Look& look, const std::filesystem::path& snapshot);

}  // namespace plumb::lsp
