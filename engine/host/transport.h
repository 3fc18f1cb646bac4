// How the engine reaches an executor: settings of one host in, a connection to a running executor out.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/log.h"
#include "engine/base/result.h"
#include "engine/host/bootstrap.h"
#include "engine/host/connection.h"
#include "engine/host/executor_store.h"
#include "engine/host/ssh/context.h"

namespace plumb::host {

// kSsh is the SSH of this program; kOpenSsh is the ssh program of this machine.
enum class ConnectionKind { kSsh, kLocal, kCommand, kOpenSsh };

// Empty or zero: left to ssh's own settings.
struct HostSettings {
  std::string name;
  ConnectionKind kind = ConnectionKind::kSsh;
  std::string address;  // default: the name; what ssh_config's Host patterns are matched against
  int port = 0;
  std::string user;
  Become become;
  std::optional<std::string> become_password;
  std::vector<std::string> command;         // kCommand: a program that runs its last arguments on the host, for example
                                            // {"podman", "exec", "-i", "web1"}
  std::vector<std::string> identity_files;  // tried before those of ssh_config
  std::string known_hosts_file;             // instead of the usual ones
  bool accept_new_host_keys = false;
  bool use_ssh_config = true;
  std::filesystem::path ssh_config_file;     // instead of the usual ones, as ssh -F
  std::string root;                          // given to the executor as --root
  std::chrono::seconds connect_timeout{10};  // for all attempts together
  // While the host refuses or drops the connection before the login. A refused login is not tried again.
  int connect_attempts = 1;
  Deadline deadline = Deadline::never();  // of all that opening the connection takes
  Log* log = nullptr;                     // told the steps of connecting
  // A login of its own, over no connection that is there already (ControlMaster of ssh).
  bool fresh_login = false;
};

// A connection on whose far end plumb-exec runs; the first bytes to read are those of its hello. Blocks; for many
// hosts call it from many threads with the same store and context. `cancel` ends it with kInterrupted while it
// opens, and may be null. Errors carry the host's name.
Result<std::unique_ptr<Connection>> open_executor(const HostSettings& settings, const ExecutorStore& executors,
                                                  ssh::Context& ssh, const Interrupt* cancel = nullptr);

}  // namespace plumb::host
