#include "testdata/conformance/hosts.h"

#include <chrono>
#include <string_view>

#include <grp.h>
#include <unistd.h>

#include "engine/host/bootstrap.h"
#include "engine/host/process.h"
#include "testdata/meet/image.h"

namespace plumb::conformance {
namespace {

constexpr unsigned kNobody = 65534;

bool become_nobody() {
  return ::setgroups(0, nullptr) == 0 && ::setgid(kNobody) == 0 && ::setuid(kNobody) == 0;
}

}  // namespace

Result<std::unique_ptr<host::StreamConnection>> Unprivileged::connect(const host::HostSettings& settings,
                                                                      const host::Interrupt* cancel) {
  const bool live = settings.root.empty();
  const std::string& root = live ? tree_ : settings.root;
  (void)!::chown((root + "/var/lib/plumb").c_str(), kNobody, kNobody);
  PLUMB_TRY_ASSIGN(host::Child child, host::start_child({"/proc/self/exe", live ? "nobody-live" : "nobody", root},
                                                        host::ErrorStream::kPipe));
  auto connection = std::make_unique<host::ProcessConnection>(std::move(child));
  connection->set_cancel(cancel);
  PLUMB_TRY(host::await_first_byte(*connection, {}, host::Deadline::after(std::chrono::seconds(30))));
  return std::unique_ptr<host::StreamConnection>(std::move(connection));
}

host::Transport& OwnKiller::before_write(std::size_t at) {
  executor_.cut_next({at == 0 ? meet::Fault::kNone : meet::Fault::kKill, at});
  return executor_;
}

void add_programs(const std::filesystem::path& root) {
  for (const char* name :
       {"awk",     "basename", "cat",  "chgrp", "chmod",      "chown", "cmp",  "cp", "cut",    "date",
        "dirname", "env",      "grep", "head",  "install",    "ln",    "ls",   "mv", "mktemp", "od",
        "openssl", "sed",      "sort", "stat",  "ssh-keygen", "tr",    "uniq", "wc", "sync"})
    meet::take_program(root, std::string("/usr/bin/") + name);
  for (const char* name : {"/usr/sbin/setcap", "/usr/sbin/getcap", "/sbin/setcap", "/sbin/getcap"})
    meet::take_program(root, name);
}

std::optional<int> serve(int count, char** words) {
  const std::string_view how = count > 1 ? words[1] : "";
  if (how == "cut") return meet::serve_cut_short(count - 2, words + 2);
  if (count != 3) return std::nullopt;
  if (how == "serve" || how == "serve-live") return meet::serve(words[2], how == "serve-live");
  if (how != "nobody" && how != "nobody-live") return std::nullopt;
  return become_nobody() ? meet::serve(words[2], false) : 1;
}

}  // namespace plumb::conformance
