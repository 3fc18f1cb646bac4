// What a program that was run beside all plans did on hosts.
#pragma once

#include <string>

#include "engine/run/execute.h"

namespace plumb::report {

// Hosts that answered the same stand together, in the order of the first of each group; what kept others from answering
// is told elsewhere.
std::string answers_text(const run::ExecuteResult& result, bool color);
// One line: how many hosts, and how it ended there.
std::string answers_summary(const run::ExecuteResult& result, const std::string& run, bool color);
Json answers_json(const run::ExecuteResult& result, const std::string& run);

// The words of a program as one would write them in a shell.
std::string program_text(const std::vector<std::string>& words);

}  // namespace plumb::report
