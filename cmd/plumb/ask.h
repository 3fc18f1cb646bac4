// Questions to the person at the terminal.
#pragma once

#include <string>

#include "cmd/plumb/terminal.h"
#include "engine/base/result.h"
#include "engine/host/connection.h"

namespace plumb::cmd {

// The question, and how to say yes to it; any other answer is none. kNeedsConfirmation without a terminal, kInterrupted
// when `interrupt` is raised meanwhile.
Result<bool> ask_yes(const std::string& question, Terminal& terminal, const host::Interrupt& interrupt);

// A line that is not shown while it is typed. From any thread: nobody else writes to the terminal meanwhile.
// `interrupt` may be null.
Result<std::string> ask_secret(const std::string& question, Terminal& terminal, const host::Interrupt* interrupt);

}  // namespace plumb::cmd
