// The SSH transport against an sshd of our own.
#include <thread>

#include "engine/host/testing/ssh_test.h"

namespace plumb::host {
namespace {

using testing::hello;
using testing::PrivateSshd;
using testing::read_line;
using testing::soon;
using testing::stand_in;
class Ssh : public testing::SshTest {};

TEST_F(Ssh, PushesAndThenFindsTheExecutor) {
  std::filesystem::remove_all(files() / "cache");
  for (int i = 0; i < 2; ++i) {
    auto connection = open();
    ASSERT_OK(connection);
    EXPECT_EQ(read_line(**connection), hello());
  }
  EXPECT_TRUE(std::filesystem::exists(files() / ("cache/plumb/exec-" + stand_in().digests()->front())));
}

TEST_F(Ssh, CarriesBytesBothWays) {
  auto connection = open();
  ASSERT_OK(connection);
  read_line(**connection);
  // More than any window: the far side's echo waits in libssh while we write.
  testing::expect_bytes_both_ways(**connection, std::size_t{8} << 20, 400'000);
}

TEST_F(Ssh, StandardErrorAndTheEnd) {
  auto connection = open();
  ASSERT_OK(connection);
  read_line(**connection);
  ASSERT_OK((*connection)->write("stderr\n", soon()));
  EXPECT_EQ(read_line(**connection), "stderr\n");
  ASSERT_OK((*connection)->write("exit", soon()));
  EXPECT_EQ(read_line(**connection), "[end]");
  EXPECT_EQ((*connection)->error_output(), "trouble\n");
  EXPECT_EQ((*connection)->exit_reason(), "exit code 7");
  EXPECT_CODE((*connection)->write("more", soon()), Code::kConnectionLost);
}

TEST_F(Ssh, AKilledExecutor) {
  auto connection = open();
  ASSERT_OK(connection);
  read_line(**connection);
  ASSERT_OK((*connection)->write("kill", soon()));
  EXPECT_EQ(read_line(**connection), "[end]");
  EXPECT_EQ((*connection)->exit_reason(), "killed by signal SIGKILL");
}

TEST_F(Ssh, DeadlinesAndInterrupts) {
  auto connection = open();
  ASSERT_OK(connection);
  read_line(**connection);
  testing::expect_deadlines_and_interrupts(**connection);
}

TEST_F(Ssh, ManySessionsInManyThreads) {
  ssh::Context context(self_);
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      auto connection = open_executor(settings_, stand_in(), context);
      if (connection && read_line(**connection) == hello()) ++good;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, 8);
}

// --- host keys

TEST_F(Ssh, AnUnknownHostKeyIsRefused) {
  settings_.known_hosts_file = known("");
  auto connection = open();
  EXPECT_CODE(connection, Code::kHostKeyUnknown);
  EXPECT_NE(connection.error().summary().find("ssh-ed25519 key SHA256:"), std::string::npos);
  EXPECT_EQ(connection.error().diagnostic().host, "testhost");
  EXPECT_EQ(folder_.read("known_hosts"), "");
}

TEST_F(Ssh, ANewHostKeyIsAcceptedOnce) {
  settings_.known_hosts_file = folder_ / "fresh/known_hosts";
  settings_.accept_new_host_keys = true;
  ASSERT_OK(open());
  const std::string line = sshd_->host_name() + " " + sshd_->public_key("host") + "\n";
  EXPECT_EQ(folder_.read("fresh/known_hosts"), line);
  settings_.accept_new_host_keys = false;
  ASSERT_OK(open());
  EXPECT_EQ(folder_.read("fresh/known_hosts"), line);
}

TEST_F(Ssh, ANewHostKeyGoesOnALineOfItsOwn) {
  settings_.known_hosts_file = known("# no line end");
  settings_.accept_new_host_keys = true;
  ASSERT_OK(open());
  EXPECT_EQ(folder_.read("known_hosts"),
            "# no line end\n" + sshd_->host_name() + " " + sshd_->public_key("host") + "\n");
}

TEST_F(Ssh, AChangedHostKeyIsRefusedEvenIfNewOnesAreAccepted) {
  settings_.known_hosts_file = known("# first\n" + sshd_->host_name() + " " + sshd_->public_key("host2") + "\n");
  settings_.accept_new_host_keys = true;
  auto connection = open();
  EXPECT_CODE(connection, Code::kHostKeyChanged);
  EXPECT_NE(connection.error().summary().find("known_hosts:2"), std::string::npos);
  EXPECT_EQ(connection.error().diagnostic().hint, "if the host was installed anew: ssh-keygen -f '" +
                                                      settings_.known_hosts_file + "' -R '" + sshd_->host_name() + "'");
}

TEST_F(Ssh, ARevokedHostKeyIsRefused) {
  settings_.known_hosts_file =
      known(sshd_->host_name() + " " + sshd_->public_key("host") + "\n@revoked * " + sshd_->public_key("host") + "\n");
  EXPECT_CODE(open(), Code::kHostKeyRevoked);
}

TEST_F(Ssh, TheKnownTypeOfKeyIsAskedFor) {
  ASSERT_EQ(testing::run("ssh-keygen -q -t ecdsa -N '' -f " + files() / "ecdsa"), 0);
  auto sshd = PrivateSshd::start("HostKey " + files() / "ecdsa" + "\n");
  ASSERT_NE(sshd, nullptr);
  settings_ = sshd->settings();
  settings_.known_hosts_file = known(sshd->host_name() + " " + sshd_->public_key("ecdsa") + "\n");
  EXPECT_TRUE(open().has_value());
}

// --- logging in

TEST_F(Ssh, AKeyThatTheHostDoesNotKnow) {
  settings_.identity_files = {files() / "other", files() / "missing"};
  auto connection = open();
  EXPECT_CODE(connection, Code::kAuthentication);
  const std::string& text = connection.error().summary();
  EXPECT_NE(text.find("login of " + self_.name), std::string::npos) << text;
  EXPECT_NE(text.find(files() / "other"), std::string::npos) << text;
  EXPECT_NE(text.find("missing (not there)"), std::string::npos) << text;
}

TEST_F(Ssh, NoKeyAtAll) {
  settings_.identity_files.clear();
  auto connection = open();
  EXPECT_CODE(connection, Code::kAuthentication);
  EXPECT_NE(connection.error().summary().find("no key to try"), std::string::npos);
}

TEST_F(Ssh, TheSecondKeyFits) {
  settings_.identity_files.insert(settings_.identity_files.begin(), files() / "other");
  EXPECT_TRUE(open().has_value());
}

TEST_F(Ssh, FilesBelowTheHomeFolder) {
  self_.home = files().path();
  settings_.identity_files = {"~/user"};
  settings_.known_hosts_file = "~/known_hosts";
  EXPECT_TRUE(open().has_value());
}

TEST_F(Ssh, AnEncryptedKeyNeedsAnAgent) {
  std::filesystem::copy_file(files() / "user", folder_ / "locked");
  std::filesystem::copy_file(files() / "user.pub", folder_ / "locked.pub");
  ASSERT_EQ(testing::run("ssh-keygen -p -P '' -N secret -f " + folder_ / "locked"), 0);
  settings_.identity_files = {folder_ / "locked"};
  auto connection = open();
  EXPECT_CODE(connection, Code::kAuthentication);
  EXPECT_NE(connection.error().summary().find("encrypted"), std::string::npos);
  EXPECT_NE(connection.error().diagnostic().hint.find("ssh-add"), std::string::npos);
}

// --- with a real agent that may hold more keys than a server lets anybody try

class SshAgent : public testing::AgentTest {};

TEST_F(SshAgent, OffersTheMatchingKeyFirst) {
  for (int i = 0; i < 8; ++i) {
    const std::string key = folder_ / ("k" + std::to_string(i));
    ASSERT_EQ(testing::run("ssh-keygen -q -t ed25519 -N '' -f " + key), 0);
    add(key);
  }
  add(files() / "user");
  // Only the public half is named, as with a hardware token.
  std::filesystem::copy_file(files() / "user.pub", folder_ / "id.pub");
  settings_.identity_files = {folder_ / "id.pub"};
  auto connection = open();
  ASSERT_OK(connection);
  EXPECT_EQ(read_line(**connection), hello());
}

TEST_F(SshAgent, ServesAnEncryptedKey) {
  add(files() / "user");
  std::filesystem::copy_file(files() / "user", folder_ / "locked");
  std::filesystem::copy_file(files() / "user.pub", folder_ / "locked.pub");
  ASSERT_EQ(testing::run("ssh-keygen -p -P '' -N secret -f " + folder_ / "locked"), 0);
  settings_.identity_files = {folder_ / "locked"};
  EXPECT_TRUE(open().has_value());
}

TEST_F(SshAgent, OffersWhatItHasWhenNoFileIsNamed) {
  add(files() / "other");
  add(files() / "user");
  settings_.identity_files.clear();
  EXPECT_TRUE(open().has_value());
}

TEST_F(SshAgent, HasNoneThatFits) {
  add(files() / "other");
  settings_.identity_files.clear();
  auto connection = open();
  EXPECT_CODE(connection, Code::kAuthentication);
  EXPECT_NE(connection.error().summary().find("(agent)"), std::string::npos);
}

// --- the way there

TEST_F(Ssh, NobodyListens) {
  settings_.port = testing::free_port();
  auto connection = open();
  EXPECT_CODE(connection, Code::kConnect);
  EXPECT_NE(connection.error().summary().find("Connection refused"), std::string::npos);
}

TEST_F(Ssh, ANameThatDoesNotResolve) {
  settings_.address = "no-such-host.invalid";
  auto connection = open();
  EXPECT_CODE(connection, Code::kConnect);
  EXPECT_NE(connection.error().summary().find("cannot be resolved"), std::string::npos);
}

TEST_F(Ssh, SomebodyListensButSaysNothing) {
  const testing::SilentListener silent;
  settings_.port = silent.port();
  settings_.connect_timeout = std::chrono::seconds(1);
  EXPECT_CODE(open(), Code::kTimeout);
}

TEST_F(Ssh, OpeningCanBeInterrupted) {
  const testing::SilentListener silent;
  settings_.port = silent.port();
  Interrupt cancel;
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    cancel.raise();
  });
  ssh::Context context(self_);
  EXPECT_CODE(open_executor(settings_, stand_in(), context, &cancel), Code::kInterrupted);
  other.join();
}

TEST_F(Ssh, AProxyCommandThatFails) {
  if (testing::run("command -v ssh") != 0) GTEST_SKIP() << "no ssh";
  settings_.use_ssh_config = true;
  settings_.ssh_config_file = folder_.write("config", "ProxyCommand echo no way through >&2; exit 1\n");
  auto connection = open();
  EXPECT_CODE(connection, Code::kConnect);
  EXPECT_NE(connection.error().summary().find("no way through"), std::string::npos) << connection.error().summary();
}

TEST_F(Ssh, AHostThatRunsSomethingElse) {
  auto forced = PrivateSshd::start("ForceCommand echo This account is for backups only.\n");
  ASSERT_NE(forced, nullptr);
  settings_ = forced->settings();
  EXPECT_CODE(open(), Code::kBootstrap);
  auto none = PrivateSshd::start("MaxSessions 0\n");
  ASSERT_NE(none, nullptr);
  settings_ = none->settings();
  EXPECT_CODE(open(), Code::kConnectionLost);
}

}  // namespace
}  // namespace plumb::host
