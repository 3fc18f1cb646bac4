// From references to secrets to their values, before hosts are compiled.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/config/project.h"
#include "engine/ir/compile.h"
#include "engine/secrets/store_client.h"

namespace plumb::secrets {

// Tells references to stores that `secrets` does not declare; asks nobody.
void check_references(const config::Project& project, const config::Inventory& inventory, Diagnostics& diagnostics);

// Whether a value that is not made yet has something that stands for it: in a plan that is looked at, never in one that
// is carried out or kept.
enum class StandIns { kNo, kYes };

// Asks stores for what the hosts' resources, conditions and checks read, and puts the values into `project`, which is
// what `input` is of. References that none of these hosts reads stay as they are. Each fault is told once, at the
// reference. Returns the references that something stands for, which a warning names.
std::vector<std::string> open_references(const ir::CompilerInput& input, const std::set<std::string>& hosts,
                                         StoreClient& client, StandIns stand_ins, config::Project& project,
                                         Diagnostics& diagnostics);

}  // namespace plumb::secrets
