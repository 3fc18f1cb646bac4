#include "engine/exec/interpreter/packages.h"

#include <array>
#include <chrono>
#include <thread>

#include <fcntl.h>

#include "engine/exec/interpreter/programs.h"

namespace plumb::exec {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kLockWait = std::chrono::seconds(120);
constexpr auto kTransaction = std::chrono::seconds(3600);
constexpr std::array kLocks = {"/var/lib/dpkg/lock-frontend", "/var/lib/dpkg/lock", "/var/lib/apt/lists/lock",
                               "/var/cache/apt/archives/lock"};

// Who holds one of the package manager's locks: "apt-get (process 4711)", "" for nobody.
std::string lock_holder(const RootFiles& files) {
  for (const char* path : kLocks) {
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

Result<> wait_for_locks(const RootFiles& files) {
  const auto due = Clock::now() + kLockWait;
  for (std::string holder = lock_holder(files); !holder.empty(); holder = lock_holder(files)) {
    if (Clock::now() >= due) {
      return fail(Code::kPackageLock, "the package database is locked by " + holder + " for more than " +
                                          std::to_string(kLockWait.count()) + " s");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(250));
  }
  return {};
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

Result<> apt_error(const RootFiles& files, const std::string& doing, const ProcessResult& result) {
  const std::string said = last_lines(result.errors.empty() ? result.output : result.errors);
  if (result.timed_out) return fail(Code::kPackageFailed, "while " + doing + ": apt-get did not end within an hour");
  if (holds(said, "dpkg --configure -a")) {
    return fail(Code::kPackageFailed, "dpkg was interrupted earlier, so nothing can be installed")
        .hint("run `dpkg --configure -a` on the host, see what it says, then apply again");
  }
  if (holds(said, "Could not get lock") || holds(said, "is another process using it")) {
    const std::string holder = lock_holder(files);
    return fail(Code::kPackageLock, "the package database is locked" + (holder.empty() ? "" : " by " + holder));
  }
  if (holds(said, "Held packages were changed")) {
    return fail(Code::kPackageFailed, "while " + doing + ": a package is held: " + said)
        .hint("release it with `apt-mark unhold`, or leave it out");
  }
  if (holds(said, "Unable to locate package") || (holds(said, "Version '") && holds(said, "was not found"))) {
    return fail(Code::kPackageUnknown, said);
  }
  return fail(Code::kPackageFailed,
              "while " + doing + " (exit code " + std::to_string(result.exit_code) + "): " + said);
}

Result<> apt(LocalSystem& system, std::vector<std::string> arguments, const std::string& doing, std::string& output) {
  if (!system.is_image()) PLUMB_TRY(wait_for_locks(system.files()));
  ProcessRequest request;
  request.argv = {"apt-get", "-y", "-q", "-o", "Dpkg::Options::=--force-confdef", "-o",
                  "Dpkg::Options::=--force-confold",
                  // Between our look and apt's own somebody else may have taken it.
                  "-o", "DPkg::Lock::Timeout=" + std::to_string(kLockWait.count()), "-o", "Dpkg::Use-Pty=0"};
  request.argv.insert(request.argv.end(), std::make_move_iterator(arguments.begin()),
                      std::make_move_iterator(arguments.end()));
  // Nothing may ask: not debconf, not the list of services to restart, not the list of changes.
  request.env = {
      {"DEBIAN_FRONTEND", "noninteractive"}, {"DEBIAN_PRIORITY", "critical"},      {"NEEDRESTART_MODE", "a"},
      {"NEEDRESTART_SUSPEND", "1"},          {"APT_LISTCHANGES_FRONTEND", "none"}, {"UCF_FORCE_CONFFOLD", "1"}};
  request.timeout = kTransaction;
  request.output_limit = kOutputLimit / 2;
  PLUMB_TRY_ASSIGN(const ProcessResult result, system.run_keeping_end(request));
  output += result.output + result.errors;
  if (result.exit_code == 0 && !result.timed_out) return {};
  return apt_error(system.files(), doing, result);
}

}  // namespace

Result<> change_packages(LocalSystem& system, const PackageTransaction& operation, std::string& output) {
  if (operation.manager != "apt") {
    return fail(Code::kNoBackEnd, "packages of `" + operation.manager + "` are not handled");
  }
  if (operation.refresh) PLUMB_TRY(apt(system, {"update"}, "refreshing the package lists", output));
  if (operation.install.empty() && operation.remove.empty()) return {};
  std::vector<std::string> arguments = {"install", "--no-remove"};
  if (!operation.remove.empty()) arguments.pop_back();
  if (operation.allow_downgrade) arguments.emplace_back("--allow-downgrades");
  arguments.emplace_back("--");
  for (const PackageRequest& package : operation.install) {
    arguments.push_back(package.version.empty() ? package.name : package.name + "=" + package.version);
  }
  // A minus after the name asks for its removal, so that one transaction does both.
  for (const std::string& name : operation.remove) arguments.push_back(name + "-");
  return apt(system, std::move(arguments), "changing packages", output);
}

}  // namespace plumb::exec
