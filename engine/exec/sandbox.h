// Observation without the power to write, enforced by the kernel.
//
// The work runs in a forked child that Landlock denies every write to the file system (devices such as /dev/null
// aside) and that a seccomp filter denies what Landlock leaves out: modes, owners, extended attributes, times, mounts,
// the clock, modules, reboots. Programs that it starts inherit both. Each is used where the kernel has it. One scratch
// folder in memory may be written, for programs that read with temporary files (apt-get does); it is gone afterwards.
//
// Root is confined without no_new_privs, so that a guard may use sudo to become somebody less. Any other user can only
// be confined with it: there a guard that needs sudo fails, and `become` is the way. What the sandbox cannot see is a
// request to somebody else, such as asking systemd to restart a unit.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace plumb::exec {

struct Confinement {
  int landlock = 0;  // ABI version, 0 where the kernel has none
  bool seccomp = false;
};

// Confines this process and its children for good; tells what could be had. `scratch` stays writable ("" for none).
Confinement confine(const std::string& scratch);

struct SandboxWork {
  // In the child; what it writes to `out` is received. Programs may use `scratch` ("" where there is none) as TMPDIR.
  std::function<void(int out, const std::string& scratch)> work;
  std::function<Result<>(std::string_view bytes)> receive;  // in the parent, as it comes; an error ends the child
  std::function<bool()> wants_stop;                         // asked when `stop_fd` is readable
  int stop_fd = -1;
};

// kExecutorDied where the child ended badly, kInterrupted where it was stopped.
Result<> run_confined(const SandboxWork& work);

}  // namespace plumb::exec
