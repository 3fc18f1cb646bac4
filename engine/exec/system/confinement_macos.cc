#include <array>
#include <climits>
#include <cstdlib>
#include <memory>

#include <sandbox.h>

#include "engine/exec/system/confinement.h"

namespace plumb::exec {
namespace {

// In the language of sandbox-exec(1). The last rule that fits counts.
constexpr const char* kProfile = R"((version 1)
(allow default)
(deny file-write*)
(deny sysctl-write)
(deny system-reboot system-set-time)
(allow file-write-data
  (literal "/dev/null") (literal "/dev/zero") (literal "/dev/tty") (literal "/dev/ptmx")
  (literal "/dev/random") (literal "/dev/urandom") (regex #"^/dev/ttys[0-9]+$"))
)";

// Rules are about paths without links, and /tmp is one.
std::string writable(const std::string& folder) {
  std::array<char, PATH_MAX> real{};
  if (folder.empty() || ::realpath(folder.c_str(), real.data()) == nullptr) return {};
  return "(allow file-write* (subpath \"" + std::string(real.data()) + "\"))\n";
}

}  // namespace

// Seatbelt. Apple has called the function outdated for years without another that a program could confine itself with;
// its own command line tools use it.
Result<Confinement> confine(const std::string& scratch) {
  const std::string profile = kProfile + writable(scratch);
  char* problem = nullptr;
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
  const bool refused = ::sandbox_init(profile.c_str(), 0, &problem) != 0;
  const std::unique_ptr<char, void (*)(char*)> owner(problem, ::sandbox_free_error);
#pragma clang diagnostic pop
  if (refused) return fail(Code::kCannotObserve, problem == nullptr ? "the sandbox is refused" : problem);
  return Confinement{true, true};
}

}  // namespace plumb::exec
