// Programs of the operator's own machine whose answer is wanted whole, bounded in time and size, and that can be
// stopped. Hosts are reached through providers/sdk/system.h, never through this.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace plumb {

struct ProgramLimits {
  std::chrono::milliseconds time{30'000};
  std::size_t bytes = std::size_t{8} << 20;  // of each of its two outputs
  int stop = -1;                             // ends it once this is readable
  std::string_view input = {};               // all that it can read on its standard input; outlives the call
};

struct ProgramOutput {
  int exit_code = 0;  // 128 and the signal's number where a signal ended it
  std::string text;
  std::string errors;
};

// Whether a program of this name is found in PATH.
bool has_program(const std::string& name);

// Runs `arguments[0]`, found in PATH, without a shell, in `folder`. A program that does not read its input is none that
// failed. An error, of the code given, where it cannot be started, takes too long or says too much; it is then ended
// with all that it started. kInterrupted where it was stopped.
Result<ProgramOutput> run_program(const std::vector<std::string>& arguments, const std::filesystem::path& folder,
                                  Code code, const ProgramLimits& limits = {});

}  // namespace plumb
