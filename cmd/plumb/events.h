// The frame of --output jsonl around a command: its first event and its last.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "cmd/plumb/event_stream.h"
#include "cmd/plumb/options.h"
#include "cmd/plumb/terminal.h"
#include "engine/run/fleet.h"

namespace plumb::cmd {

// Null where no events are asked for. `terminal` writes its findings there from now on.
std::unique_ptr<EventStream> start_events(const Options& options, const std::string& command, Terminal& terminal);

// `resume`: the command to go on with, "" where nothing is left.
void end_events(EventStream* events, const run::HostResults& results, int exit_code, const std::string& resume);

}  // namespace plumb::cmd
