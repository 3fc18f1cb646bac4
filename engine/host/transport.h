// How the engine reaches an executor: settings of one host in, a connection to a running executor out.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/log.h"
#include "engine/base/result.h"
#include "engine/host/bootstrap.h"
#include "engine/host/connection.h"
#include "engine/host/executor_store.h"
#include "engine/host/ssh/context.h"
#include "engine/host/stream_connection.h"

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

// How executors are reached. One serves all hosts, from many threads at a time.
class Transport {
 public:
  virtual ~Transport();

  // A connection on whose far end an executor runs; the first bytes to read are those of its hello. Blocks. `cancel`
  // ends it with kInterrupted while it opens, and may be null. Errors carry the host's name.
  Result<std::unique_ptr<Connection>> open(const HostSettings& settings, const Interrupt* cancel = nullptr);

  // What open() puts the host's name on.
  virtual Result<std::unique_ptr<StreamConnection>> connect(const HostSettings& settings, const Interrupt* cancel) = 0;
};

// The hosts that there are: this machine, those behind SSH, and those that a command of the operator's leads to.
class HostTransport final : public Transport {
 public:
  // `executors` and `ssh` outlive it.
  HostTransport(const ExecutorStore& executors, ssh::Context& ssh) : executors_(executors), ssh_(ssh) {}

  // Hosts whose `command` begins with this word are reached by `transport`, and no program is started. Before the first
  // is opened; `transport` outlives this.
  void add(std::string word, Transport& transport) { others_.emplace(std::move(word), &transport); }

  Result<std::unique_ptr<StreamConnection>> connect(const HostSettings& settings, const Interrupt* cancel) override;

 private:
  const ExecutorStore& executors_;
  ssh::Context& ssh_;
  std::map<std::string, Transport*> others_;
};

}  // namespace plumb::host
