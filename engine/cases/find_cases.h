// The files of cases that belong to a project: `tests/*.yaml` in its folder and in those of its modules,
// without modules from git: those are tested where they are made.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "engine/config/project.h"

namespace plumb::cases {

struct CaseFile {
  std::string path;  // relative to the project
  const config::Module* module = nullptr;
};

// Sorted by path. `project` outlives the result.
std::vector<CaseFile> find_cases(const config::Project& project);

}  // namespace plumb::cases
