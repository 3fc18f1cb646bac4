// From references to secrets to their values, before hosts are compiled.
#pragma once

#include <set>
#include <string>

#include "engine/config/project.h"
#include "engine/ir/compile.h"
#include "engine/secrets/store_reader.h"

namespace plumb::secrets {

// Tells references to stores that `secrets` does not declare; asks nobody.
void check_references(const config::Project& project, const config::Inventory& inventory, Diagnostics& diagnostics);

// Asks stores for what the hosts' resources, conditions and checks read, and puts the values into `project`, which is
// what `input` is of. References that none of these hosts reads stay as they are. Each fault is told once, at the
// reference.
void open_references(const ir::CompilerInput& input, const std::set<std::string>& hosts, StoreReader& reader,
                     config::Project& project, Diagnostics& diagnostics);

}  // namespace plumb::secrets
