// The socket under an SSH session: TCP to the host, or a program that stands in for it.
#pragma once

#include <string>
#include <vector>

#include <sys/socket.h>
#include <sys/types.h>

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/host/connection.h"
#include "engine/host/ssh/settings.h"

namespace plumb::host::ssh {

struct Link {
  UniqueFd socket;  // non-blocking, closed on exec
  bool tcp = true;
  std::string peer;  // "192.0.2.5 port 22"
  pid_t proxy = -1;
  UniqueFd proxy_errors;
};

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

// What a name stands for; none where a proxy command will find the host by itself.
using Addresses = std::vector<Address>;
Result<Addresses> resolve(const Settings& settings, Deadline deadline, const Interrupt* cancel);

// Doubles with every attempt, and differs from host to host so that many do not come back at the same moment.
std::chrono::milliseconds pause_before(int attempt, std::string_view host);

// Tries every address of the host in turn, sharing the time out among them. kConnect says what was tried.
Result<Link> dial(const Settings& settings, const Addresses& addresses, Deadline deadline, const Interrupt* cancel);

}  // namespace plumb::host::ssh
