// `checks` and `outputs` of a module, as they are written.
#pragma once

#include <vector>

#include "engine/config/parsed.h"

namespace plumb::config {

// Adds those of a file. What is wrong with the shape of one was told with the file.
void read_checks(const lang::Node& checks, std::vector<ParsedCheck>& into);

// `NAME: VALUE`, or the map that stands for one: `NAME: {value: VALUE, type: …}`.
ParsedOutput read_output(const lang::Entry& entry, Diagnostics& diagnostics);

}  // namespace plumb::config
