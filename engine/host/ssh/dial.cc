#include "engine/host/ssh/dial.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <thread>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "engine/base/descriptors.h"
#include "engine/base/platform.h"
#include "engine/host/process.h"
#include "engine/host/stream_connection.h"

namespace plumb::host::ssh {

namespace {

// A peer that is gone without a word is noticed after about 45 s, also while nothing is being sent.
constexpr KeepAlive kKeepAlive{.idle = 20, .interval = 5, .count = 5};

// One question to the system's resolver, which cannot be stopped: whoever waits may go, the answer stays with it.
struct Lookup {
  std::string name;
  std::string port;
  addrinfo wanted{};
  int error = 0;
  int system_error = 0;
  Addresses found;
  Interrupt done;

  void run() {
    addrinfo* list = nullptr;
    error = getaddrinfo(name.c_str(), port.c_str(), &wanted, &list);
    system_error = errno;
    if (error == 0) found = Addresses(list, freeaddrinfo);
  }
};

Error unresolved(const Lookup& lookup) {
  const std::string why = lookup.error == EAI_SYSTEM ? std::strerror(lookup.system_error) : gai_strerror(lookup.error);
  return fail(Code::kConnect, "the name " + lookup.name + " cannot be resolved: " + why)
      .hint("check the name, or give the host an `address`");
}

std::string numeric(const addrinfo& address) {
  std::array<char, NI_MAXHOST> host{};
  if (getnameinfo(address.ai_addr, address.ai_addrlen, host.data(), host.size(), nullptr, 0, NI_NUMERICHOST) != 0)
    return "?";
  return host.data();
}

void send_at_once(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// 0 or an errno; kTimeout and kInterrupted are those of wait_ready.
Result<int> connect_one(const UniqueFd& fd, const addrinfo& address, Deadline deadline, const Interrupt* cancel) {
  if (::connect(fd.get(), address.ai_addr, address.ai_addrlen) == 0) return 0;
  if (errno != EINPROGRESS) return errno;
  pollfd one{fd.get(), POLLOUT, 0};
  PLUMB_TRY(wait_ready({&one, 1}, deadline, cancel));
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  return error;
}

Result<Link> dial_proxy(const Settings& settings) {
  Result<Child> child = start_child({"sh", "-c", settings.proxy_command}, ErrorStream::kPipe);
  if (!child) return Error(child.error()).during("starting the proxy command");
  Link link;
  link.socket = std::move(child->stream);
  link.tcp = false;
  link.peer = "the proxy command `" + settings.proxy_command + "`";
  link.proxy = child->pid;
  link.proxy_errors = std::move(child->errors);
  return link;
}

}  // namespace

Result<Addresses> resolve(const Settings& settings, Deadline deadline, const Interrupt* cancel) {
  if (!settings.proxy_command.empty()) return Addresses();
  const auto lookup = std::make_shared<Lookup>();
  lookup->name = settings.host_name;
  lookup->port = std::to_string(settings.port);
  lookup->wanted.ai_family = settings.address_family;
  lookup->wanted.ai_socktype = SOCK_STREAM;
  lookup->wanted.ai_flags = AI_NUMERICSERV | AI_NUMERICHOST;
  lookup->run();  // an address needs nobody's answer
  if (lookup->error == 0) return lookup->found;
  lookup->wanted.ai_flags = AI_NUMERICSERV;
  std::thread([lookup] {
    lookup->run();
    lookup->done.raise();
  }).detach();
  pollfd answer{lookup->done.fd(), POLLIN, 0};
  const Result<> waited = wait_ready({&answer, 1}, deadline, cancel);
  if (!waited && waited.error().code() == Code::kTimeout) {
    return fail(Code::kTimeout, "the name " + lookup->name + " was not resolved in time")
        .hint("the name server does not answer; check it, or give the host an `address`");
  }
  if (!waited) return Error(waited.error());
  if (!lookup->done.raised()) return fail(Code::kConnect, "the name " + lookup->name + " was not resolved");
  if (lookup->error != 0) return unresolved(*lookup);
  return lookup->found;
}

Result<Link> dial(const Settings& settings, const Addresses& addresses, Deadline deadline, const Interrupt* cancel) {
  if (!settings.proxy_command.empty()) return dial_proxy(settings);
  int left = 0;
  for (const addrinfo* a = addresses.get(); a != nullptr; a = a->ai_next) ++left;

  std::string tried;
  bool refused = false;
  for (const addrinfo* a = addresses.get(); a != nullptr; a = a->ai_next, --left) {
    const std::string where = numeric(*a) + " port " + std::to_string(settings.port);
    UniqueFd fd = make_socket(a->ai_family, Waiting::kNever);
    const auto now = Deadline::Clock::now();
    const Deadline share =
        deadline.at == Deadline::Clock::time_point::max() ? deadline : Deadline{now + (deadline.at - now) / left};
    Result<int> error = fd ? connect_one(fd, *a, share, cancel) : Result<int>(errno);
    if (!error && error.error().code() != Code::kTimeout) return Error(error.error());
    if (error && *error == 0) {
      send_at_once(fd.get());
      keep_alive(fd.get(), kKeepAlive);
      Link link;
      link.socket = std::move(fd);
      link.peer = where;
      return link;
    }
    refused = refused || (error && *error == ECONNREFUSED);
    tried += (tried.empty() ? "" : "; ") + where + ": " + (error ? std::strerror(*error) : "no answer in time");
  }
  Error failed = fail(Code::kConnect, "cannot connect to " + settings.host_name + " (" + tried + ")");
  if (refused)
    return std::move(failed).hint("the machine answers, but nothing listens there: is sshd running, on this port?");
  return failed;
}

}  // namespace plumb::host::ssh
