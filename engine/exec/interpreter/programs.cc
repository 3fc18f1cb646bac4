#include "engine/exec/interpreter/programs.h"

#include <algorithm>

namespace plumb::exec {

Result<> run_operation(LocalSystem& system, const Run& operation, std::string& output) {
  ProcessRequest request;
  request.argv = operation.argv;
  if (request.argv.empty()) request.argv = {"/bin/sh", "-c", operation.script};
  request.cwd = operation.cwd;
  request.env = operation.env;
  request.user = operation.user;
  request.stdin_text = operation.stdin_text;
  request.timeout = std::chrono::seconds(operation.timeout_seconds);
  request.output_limit = kOutputLimit / 2;
  PLUMB_TRY_ASSIGN(const ProcessResult result, system.run_keeping_end(request));
  output += result.output + result.errors;
  const std::string what = operation.argv.empty() ? "the script" : "`" + operation.argv[0] + "`";
  if (result.timed_out) {
    const std::string after =
        operation.timeout_seconds > 0 ? " after " + std::to_string(operation.timeout_seconds) + " s" : "";
    return fail(Code::kProgramTimeout, what + " was ended" + after);
  }
  if (std::find(operation.expect.begin(), operation.expect.end(), result.exit_code) != operation.expect.end())
    return {};
  const std::string said = last_lines(result.errors.empty() ? result.output : result.errors);
  return fail(Code::kProgramFailed,
              what + " ended with exit code " + std::to_string(result.exit_code) + (said.empty() ? "" : ": " + said));
}

}  // namespace plumb::exec
