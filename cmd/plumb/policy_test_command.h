// plumb policy test: the cases beside the rules of a policy.
#pragma once

#include <CLI/CLI.hpp>

#include "cmd/plumb/commands.h"

namespace plumb::cmd {

void add_policy_test(Program& program, CLI::App& policy);

}  // namespace plumb::cmd
