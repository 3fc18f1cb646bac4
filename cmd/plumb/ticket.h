// What a change is for, in the words of whoever makes it.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace plumb::cmd {

// `--ticket`, for rules that ask for one: a line of at most 200 bytes, which the history keeps.
void add_ticket_option(CLI::App& command, std::string& ticket);

}  // namespace plumb::cmd
