#include "engine/exec/interpreter/services.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

#include "engine/exec/interpreter/programs.h"

namespace plumb::exec {
namespace {

using Clock = std::chrono::steady_clock;
// How long a unit may be on its way (activating, reloading) before what it is counts.
constexpr auto kSettle = std::chrono::seconds(90);
constexpr auto kCommand = std::chrono::seconds(300);

Result<ProcessResult> run(LocalSystem& system, std::vector<std::string> argv) {
  ProcessRequest request;
  request.argv = std::move(argv);
  request.env = {{"SYSTEMD_COLORS", "0"}, {"SYSTEMD_PAGER", ""}, {"SYSTEMD_LESS", ""}};
  request.timeout = kCommand;
  request.output_limit = kOutputLimit / 2;
  return system.run_keeping_end(request);
}

std::string active_state(LocalSystem& system, const std::string& unit) {
  const Result<ProcessResult> shown =
      run(system, {"systemctl", "show", "--property=ActiveState", "--value", "--", unit});
  return shown ? last_lines(shown->output, 1) : std::string();
}

// The state once the unit has stopped moving, or what it is when time is up.
std::string settled_state(LocalSystem& system, const std::string& unit) {
  const auto due = Clock::now() + kSettle;
  std::string state = active_state(system, unit);
  while ((state == "activating" || state == "deactivating" || state == "reloading") && Clock::now() < due) {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    state = active_state(system, unit);
  }
  return state;
}

std::string journal_of(LocalSystem& system, const std::string& unit) {
  const Result<ProcessResult> lines =
      run(system, {"journalctl", "--no-pager", "--quiet", "--lines=10", "--output=cat", "--unit=" + unit});
  return lines && lines->exit_code == 0 ? last_lines(lines->output, 10) : std::string();
}

Error service_error(LocalSystem& system, const ServiceAction& operation, const std::string& why) {
  std::string text = "cannot " + operation.verb + " " + operation.unit + ": " + why;
  const std::string journal = journal_of(system, operation.unit);
  if (!journal.empty()) text += "\nits last journal lines:\n" + journal;
  return fail(Code::kServiceFailed, text);
}

}  // namespace

Result<> change_service(LocalSystem& system, const ServiceAction& operation, std::string& output) {
  static constexpr std::array kVerbs = {"start",   "stop", "restart", "reload",       "enable",
                                        "disable", "mask", "unmask",  "daemon_reload"};
  if (operation.manager != "systemd") {
    return fail(Code::kNoBackEnd, "services of `" + operation.manager + "` are not handled");
  }
  if (std::find(kVerbs.begin(), kVerbs.end(), operation.verb) == kVerbs.end()) {
    return fail(Code::kProtocol, "`" + operation.verb + "` is not a service action");
  }
  const bool brings_up = operation.verb == "start" || operation.verb == "restart" || operation.verb == "reload";
  const bool needs_manager = brings_up || operation.verb == "stop" || operation.verb == "daemon_reload";
  if (system.is_image() && needs_manager) {
    if (operation.verb == "daemon_reload") return {};
    return fail(Code::kServiceFailed,
                "cannot " + operation.verb + " " + operation.unit + ": services of an image do not run");
  }
  std::vector<std::string> argv = {"systemctl", "--no-ask-password"};
  if (operation.verb == "daemon_reload") {
    argv.emplace_back("daemon-reload");
  } else {
    argv.insert(argv.end(), {operation.verb, "--", operation.unit});
  }
  PLUMB_TRY_ASSIGN(const ProcessResult result, run(system, std::move(argv)));
  output += result.output + result.errors;
  if (result.timed_out) return service_error(system, operation, "systemctl did not end");
  if (result.exit_code != 0) return service_error(system, operation, last_lines(result.errors));
  if (!brings_up) return {};
  const std::string state = settled_state(system, operation.unit);
  // A oneshot without RemainAfterExit is inactive after a success; only a failure is one.
  if (state == "failed" || state == "activating") return service_error(system, operation, "it is " + state);
  return {};
}

}  // namespace plumb::exec
