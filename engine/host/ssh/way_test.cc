// The way to a host: jump hosts, IPv6, hosts that are known by an authority, and the ssh program as transport.
#include "engine/host/testing/relay.h"
#include "engine/host/testing/ssh_test.h"

namespace plumb::host {
namespace {

using testing::hello;
using testing::PrivateSshd;
using testing::read_line;
using testing::ScratchFolder;
using testing::soon;

class Way : public testing::SshTest {
 protected:
  void SetUp() override {
    SshTest::SetUp();
    if (testing::run("command -v ssh") != 0) GTEST_SKIP() << "no ssh";
  }
  void expect_echo() {
    auto connection = open();
    ASSERT_OK(connection);
    EXPECT_EQ(read_line(**connection), hello());
    ASSERT_OK((*connection)->write("through\n", soon()));
    EXPECT_EQ(read_line(**connection), "through\n");
  }
};

TEST_F(Way, OverAJumpHost) {
  use_config(way_to(*sshd_, "testhost") + "  ProxyJump jump\n" + way_to(*sshd_, "jump"));
  expect_echo();
}

TEST_F(Way, OverAChainOfJumpHosts) {
  const auto first = PrivateSshd::start();
  const auto second = PrivateSshd::start();
  ASSERT_TRUE(first && second);
  use_config(way_to(*sshd_, "testhost") + "  ProxyJump one,two\n" + way_to(*first, "one") + way_to(*second, "two"));
  expect_echo();
}

TEST_F(Way, TheJumpHostIsNotKnown) {
  use_config(way_to(*sshd_, "testhost") + "  ProxyJump jump\nHost jump\n  HostName 127.0.0.1\n  Port " +
             std::to_string(sshd_->port()) + "\n  UserKnownHostsFile none\n");
  auto connection = open();
  EXPECT_CODE(connection, Code::kConnect);
  EXPECT_NE(connection.error().summary().find("Host key verification failed"), std::string::npos)
      << connection.error().summary();
}

TEST_F(Way, IncludeMatchAndTokens) {
  folder_.write("more", way_to(*sshd_, "target") + "  User nobody-yet\n");
  use_config("Match originalhost testhost user " + self_.name + "\n  HostName 127.0.0.1\n  Port " +
             std::to_string(sshd_->port()) + "\n  IdentityFile " + files() / "%u-key" + "\n  UserKnownHostsFile " +
             known("alias " + sshd_->public_key("host") + "\n") + "\n  HostKeyAlias alias\nInclude " + folder_ / "mo*" +
             "\n");
  std::filesystem::copy_file(files() / "user", files() / (self_.name + "-key"));
  expect_echo();
}

TEST_F(Way, PathsWithBlanksAndVariables) {
  std::filesystem::create_directory(folder_ / "a b");
  std::filesystem::copy_file(files() / "user", folder_ / "a b/key");
  const std::string known_file = folder_.write("a b/known", "testhost " + sshd_->public_key("host") + "\n");
  const std::string rest = "  HostName 127.0.0.1\n  Port " + std::to_string(sshd_->port()) +
                           "\n  HostKeyAlias testhost\n  UserKnownHostsFile \"" + known_file + "\" /nonexistent\n";
  use_config("Host testhost\n  IdentityFile \"" + folder_ / "a b/key" + "\"\n" + rest);
  expect_echo();
  use_config("Host testhost\n  IdentityFile ${PLUMB_TEST_KEYS}/key\n" + rest);
  ::setenv("PLUMB_TEST_KEYS", (folder_ / "a b").c_str(), 1);
  expect_echo();
  ::unsetenv("PLUMB_TEST_KEYS");
  auto connection = open();
  EXPECT_CODE(connection, Code::kSshSettings);
  EXPECT_NE(connection.error().summary().find("PLUMB_TEST_KEYS"), std::string::npos) << connection.error().summary();
}

// libssh reads the settings where there is no ssh program.
TEST_F(Way, LongLinesWithoutTheProgram) {
  const std::string way = way_to(*sshd_, "testhost");
  const std::string path = std::getenv("PATH");
  const auto open_without = [&] {
    ::setenv("PATH", (folder_ / "empty").c_str(), 1);
    auto connection = open();
    ::setenv("PATH", path.c_str(), 1);
    return connection;
  };
  use_config(way);
  settings_.known_hosts_file = known(sshd_->host_name() + " " + sshd_->public_key("host") + "\n");
  ASSERT_OK(open_without());
  use_config(way + "  SendEnv " + std::string(1100, 'X') + "\n");
  auto connection = open_without();
  EXPECT_CODE(connection, Code::kSshSettings);
  EXPECT_NE(connection.error().summary().find("1000 bytes"), std::string::npos) << connection.error().summary();
}

TEST_F(Way, HashedNames) {
  use_config("Host testhost\n  HostName 127.0.0.1\n  Port " + std::to_string(sshd_->port()) + "\n  IdentityFile " +
             sshd_->user_key() + "\n  HashKnownHosts yes\n  UserKnownHostsFile " + folder_ / "hashed" + "\n");
  settings_.accept_new_host_keys = true;
  ASSERT_OK(open());
  EXPECT_EQ(folder_.read("hashed").substr(0, 3), "|1|");
  settings_.accept_new_host_keys = false;
  EXPECT_TRUE(open().has_value());
}

TEST_F(Way, OverIPv6) {
  const auto six = PrivateSshd::start("AddressFamily any\nListenAddress ::1\n");
  if (!six || testing::run("grep -qw lo /proc/net/if_inet6") != 0) GTEST_SKIP() << "no IPv6 on the loopback device";
  settings_ = six->settings();
  settings_.address = "::1";
  settings_.known_hosts_file = known("[::1]:" + std::to_string(six->port()) + " " + six->public_key("host") + "\n");
  expect_echo();
  settings_.kind = ConnectionKind::kOpenSsh;
  expect_echo();
}

// --- the ssh program

class Program : public Way {
 protected:
  void SetUp() override {
    Way::SetUp();
    settings_.kind = ConnectionKind::kOpenSsh;
  }
};

TEST_F(Program, CarriesBytesBothWays) {
  auto connection = open();
  ASSERT_OK(connection);
  EXPECT_EQ(read_line(**connection), hello());
  testing::expect_bytes_both_ways(**connection, std::size_t{2} << 20, 50'000);
}

TEST_F(Program, AnUnknownHostKey) {
  settings_.known_hosts_file = known("");
  EXPECT_CODE(open(), Code::kHostKeyUnknown);
  settings_.accept_new_host_keys = true;
  EXPECT_TRUE(open().has_value());
  EXPECT_EQ(folder_.read("known_hosts"), sshd_->host_name() + " " + sshd_->public_key("host") + "\n");
}

TEST_F(Program, AChangedHostKey) {
  settings_.known_hosts_file = known(sshd_->host_name() + " " + sshd_->public_key("host2") + "\n");
  settings_.accept_new_host_keys = true;
  EXPECT_CODE(open(), Code::kHostKeyChanged);
}

TEST_F(Program, ARefusedLogin) {
  settings_.identity_files = {files() / "other"};
  auto connection = open();
  EXPECT_CODE(connection, Code::kAuthentication);
  EXPECT_NE(connection.error().summary().find("publickey"), std::string::npos) << connection.error().summary();
}

TEST_F(Program, NobodyListens) {
  settings_.port = testing::free_port();
  EXPECT_CODE(open(), Code::kConnect);
}

TEST_F(Program, AHostThatDropsTheFirstConnections) {
  const testing::Relay relay(sshd_->port(), {.refuse_first = 2});
  settings_.port = relay.port();
  settings_.known_hosts_file =
      known("[127.0.0.1]:" + std::to_string(relay.port()) + " " + sshd_->public_key("host") + "\n");
  settings_.connect_attempts = 2;
  auto connection = open();
  EXPECT_CODE(connection, Code::kConnect);
  EXPECT_NE(connection.error().summary().find("attempt 2"), std::string::npos) << connection.error().summary();
  EXPECT_EQ(relay.connections(), 2);
  EXPECT_TRUE(open().has_value());
}

TEST_F(Program, SomebodyListensButSaysNothing) {
  const testing::SilentListener silent;
  settings_.port = silent.port();
  settings_.connect_timeout = std::chrono::seconds(1);
  EXPECT_CODE(open(), Code::kTimeout);
}

TEST_F(Program, IsNotThere) {
  const std::string path = std::getenv("PATH");
  ::setenv("PATH", (folder_ / "empty").c_str(), 1);
  auto connection = open();
  ::setenv("PATH", path.c_str(), 1);
  EXPECT_CODE(connection, Code::kTransportCommand);
  EXPECT_NE(connection.error().diagnostic().hint.find("install OpenSSH's client"), std::string::npos);
}

// --- what only it can do is left to it

TEST_F(Way, AnAuthorityVouchesForTheHost) {
  const auto vouched = PrivateSshd::start([](const ScratchFolder& folder) {
    testing::run("ssh-keygen -q -t ed25519 -N '' -f " + folder / "authority");
    testing::run("ssh-keygen -q -s " + folder / "authority" + " -h -I host -n 127.0.0.1 " + folder / "host.pub");
    return "HostCertificate " + folder / "host-cert.pub" + "\n";
  });
  ASSERT_NE(vouched, nullptr);
  settings_ = vouched->settings();
  const std::string authority = "@cert-authority " + vouched->host_name() + ",127.0.0.1 ";
  settings_.known_hosts_file = known(authority + vouched->public_key("authority") + "\n");
  expect_echo();
  settings_.known_hosts_file = known(authority + vouched->public_key("other") + "\n");
  EXPECT_CODE(open(), Code::kHostKeyUnknown);
}

TEST_F(Way, AKeyRevocationListIsHeeded) {
  ASSERT_EQ(testing::run("ssh-keygen -q -k -f " + folder_ / "list" + " " + files() / "other.pub"), 0);
  use_config(way_to(*sshd_, "testhost") + "  RevokedHostKeys " + folder_ / "list" + "\n");
  expect_echo();
  ASSERT_EQ(testing::run("ssh-keygen -q -k -f " + folder_ / "list" + " " + files() / "host.pub"), 0);
  EXPECT_CODE(open(), Code::kHostKeyRevoked);
}

TEST_F(Way, AlgorithmsThatLibsshDoesNotKnow) {
  use_config(way_to(*sshd_, "testhost") + "  KexAlgorithms sntrup761x25519-sha512@openssh.com\n");
  expect_echo();
}

TEST_F(Way, AlgorithmsAreThoseAllowed) {
  const auto strict = PrivateSshd::start("KexAlgorithms ecdh-sha2-nistp384\nCiphers aes256-gcm@openssh.com\n");
  ASSERT_NE(strict, nullptr);
  use_config(way_to(*strict, "testhost") + "  KexAlgorithms ecdh-sha2-nistp384\n  Ciphers aes256-gcm@openssh.com\n");
  expect_echo();
  use_config(way_to(*strict, "testhost") + "  KexAlgorithms ecdh-sha2-nistp256\n");
  EXPECT_CODE(open(), Code::kSshSettings);
}

}  // namespace
}  // namespace plumb::host
