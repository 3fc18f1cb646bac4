#include "testdata/conformance/hosts.h"

#include <chrono>

#include <unistd.h>

#include "engine/host/bootstrap.h"
#include "engine/host/process.h"
#include "testdata/meet/image.h"

namespace plumb::conformance {

Result<std::unique_ptr<host::StreamConnection>> Unprivileged::connect(const host::HostSettings& settings,
                                                                      const host::Interrupt* cancel) {
  constexpr unsigned kNobody = 65534;
  const std::string& root = settings.root.empty() ? tree_ : settings.root;
  (void)!::chown((root + "/var/lib/plumb").c_str(), kNobody, kNobody);
  PLUMB_TRY_ASSIGN(host::Child child, host::start_child({PLUMB_MEET_HOST, "nobody", root}, host::ErrorStream::kPipe));
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

}  // namespace plumb::conformance
