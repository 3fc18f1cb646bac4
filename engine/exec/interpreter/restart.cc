#include "engine/exec/interpreter/restart.h"

#include <unistd.h>

#include "engine/exec/interpreter/programs.h"

namespace plumb::exec {
namespace {

constexpr std::size_t kShortFile = 4096;
constexpr std::chrono::seconds kBegins{60};

// When the first process started, in ticks since the kernel did: a container may share its kernel's id.
std::string start_of_first_process(LocalSystem& system) {
  constexpr int kFieldsBefore = 19;  // behind the name, which stands in brackets
  const Result<std::string> text = system.read_file("/proc/1/stat", kShortFile);
  std::size_t at = text ? text->rfind(')') : std::string::npos;
  for (int i = 0; i <= kFieldsBefore && at != std::string::npos; ++i) at = text->find(' ', at + 1);
  if (at == std::string::npos) return {};
  return text->substr(at + 1, text->find(' ', at + 1) - at - 1);
}

}  // namespace

std::string boot_of(LocalSystem& system) {
  if (system.is_image()) return {};
  const Result<std::string> id = system.read_file("/proc/sys/kernel/random/boot_id", kShortFile);
  const std::string start = start_of_first_process(system);
  if (!id || start.empty()) return {};
  return id->substr(0, id->find('\n')) + "/" + start;
}

Result<> check_can_restart(LocalSystem& system) {
  if (system.is_image()) return fail(Code::kRefusedByState, "an image is not restarted");
  if (boot_of(system).empty())
    return fail(Code::kRefusedByState, "this host does not tell when it started, so its restart would not be seen");
  if (::geteuid() != 0) return fail(Code::kRefusedByState, "only root restarts a host").hint("set `become`");
  if (system.find_program("shutdown").empty() && system.find_program("reboot").empty())
    return fail(Code::kProgramMissing, "the host has neither shutdown nor reboot");
  return {};
}

Result<> restart_host(LocalSystem& system, const Reboot& operation) {
  ProcessRequest request;
  if (system.find_program("shutdown").empty()) {
    request.argv = {"reboot"};
  } else {
    request.argv = {"shutdown", "-r", "now"};
    if (!operation.message.empty()) request.argv.push_back(operation.message);
  }
  request.timeout = kBegins;
  PLUMB_TRY_ASSIGN(const ProcessResult result, system.run_keeping_end(request));
  if (result.exit_code == 0) return {};
  return fail(Code::kProgramFailed, request.argv.front() + " ended with " + std::to_string(result.exit_code) + ": " +
                                        last_lines(result.errors, 3));
}

}  // namespace plumb::exec
