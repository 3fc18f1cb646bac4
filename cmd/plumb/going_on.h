// The commands that are printed to go on with.
#pragma once

#include <string>

#include "cmd/plumb/options.h"

namespace plumb::cmd {

// The same commands, each of which begins with `plumb `, with the options by which they find what this one found: the
// project's folder, its inventory, the image. Typed where this one was typed, they are about the same.
std::string found_again(std::string commands, const Options& options);

}  // namespace plumb::cmd
