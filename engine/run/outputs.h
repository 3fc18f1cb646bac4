// What a project gives out on its hosts, worked out from the configuration and what they last told.
#pragma once

#include <map>
#include <set>
#include <string>

#include "engine/history/history.h"
#include "engine/run/context.h"
#include "engine/run/workspace.h"

namespace plumb::run {

struct Outputs {
  std::map<std::string, Json> by_host;  // each a map by name; sensitive values are sealed as in a plan
  std::set<std::string> sensitive;      // names
};

// Of the hosts among `hosts` that told what the outputs read; of `only` alone, where one is named. Why others give
// nothing, and which value cannot be worked out, is told in `diagnostics`. Errors: the history cannot be read. After
// find_key(), where outputs are sensitive.
Result<Outputs> outputs_of(const Workspace& workspace, const std::set<std::string>& hosts,
                           const history::RunStore& store, Diagnostics& diagnostics, const std::string& only = {});

// Whether outputs hang on what readings tell, those of modules and the hosts' own facts among them.
bool outputs_read_readings(const config::Project& project);

// Has hosts tell anew what outputs read, where a run may have changed that; it goes to the history. Gives those that
// did not tell all of it; why is told in the context.
std::set<std::string> ask_for_outputs(const Workspace& workspace, const std::set<std::string>& hosts,
                                      const RunContext& context);

}  // namespace plumb::run
