// A test over SSH: an sshd that the tests of a suite share, and the settings that lead to it.
#pragma once

#include "engine/host/ssh/keys.h"
#include "engine/host/testing/open_executor.h"
#include "engine/host/testing/private_sshd.h"

namespace plumb::host::testing {

inline std::string hello() {
  return "hello uid=" + std::to_string(geteuid()) + " root=\n";
}

// This process's own name and no home of its own, so that nobody's real keys are used.
inline ssh::Self nobody_home() {
  ssh::Self self = ssh::self();
  self.home = "/nonexistent";
  self.agent.clear();
  return self;
}

class SshTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { sshd_ = PrivateSshd::start(); }
  static void TearDownTestSuite() { sshd_.reset(); }
  void SetUp() override {
    if (!sshd_) GTEST_SKIP() << "no sshd can be started here";
    settings_ = sshd_->settings();
  }
  Result<std::unique_ptr<Connection>> open(const ssh::Prompt& prompt = {}) {
    ssh::Context context(self_);
    context.set_prompt(prompt);
    return open_executor(settings_, stand_in(), context);
  }
  std::string known(const std::string& text) { return folder_.write("known_hosts", text); }
  // The settings come from this file alone; the host is `testhost` there.
  void use_config(const std::string& text) {
    settings_ = HostSettings{};
    settings_.name = "testhost";
    settings_.connect_timeout = kPatience;
    settings_.ssh_config_file = folder_.write("config", text);
  }
  // How to reach an sshd, in the words of ssh_config.
  std::string way_to(const PrivateSshd& sshd, const std::string& name) {
    const std::string file = folder_.write("known_" + name, name + " " + sshd.public_key("host") + "\n");
    return "Host " + name + "\n  HostName 127.0.0.1\n  Port " + std::to_string(sshd.port()) + "\n  IdentityFile " +
           sshd.user_key() + "\n  IdentitiesOnly yes\n  HostKeyAlias " + name + "\n  UserKnownHostsFile " + file + "\n";
  }
  static const ScratchFolder& files() { return sshd_->folder(); }

  inline static std::unique_ptr<PrivateSshd> sshd_;
  ScratchFolder folder_;
  HostSettings settings_;
  ssh::Self self_ = nobody_home();
};

// A real agent.
class AgentTest : public SshTest {
 protected:
  void SetUp() override {
    SshTest::SetUp();
    if (IsSkipped()) return;
    if (run("command -v ssh-agent") != 0) GTEST_SKIP() << "no ssh-agent";
    socket_ = folder_ / "agent";
    Result<Child> child = start_child({"ssh-agent", "-D", "-a", socket_}, ErrorStream::kDiscard);
    ASSERT_OK(child);
    pid_ = child->pid;
    // The socket's name is there a moment before anybody listens on it.
    for (int i = 0; i < 500 && !ssh::Agent::connect(socket_); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    self_.agent = socket_;
  }
  void TearDown() override {
    if (pid_ <= 0) return;
    kill(pid_, SIGTERM);
    waitpid(pid_, nullptr, 0);
  }
  void add(const std::string& key) { ASSERT_EQ(run("SSH_AUTH_SOCK=" + socket_ + " ssh-add " + key), 0); }

  std::string socket_;
  pid_t pid_ = -1;
};

}  // namespace plumb::host::testing
