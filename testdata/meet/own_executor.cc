#include "testdata/meet/own_executor.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

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
  std::vector<std::string> words = {"/proc/self/exe"};
  if (cut_) {
    words.insert(words.end(), {"cut", std::to_string(static_cast<int>(cut_->fault)), std::to_string(cut_->at), told_});
    cut_.reset();
  }
  words.emplace_back(settings.root.empty() ? "serve-live" : "serve");
  words.push_back(settings.root.empty() ? tree_ : settings.root);
  PLUMB_TRY_ASSIGN(host::Child child, host::start_child(words, host::ErrorStream::kPipe));
  auto connection = std::make_unique<host::ProcessConnection>(std::move(child));
  connection->set_cancel(cancel);
  PLUMB_TRY(host::await_first_byte(*connection, {}, host::Deadline::after(std::chrono::seconds(30))));
  return std::unique_ptr<host::StreamConnection>(std::move(connection));
}

void OwnExecutor::cut_next(const Cut& cut) {
  cut_ = cut;
  std::error_code failure;
  std::filesystem::remove(told_, failure);
}

Traced OwnExecutor::last_cut() const {
  Traced traced;
  // Whoever watches it tells as soon as it has ended, which may be a moment after its last word.
  for (int tries = 0; tries < 2000; ++tries) {
    std::ifstream in(told_);
    if (in >> traced.calls >> traced.cut >> traced.status) return traced;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return {};
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

int serve_cut_short(int count, char** words) {
  if (count != 5) return 2;
  const Cut cut{static_cast<Fault>(std::atoi(words[0])), std::strtoull(words[1], nullptr, 10)};
  const std::string told = words[2], how = words[3], root = words[4];
  const Traced traced = run_cut_short([&] { return serve(root, how == "serve-live"); }, cut);
  // Whole or not at all.
  std::ofstream(told + ".new") << traced.calls << " " << traced.cut << " " << traced.status << "\n";
  return std::rename((told + ".new").c_str(), told.c_str()) == 0 ? 0 : 1;
}

}  // namespace plumb::meet
