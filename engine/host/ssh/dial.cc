#include "engine/host/ssh/dial.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <set>
#include <sstream>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "engine/base/descriptors.h"
#include "engine/base/joined.h"
#include "engine/base/platform.h"
#include "engine/base/program.h"
#include "engine/host/process.h"
#include "engine/host/stream_connection.h"

namespace plumb::host::ssh {

namespace {

// A peer that is gone without a word is noticed after about 45 s, also while nothing is being sent.
constexpr KeepAlive kKeepAlive{.idle = 20, .interval = 5, .count = 5};

// The addresses that a text is, where it is one; more than one where it has a scope.
Addresses numeric_addresses(const std::string& text, const Settings& settings) {
  addrinfo wanted{};
  wanted.ai_family = settings.address_family;
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_NUMERICSERV | AI_NUMERICHOST;
  addrinfo* list = nullptr;
  Addresses found;
  if (getaddrinfo(text.c_str(), std::to_string(settings.port).c_str(), &wanted, &list) != 0) return found;
  for (const addrinfo* one = list; one != nullptr; one = one->ai_next) {
    Address& address = found.emplace_back();
    std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
    address.size = one->ai_addrlen;
  }
  freeaddrinfo(list);
  return found;
}

std::string numeric(const Address& address) {
  std::array<char, NI_MAXHOST> host{};
  if (getnameinfo(address.get(), address.size, host.data(), host.size(), nullptr, 0, NI_NUMERICHOST) != 0) return "?";
  return host.data();
}

void send_at_once(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

// 0 or an errno; kTimeout and kInterrupted are those of wait_ready.
Result<int> connect_one(const UniqueFd& fd, const Address& address, Deadline deadline, const Interrupt* cancel) {
  if (::connect(fd.get(), address.get(), address.size) == 0) return 0;
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

// The system's resolver cannot be stopped, so a program asks it that can.
Result<Addresses> resolve(const Settings& settings, Deadline deadline, const Interrupt* cancel) {
  if (!settings.proxy_command.empty()) return Addresses();
  const std::string& name = settings.host_name;
  Addresses found = numeric_addresses(name, settings);
  if (!found.empty()) return found;
  const Error unresolved = fail(Code::kConnect, "the name " + name + " cannot be resolved")
                               .hint("check the name, or give the host an `address`");
  if (name.empty() || name.starts_with('-')) return unresolved;
  const std::vector<std::string> command = lookup_command(name);
  const Result<ProgramOutput> told = run_program(command, {}, Code::kConnect, program_limits(deadline, cancel));
  if (!told && told.error().code() == Code::kInterrupted) return Error(told.error());
  if (!told && deadline.passed()) {
    return fail(Code::kTimeout, "the name " + name + " was not resolved in time")
        .hint("the name server does not answer; check it, or give the host an `address`");
  }
  if (!told) return Error(told.error()).during("resolving " + name);
  std::istringstream words(told->text);
  std::set<std::string> seen;
  for (std::string word; words >> word;) {
    if (!seen.insert(word).second) continue;
    for (const Address& address : numeric_addresses(word, settings)) found.push_back(address);
  }
  if (found.empty()) return unresolved;
  return found;
}

std::chrono::milliseconds pause_before(int attempt, std::string_view host) {
  unsigned spread = 0;
  for (const char c : host) spread = spread * 31 + static_cast<unsigned char>(c);
  const int full = 500 << std::min(attempt, 6);
  return std::chrono::milliseconds(full / 2 + static_cast<int>(spread % 256) * full / 512);
}

Result<Link> dial(const Settings& settings, const Addresses& addresses, Deadline deadline, const Interrupt* cancel) {
  if (!settings.proxy_command.empty()) return dial_proxy(settings);
  auto left = static_cast<int>(addresses.size());

  std::string tried;
  bool refused = false;
  for (const Address& address : addresses) {
    const std::string where = numeric(address) + " port " + std::to_string(settings.port);
    UniqueFd fd = make_socket(address.get()->sa_family, Waiting::kNever);
    const auto now = Deadline::Clock::now();
    const Deadline share =
        deadline.at == Deadline::Clock::time_point::max() ? deadline : Deadline{now + (deadline.at - now) / left--};
    Result<int> error = fd ? connect_one(fd, address, share, cancel) : Result<int>(errno);
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
    append_item(tried, where + ": " + (error ? std::strerror(*error) : "no answer in time"), "; ");
  }
  Error failed = fail(Code::kConnect, "cannot connect to " + settings.host_name + " (" + tried + ")");
  if (refused)
    return std::move(failed).hint("the machine answers, but nothing listens there: is sshd running, on this port?");
  return failed;
}

}  // namespace plumb::host::ssh
