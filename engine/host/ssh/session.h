// An SSH session over libssh, driven by a poll loop of our own, and the connection that its one channel is.
//
// The loop sets TCP_QUICKACK before every wait: sshd sends small packets one after the other, and without it the
// second one is held back for 40 ms by our delayed acknowledgement of the first.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/log.h"
#include "engine/base/result.h"
#include "engine/host/ssh/context.h"
#include "engine/host/ssh/dial.h"
#include "engine/host/ssh/keys.h"
#include "engine/host/stream_connection.h"

struct ssh_session_struct;

namespace plumb::host::ssh {

struct Login {
  Query query;
  std::vector<std::string> identity_files;  // tried before those of the settings
  std::string known_hosts_file;             // instead of those of the settings
  bool accept_new_host_keys = false;
  bool fresh = false;                        // shares no connection of the ssh program
  bool by_program = false;                   // the ssh program, whatever the settings are
  std::chrono::seconds connect_timeout{10};  // for all attempts together
  int connect_attempts = 1;
  Deadline deadline = Deadline::never();  // of the login as a whole
  HostLog log{};
};

// sshd's words where MaxAuthTries is reached, and the way out.
inline constexpr const char* kTooManyKeys = "Too many authentication failures";
inline constexpr const char* kNameTheKey =
    "the host takes only a few keys, and the right one was not among the first: name it as `identity_file`, or as "
    "IdentityFile with `IdentitiesOnly yes` in ~/.ssh/config";
// Where sshd hangs up before it says anything.
inline constexpr const char* kFewerAtOnce =
    "an sshd, or that of a jump host, may take only a few logins at once (MaxStartups): fewer `--forks`, or more "
    "`connect_attempts`";

// Belongs to one thread. The steps in their order: connect, check_host_key, log_in.
class Session {
 public:
  // The settings with what the login says over them.
  Session(const Login& login, Settings settings, Context& context);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  Result<> connect(const Addresses& addresses, Deadline deadline, const Interrupt* cancel);
  Result<> check_host_key();
  Result<> log_in(Deadline deadline, const Interrupt* cancel);

  ssh_session_struct* raw() const { return raw_.get(); }
  // What has to be ready before libssh can go on; sets TCP_QUICKACK.
  pollfd next_wait() const;
  int proxy_errors() const { return link_.proxy_errors ? link_.proxy_errors.get() : -1; }
  std::string said() const;  // libssh's words for the last error
  const Settings& settings() const { return settings_; }
  // Asks the host for a sign of life; it comes as any other bytes do. Takes in what has arrived.
  void ask_for_life();

 private:
  // Calls `step` until it gives something else than `again`.
  Result<int> drive(const std::function<int()>& step, int again, Deadline deadline, const Interrupt* cancel);
  Result<> set_options();
  KnownHostsFiles known_hosts();
  std::string key_name() const;  // by which known_hosts knows the host
  Result<bool> try_key(const KeyFile& file, Deadline deadline, const Interrupt* cancel);
  Result<bool> try_private_key(ssh_key_struct* key, const std::string& shown, Deadline deadline,
                               const Interrupt* cancel);
  Result<bool> try_keys(Deadline deadline, const Interrupt* cancel);
  Result<bool> try_locked_keys(Deadline deadline, const Interrupt* cancel);
  Result<bool> try_dialogue(const Interrupt* cancel);
  Result<bool> try_password(const Interrupt* cancel);
  Result<int> offered_methods(Deadline deadline, const Interrupt* cancel);
  Result<bool> try_agent(std::vector<AgentIdentity> identities, Deadline deadline, const Interrupt* cancel);
  Result<bool> judge(int answer, const std::string& key);
  void hear(const char* text);
  std::string with_heard(const std::string& text);
  Error refused(const std::string& why);
  Error not_let_in(int methods);

  std::size_t named_keys_;  // how many of the identity files the login named itself
  Settings settings_;
  Context& context_;
  std::unique_ptr<Agent> agent_;  // outlives raw_, which holds a socket of its filter
  Link link_;
  std::unique_ptr<ssh_session_struct, void (*)(ssh_session_struct*)> raw_;
  std::vector<std::string> tried_;
  std::string heard_;                // what the host said beside its questions
  std::vector<std::string> locked_;  // key files that want a passphrase
  bool half_in_ = false;             // the host took a proof and wants another one
};

// Connects, logs in and starts one command. `command` is asked for when it is needed, after the login.
Result<std::unique_ptr<StreamConnection>> run_command(const Login& login, Context& context,
                                                      const std::function<Result<std::string>()>& command,
                                                      const Interrupt* cancel);

}  // namespace plumb::host::ssh
