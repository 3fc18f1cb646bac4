#include "testdata/meet/own_executor.h"

#include <cstdio>

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/exec/server.h"
#include "engine/host/bootstrap.h"
#include "engine/host/process.h"
#include "providers/sdk/builtin.h"

namespace plumb::meet {

Result<std::unique_ptr<host::StreamConnection>> OwnExecutor::connect(const host::HostSettings& settings,
                                                                     const host::Interrupt* cancel) {
  PLUMB_TRY_ASSIGN(host::Child child,
                   host::start_child({"/proc/self/exe", settings.root.empty() ? "serve-live" : "serve",
                                      settings.root.empty() ? tree_ : settings.root},
                                     host::ErrorStream::kPipe));
  auto connection = std::make_unique<host::ProcessConnection>(std::move(child));
  connection->set_cancel(cancel);
  PLUMB_TRY(host::await_first_byte(*connection, {}, host::Deadline::after(std::chrono::seconds(30))));
  return std::unique_ptr<host::StreamConnection>(std::move(connection));
}

namespace {

// With the kernel's own files in it, for this process alone; but for its values, which are the machine's.
bool enter(const std::string& root) {
  return ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("/proc", (root + "/proc").c_str(), nullptr, MS_BIND, nullptr) == 0 &&
         ::mount("none", (root + "/proc/sys").c_str(), "tmpfs", MS_RDONLY, nullptr) == 0 &&
         ::mount("/dev/null", (root + "/dev/null").c_str(), nullptr, MS_BIND, nullptr) == 0 &&
         ::chroot(root.c_str()) == 0;
}

}  // namespace

int serve(const std::string& root, bool live) {
  ::signal(SIGPIPE, SIG_IGN);
  ::umask(022);
  if (live && !enter(root)) return 1;
  if (::chdir("/") != 0) return 1;
  exec::ServeOptions options;
  if (!live) options.root = root;
  const Result<> served = exec::serve(builtin_kinds(), options);
  if (served) return 0;
  std::fprintf(stderr, "%s\n", served.error().summary().c_str());
  return 1;
}

}  // namespace plumb::meet
