// Observation without the power to write, enforced by the kernel.
//
// The work runs in a forked child that is confined for good (system/confinement.h); programs that it starts inherit
// that. One scratch folder in memory may be written, for programs that read with temporary files (package managers do);
// it is gone afterwards.
//
// On Linux root is confined without no_new_privs, so that a guard may use sudo to become somebody less. Any other user
// can only be confined with it: there a guard that needs sudo fails, and `become` is the way. What the sandbox cannot
// see is a request to somebody else, such as asking the service manager to restart a unit.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace plumb::exec {

struct SandboxWork {
  // In the child; what it writes to `out` is received. Programs may use `scratch` ("" where there is none) as TMPDIR.
  std::function<void(int out, const std::string& scratch)> work;
  std::function<void()> meanwhile;                          // in the parent, once the child is at work
  std::function<Result<>(std::string_view bytes)> receive;  // in the parent, as it comes; an error ends the child
  std::function<bool()> wants_stop;                         // asked when `stop_fd` is readable
  int stop_fd = -1;
};

// kExecutorDied where the child ended badly, kInterrupted where it was stopped, kCannotObserve where it could not be
// confined.
Result<> run_confined(const SandboxWork& work);

}  // namespace plumb::exec
