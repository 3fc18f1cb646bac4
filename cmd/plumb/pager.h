// A text that is longer than the screen is shown by the program that people read with.
#pragma once

#include <string_view>

#include "cmd/plumb/options.h"
#include "cmd/plumb/terminal.h"

namespace plumb::cmd {

// Prints a text for people. On a terminal that it does not fit on, $PLUMB_PAGER, else $PAGER, else `less` shows it; an
// empty one, `cat`, --no-pager and a terminal that is dumb have it printed.
void print_to_read(std::string_view text, Terminal& terminal, const Options& options);

}  // namespace plumb::cmd
