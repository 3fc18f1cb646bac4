// Processes, as far as each system has its own ways with them.
#pragma once

#include <sys/types.h>

#include "engine/base/unique_fd.h"
#include "engine/exec/process.h"

namespace plumb::exec {

// Where programs are looked for when a plan does not say.
extern const char* const kCleanPath;

// In a process of root's: is this user from now on, for good. Makes system calls and nothing else, so that it may be
// called between vfork and exec. 0, or -1 with errno.
int take_identity(const Credentials& user);

// This process ends soon after `parent` did.
void end_with(pid_t parent);

// For lists of processes, where a process can say what it is.
void name_process(const char* name);

// A process, child or not, whoever may get its number when it has ended.
class ProcessHandle {
 public:
  explicit ProcessHandle(pid_t pid);
  // Readable from its end on; -1 where the kernel does not tell (Linux before 5.3).
  int fd() const { return fd_.get(); }
  bool runs() const;
  void kill() const;

 private:
  pid_t pid_;
  UniqueFd fd_;
};

}  // namespace plumb::exec
