#include "engine/exec/interpreter/services.h"

#include <chrono>
#include <thread>

#include "engine/exec/interpreter/programs.h"

namespace plumb::exec {
namespace {

using Clock = std::chrono::steady_clock;
using Time = std::chrono::system_clock::time_point;
// How long a unit may be on its way before what it is counts.
constexpr auto kSettle = std::chrono::seconds(90);

Result<ProcessResult> run(LocalSystem& system, ProcessRequest request) {
  request.output_limit = kOutputLimit / 2;
  return system.run_keeping_end(request);
}

// The state once the unit has stopped moving, or what it is when time is up.
ServiceManager::UnitState settled(LocalSystem& system, const ServiceManager& manager, const ServiceAction& action) {
  const auto due = Clock::now() + kSettle;
  while (true) {
    const Result<ProcessResult> answer = run(system, manager.ask_state(action));
    const ServiceManager::UnitState state = answer ? manager.read_state(*answer) : ServiceManager::UnitState();
    if (!state.moving || Clock::now() >= due) return state;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

std::string log_since(LocalSystem& system, const ServiceManager& manager, const ServiceAction& action, Time since) {
  const Result<ProcessResult> log = run(system, manager.ask_log(action, since));
  const std::string lines = log && log->exit_code == 0 ? last_lines(log->output, 10) : std::string();
  return lines.empty() ? lines : "\nits last journal lines:\n" + lines;
}

}  // namespace

Result<> change_service(LocalSystem& system, const ServiceManager& manager, const ServiceAction& action,
                        std::string& output) {
  const Time begun = std::chrono::system_clock::now();
  const auto service_error = [&](const std::string& why) -> Error {
    return fail(Code::kServiceFailed,
                "cannot " + action.verb + " " + action.unit + ": " + why + log_since(system, manager, action, begun));
  };
  PLUMB_TRY_ASSIGN(const std::vector<Step> steps, manager.steps(action, system.is_image()));
  for (const Step& step : steps) {
    PLUMB_TRY_ASSIGN(const ProcessResult result, run(system, step.program));
    output += result.output + result.errors;
    const std::string program = "`" + step.program.argv[0] + "`";
    if (result.timed_out) return service_error(program + " did not end");
    // Some say on standard output what went wrong.
    if (result.exit_code != 0) return service_error(last_lines(result.errors.empty() ? result.output : result.errors));
  }
  if (steps.empty() || !manager.brings_up(action)) return {};
  const ServiceManager::UnitState state = settled(system, manager, action);
  if (state.failed || state.moving) return service_error("it is " + state.text);
  return {};
}

std::string said_of_services(LocalSystem& system, const Managers& managers, const std::vector<Operation>& operations,
                             Time since) {
  std::string said;
  for (const Operation& operation : operations) {
    const auto* action = std::get_if<ServiceAction>(&operation);
    if (action == nullptr) continue;
    const ServiceManager* manager = managers.services(action->manager, system).value_or(nullptr);
    if (manager != nullptr && manager->brings_up(*action)) said += log_since(system, *manager, *action, since);
  }
  return said;
}

}  // namespace plumb::exec
