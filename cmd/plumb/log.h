// The log: lines for whoever looks for a fault, each with its time, level, run and, where it is about one, host.
#pragma once

#include <string>

#include "cmd/plumb/options.h"
#include "engine/base/log.h"
#include "engine/base/result.h"

namespace plumb::cmd {

// Call once, before log() is used from other threads. An error where --log-file cannot be written.
Result<> set_up_log(const Options& options);

// Takes nothing before set_up_log().
Log& log();

// One line without its end.
std::string log_line(bool json, const std::string& time, LogLevel level, const std::string& run,
                     const std::string& host, const std::string& text);

}  // namespace plumb::cmd
