// What a time of day without a zone means where a file of allowed signers is read.
#pragma once

#include <chrono>

namespace plumb::trust {

// From what a clock shows to the time in UTC.
using LocalClock = std::chrono::sys_seconds (*)(std::chrono::local_seconds);

// The clock of this machine's time zone. Apart from what reads the file: the executor is told no local times, and the C
// library's zones are a twentieth of what is sent to hosts.
std::chrono::sys_seconds by_machine_clock(std::chrono::local_seconds shown);

}  // namespace plumb::trust
