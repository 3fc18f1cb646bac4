// Where a project's key was used, as this folder's history and plans know it.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/history/history.h"
#include "providers/sdk/kind.h"

namespace plumb::run {

struct KeyUses {
  std::set<std::string> hosts;     // to which something was applied that it sealed; their records hold that
  std::vector<std::string> runs;   // that could be gone on with, and cannot with another key; newest first
  std::vector<std::string> plans;  // files in the project's folder, by name
};

// Of the key with this id. Of the history, the last thousand runs.
Result<KeyUses> uses_of_key(const std::string& id, const std::filesystem::path& project_folder,
                            const history::RunStore& store, const Registry& kinds);

}  // namespace plumb::run
