// What stands below `plumb provider`.
#pragma once

#include "cmd/plumb/commands.h"

namespace plumb::cmd {

void add_provider_new(Program& program, CLI::App& provider);
void add_provider_test(Program& program, CLI::App& provider);

}  // namespace plumb::cmd
