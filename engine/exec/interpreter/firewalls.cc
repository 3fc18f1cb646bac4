#include "engine/exec/interpreter/firewalls.h"

#include "engine/exec/interpreter/programs.h"

namespace plumb::exec {

Result<> change_firewall(LocalSystem& system, const FirewallManager& manager, const ChangeFirewall& change,
                         std::string& output) {
  PLUMB_TRY_ASSIGN(const std::vector<Step> steps, manager.steps(change, system.is_image()));
  for (const Step& step : steps) {
    ProcessRequest program = step.program;
    program.output_limit = kOutputLimit / 2;
    PLUMB_TRY_ASSIGN(const ProcessResult result, system.run_keeping_end(program));
    output += result.output + result.errors;
    const std::string failed = step.doing + " failed: ";
    if (result.timed_out) return fail(Code::kOperation, failed + "`" + program.argv[0] + "` did not end");
    if (result.exit_code == 0) continue;
    return fail(Code::kOperation, failed + last_lines(result.errors.empty() ? result.output : result.errors));
  }
  return {};
}

}  // namespace plumb::exec
