// Programs that hosts run beside all plans, and files that are brought from them: from the request to the sealed entry
// in the history.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "engine/run/context.h"

namespace plumb::run {

struct ExecuteRequest {
  wire::Execute program;
  std::string shown;          // the program as its user wrote it, for the history
  std::string run;            // its id, from new_run_id()
  std::string operator_name;  // "user@machine", for the history
  bool keeps_output = true;   // else what is printed is told by events alone
};

// What a program did on a host.
struct ProgramAnswer {
  int exit_code = 0;
  std::string output;
  std::string errors;
  std::uint64_t left_out = 0;  // bytes of both that were printed and are not here
};

struct ExecuteResult {
  RunOutcome outcome = RunOutcome::kOk;
  HostResults hosts;
  std::map<std::string, ProgramAnswer> answers;  // by host, of those that answered
};

// Of each output of a host that is kept.
inline constexpr std::uint64_t kMostKept = std::uint64_t{1} << 20;

// Has the workspace's hosts run the program. The context is told all that is found, and what is printed, as it comes.
// A stop ends the program.
ExecuteResult execute(const Workspace& workspace, const ExecuteRequest& request, const RunContext& context);

struct CollectResult {
  HostResults hosts;
  std::map<std::string, std::vector<CollectedFile>> files;  // by host, those that came
};

// Brings files from hosts to FOLDER/HOST/PATH, for whoever runs plumb alone to read.
CollectResult collect(const Workspace& workspace, const std::map<std::string, std::vector<std::string>>& paths,
                      const std::filesystem::path& folder, const RunContext& context);

}  // namespace plumb::run
