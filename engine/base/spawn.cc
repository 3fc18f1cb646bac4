#include "engine/base/spawn.h"

#include <mutex>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

extern char** environ;

// Newer systems have the same function under another name as well, and warn of this one.
#ifdef __APPLE__
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
#endif

// A program that is linked with an older C library finds it in a newer one, while it runs. In an archive of a C library
// a weak name would find nothing.
#ifdef PLUMB_PORTABLE
#pragma weak posix_spawn_file_actions_addclosefrom_np
#endif

namespace plumb {
namespace {

short flags_of(Spawn::Own own) {
  int flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
  if (own == Spawn::Own::kSession) flags |= POSIX_SPAWN_SETSID;
  if (own == Spawn::Own::kGroup) flags |= POSIX_SPAWN_SETPGROUP;
#ifdef POSIX_SPAWN_CLOEXEC_DEFAULT
  flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#endif
  return static_cast<short>(flags);
}

struct Attributes {
  posix_spawnattr_t value;

  explicit Attributes(Spawn::Own own) {
    posix_spawnattr_init(&value);
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&value, &none);
    posix_spawnattr_setsigdefault(&value, &all);
    posix_spawnattr_setflags(&value, flags_of(own));
  }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { posix_spawnattr_destroy(&value); }
};

struct Actions {
  posix_spawn_file_actions_t value;

  explicit Actions(const Spawn& wanted) {
    posix_spawn_file_actions_init(&value);
    give(wanted.input, 0);
    give(wanted.output, 1);
    give(wanted.errors, 2);
    if (!wanted.folder.empty()) posix_spawn_file_actions_addchdir_np(&value, wanted.folder.c_str());
#ifdef __GLIBC__
#if __GLIBC_PREREQ(2, 34)
#ifdef PLUMB_PORTABLE
    if (posix_spawn_file_actions_addclosefrom_np == nullptr) return;
#endif
    // Ours are all closed on exec; what we were started with may not be.
    posix_spawn_file_actions_addclosefrom_np(&value, 3);
#endif
#endif
  }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  ~Actions() {
    posix_spawn_file_actions_destroy(&value);
  }

 private:
  void give(int ours, int theirs) {
    if (ours >= 0) {
      posix_spawn_file_actions_adddup2(&value, ours, theirs);
    } else {
      posix_spawn_file_actions_addopen(&value, theirs, "/dev/null", theirs == 0 ? O_RDONLY : O_WRONLY, 0);
    }
  }
};

}  // namespace

int spawn(const Spawn& wanted, pid_t& pid) {
  const Attributes attributes(wanted.own);
  const Actions actions(wanted);
  std::vector<char*> argv;
  argv.reserve(wanted.arguments.size() + 1);
  for (const std::string& argument : wanted.arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  return posix_spawnp(&pid, argv[0], &actions.value, &attributes.value, argv.data(), environ);
}

void leave_child(pid_t pid) {
  // Children are the process's own, whoever started them.
  static std::mutex mutex;
  static std::vector<pid_t> left;
  const std::lock_guard lock(mutex);
  left.push_back(pid);
  std::erase_if(left, [](pid_t one) { return ::waitpid(one, nullptr, WNOHANG) != 0; });
}

}  // namespace plumb
