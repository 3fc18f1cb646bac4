#include "cmd/plumb/exit_code.h"

namespace plumb::cmd {

ExitCode exit_code_of(RunOutcome outcome) {
  return static_cast<ExitCode>(exit_code(outcome));
}

ExitCode exit_code_of(const run::HostResults& hosts) {
  return exit_code_of(run::outcome_of(hosts));
}

}  // namespace plumb::cmd
