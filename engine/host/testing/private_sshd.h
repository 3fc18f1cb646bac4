// An sshd of the test's own on a loopback port.
#pragma once

#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/base/unique_fd.h"
#include "engine/host/process.h"
#include "engine/host/testing/fixtures.h"

namespace plumb::host::testing {

// A socket that listens on a free loopback port and says nothing.
class SilentListener {
 public:
  SilentListener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::listen(socket_.get(), 8);
    socklen_t size = sizeof address;
    ::getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  int port() const { return port_; }
  int socket() const { return socket_.get(); }

 private:
  UniqueFd socket_;
  int port_ = 0;
};

// A connection to a loopback port; empty where nobody listens.
inline UniqueFd connect_to(int port) {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fd.reset();
  return fd;
}

inline int free_port() {
  return SilentListener().port();
}

class PrivateSshd {
 public:
  // Null where there is no sshd that can be started.
  // `more_config` is put together once the folder is known. `in_front` runs its last arguments.
  using Config = std::function<std::string(const ScratchFolder&)>;
  static std::unique_ptr<PrivateSshd> start(const Config& more_config, std::vector<std::string> in_front = {}) {
    std::unique_ptr<PrivateSshd> sshd(new PrivateSshd);
    return sshd->launch(more_config, std::move(in_front)) ? std::move(sshd) : nullptr;
  }
  static std::unique_ptr<PrivateSshd> start(const std::string& more_config = "") {
    return start([&](const ScratchFolder&) { return more_config; });
  }
  ~PrivateSshd() {
    if (pid_ > 0) {
      kill(pid_, SIGTERM);
      waitpid(pid_, nullptr, 0);
    }
  }

  int port() const { return port_; }
  pid_t pid() const { return pid_; }
  const ScratchFolder& folder() const { return folder_; }
  std::string user_key() const { return folder_ / "user"; }
  std::string known_hosts() const { return folder_ / "known_hosts"; }
  // "ssh-ed25519 AAAA…"
  std::string public_key(const std::string& name) const {
    std::istringstream text(folder_.read(name + ".pub"));
    std::string type;
    std::string base64;
    text >> type >> base64;
    return type + " " + base64;
  }
  std::string host_name() const { return "[127.0.0.1]:" + std::to_string(port_); }

  HostSettings settings() const {
    HostSettings settings;
    settings.name = "testhost";
    settings.address = "127.0.0.1";
    settings.port = port_;
    settings.connect_timeout = kPatience;
    settings.identity_files = {user_key()};
    settings.known_hosts_file = known_hosts();
    settings.use_ssh_config = false;
    return settings;
  }

 private:
  PrivateSshd() = default;

  bool launch(const Config& more_config, std::vector<std::string> command) {
    if (run("command -v ssh-keygen") != 0 || access("/usr/sbin/sshd", X_OK) != 0) return false;
    if (geteuid() == 0) run("mkdir -p /run/sshd");
    for (const char* key : {"host", "host2", "user", "other"}) {
      if (run(std::string("ssh-keygen -q -t ed25519 -N '' -f ") + (folder_ / key)) != 0) return false;
    }
    port_ = free_port();
    folder_.write("authorized_keys", public_key("user") + "\n", 0600);
    folder_.write("known_hosts", host_name() + " " + public_key("host") + "\n");
    folder_.write("sshd_config",
                  "Port " + std::to_string(port_) + "\nListenAddress 127.0.0.1\nHostKey " + (folder_ / "host") +
                      "\nPidFile none\nUsePAM no\nStrictModes no\nPasswordAuthentication no\nPermitRootLogin yes\n" +
                      "KbdInteractiveAuthentication no\nAuthorizedKeysFile " + (folder_ / "authorized_keys") +
                      "\nSetEnv XDG_CACHE_HOME=" + (folder_ / "cache") + "\n");
    // What stands first counts.
    folder_.write("sshd_config", more_config(folder_) + folder_.read("sshd_config"));
    command.insert(command.end(), {"/usr/sbin/sshd", "-D", "-e", "-f", folder_ / "sshd_config"});
    Result<Child> child = start_child(command, ErrorStream::kDiscard);
    if (!child) return false;
    pid_ = child->pid;
    for (int i = 0; i < 200; ++i) {
      if (waitpid(pid_, nullptr, WNOHANG) == pid_) {
        pid_ = -1;
        return false;
      }
      if (connect_to(port_)) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  ScratchFolder folder_;
  int port_ = 0;
  pid_t pid_ = -1;
};

}  // namespace plumb::host::testing
