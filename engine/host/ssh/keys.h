// Keys to log in with: from files, and from the user's agent.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/pool.h"
#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/host/ssh/context.h"

struct ssh_key_struct;

namespace plumb::host::ssh {

// Never asks for a passphrase; null for none. Of the certificates those count that were made for this key, and
// PATH-cert.pub is looked at by itself.
KeyFile load_key_file(const std::string& path, const std::vector<std::string>& certificates, const char* passphrase);

// A private key that stands open, without a passphrase: PEM, or OpenSSH's own container. "" where libssh cannot.
std::string exported(ssh_key_struct* key);
std::string public_base64(ssh_key_struct* key);
std::string fingerprint(ssh_key_struct* key);  // "SHA256:…"

struct AgentIdentity {
  std::string blob;  // what the host is shown: a key or a certificate
  std::string base64;
  std::string comment;
  std::string key;     // the plain key's base64; that of `blob` itself where it is one
  std::string signer;  // the blob that the agent knows it by, where that is another one
};

// The user's agent, shown to libssh with chosen keys in a chosen order: by itself libssh offers every key that the
// agent holds, and a server that allows six attempts would never see the right one.
class Agent {
 public:
  // Null where there is no agent, or it does not answer. `cancel`, which may be null and outlives this, ends waiting
  // for it, now and later.
  static std::unique_ptr<Agent> connect(const std::string& socket, const Interrupt* cancel = nullptr);
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;
  ~Agent();

  // Its keys, each after the certificates among these files that were made for it.
  std::vector<AgentIdentity> identities(const std::vector<std::string>& certificates) const;
  // A socket on which an agent answers that holds these keys alone. The caller owns it; it ends with this object.
  Result<UniqueFd> offer(std::vector<AgentIdentity> identities);

 private:
  Agent(UniqueFd socket, const Interrupt* cancel) : socket_(std::move(socket)), cancel_(cancel) {}
  void withdraw();

  UniqueFd socket_;
  const Interrupt* cancel_;
  std::vector<AgentIdentity> identities_;
  UniqueFd filter_;
  Beside server_;
};

}  // namespace plumb::host::ssh
