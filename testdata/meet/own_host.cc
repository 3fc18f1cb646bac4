// meet_host: the executor of the hosts that are made up, a folder each. One static file, as plumb-exec is: it is
// started some twenty thousand times.
//
//   meet_host serve ROOT          of an image
//   meet_host serve-live ROOT     with the folder as the root of all that it sees
//   meet_host nobody ROOT         of an image, by a user without rights
//   meet_host cut FAULT AT TOLD serve|serve-live ROOT
//                                 cut short at its call AT that writes; what became of it is written to TOLD
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/exec/server.h"
#include "providers/sdk/builtin.h"
#include "testdata/meet/cut_short.h"

namespace plumb::meet {
namespace {

// With the kernel's own files in it, for this process alone; but for its values, which are the machine's.
bool enter(const std::string& root) {
  return ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
         ::mount("/proc", (root + "/proc").c_str(), nullptr, MS_BIND, nullptr) == 0 &&
         ::mount("none", (root + "/proc/sys").c_str(), "tmpfs", MS_RDONLY, nullptr) == 0 &&
         ::mount("/dev/null", (root + "/dev/null").c_str(), nullptr, MS_BIND, nullptr) == 0 &&
         ::chroot(root.c_str()) == 0;
}

// Of an image, or with the folder as the root of all that it sees. Gives the exit code.
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

bool become_nobody() {
  constexpr unsigned kNobody = 65534;
  return ::setgroups(0, nullptr) == 0 && ::setgid(kNobody) == 0 && ::setuid(kNobody) == 0;
}

int serve_cut_short(int count, char** words) {
  if (count != 5) return 2;
  const Cut cut{static_cast<Fault>(std::atoi(words[0])), std::strtoull(words[1], nullptr, 10)};
  const std::string told = words[2], how = words[3], root = words[4];
  const Traced traced = run_cut_short([&] { return serve(root, how == "serve-live"); }, cut);
  // Whole or not at all.
  std::ofstream(told + ".new") << traced.calls << " " << traced.cut << " " << traced.status << "\n";
  return std::rename((told + ".new").c_str(), told.c_str()) == 0 ? 0 : 1;
}

}  // namespace
}  // namespace plumb::meet

int main(int argc, char** argv) {
  using namespace plumb::meet;
  const std::string_view how = argc > 2 ? argv[1] : "";
  if (how == "cut") return serve_cut_short(argc - 2, argv + 2);
  if (argc == 3 && (how == "serve" || how == "serve-live")) return serve(argv[2], how == "serve-live");
  if (argc == 3 && how == "nobody") return become_nobody() ? serve(argv[2], false) : 1;
  return 2;
}
