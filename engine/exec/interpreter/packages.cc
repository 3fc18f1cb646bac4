#include "engine/exec/interpreter/packages.h"

#include <chrono>
#include <thread>

#include <fcntl.h>

#include "engine/exec/interpreter/programs.h"

namespace plumb::exec {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kManagerWait = std::chrono::seconds(120);

// Who holds one of the package manager's locks: "apt-get (process 4711)", "" for nobody.
std::string lock_holder(const RootFiles& files, const PackageManager& manager) {
  for (const std::string& path : manager.locks()) {
    const UniqueFd fd = files.open(path, O_RDONLY);
    struct flock lock {};
    lock.l_type = F_RDLCK;
    lock.l_whence = SEEK_SET;
    if (!fd || ::fcntl(fd.get(), F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) continue;
    std::string command = read_small(files, "/proc/" + std::to_string(lock.l_pid) + "/comm");
    while (command.ends_with('\n')) command.pop_back();
    if (command.empty()) command = "a program";
    return command + " (process " + std::to_string(lock.l_pid) + ")";
  }
  return {};
}

Result<> wait_for_locks(const LocalSystem& system, const PackageManager& manager) {
  const RootFiles& files = system.files();
  const auto begin = Clock::now();
  for (std::string holder = lock_holder(files, manager); !holder.empty(); holder = lock_holder(files, manager)) {
    const auto waited = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - begin);
    if (waited >= kManagerWait || system.is_overdue()) {
      return fail(Code::kPackageLock, "the package database is locked by " + holder + " for more than " +
                                          std::to_string(waited.count()) + " s");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
  }
  return {};
}

}  // namespace

Result<> change_packages(LocalSystem& system, const PackageManager& manager, const PackageTransaction& transaction,
                         std::string& output) {
  const bool image = system.is_image();
  for (Step& step : manager.steps(transaction)) {
    if (!image) PLUMB_TRY(wait_for_locks(system, manager));
    step.program.may_be_late = true;
    if (!step.preview) step.program.output_limit = kOutputLimit / 2;
    PLUMB_TRY_ASSIGN(const ProcessResult result,
                     step.preview ? system.run(step.program) : system.run_keeping_end(step.program));
    if (!step.preview) output += result.output + result.errors;
    const bool failed = result.timed_out || result.exit_code != 0;
    PLUMB_TRY(manager.judge(transaction, step, result, failed ? lock_holder(system.files(), manager) : std::string()));
  }
  return {};
}

}  // namespace plumb::exec
