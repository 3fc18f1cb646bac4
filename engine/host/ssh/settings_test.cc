#include "engine/host/ssh/settings.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "engine/host/ssh/config_files.h"
#include "engine/host/testing/fixtures.h"

namespace plumb::host::ssh {
namespace {

const Self kSelf{"me", "/home/me", "/run/agent"};

Scan scan(const std::string& text, const std::string& host = "web1") {
  return scan_config(text, host, [](std::string_view pattern) {
    return pattern == "ports" ? std::vector<std::string>{"Port 2222\n"} : std::vector<std::string>{};
  });
}

TEST(SshConfigScan, AStockFileDoesNotMatter) {
  const Scan found = scan(
      "# Host *\n\nInclude /etc/ssh/ssh_config.d/*.conf\n\nHost *\n#   ForwardAgent no\n    SendEnv LANG LC_*\n"
      "    HashKnownHosts yes\n    GSSAPIAuthentication yes\n");
  EXPECT_FALSE(found.matters);
  EXPECT_TRUE(found.hash_known_hosts);
}

TEST(SshConfigScan, WhatMatters) {
  EXPECT_TRUE(scan("Port 2222").matters);
  EXPECT_TRUE(scan("Host web*\n\tproxyjump=bastion\n").matters);
  EXPECT_TRUE(scan("Host github.com web1\n  User git\n").matters);
  EXPECT_TRUE(scan("Match exec true\n  ForwardX11 no\n").matters);
  EXPECT_TRUE(scan("Include ports").matters);
  EXPECT_TRUE(scan("SomethingNew yes").matters);
  EXPECT_TRUE(scan("Host \"web1\"\n  User git\n").matters);
  EXPECT_TRUE(scan("Host 'web1'\n  User git\n").matters);
  EXPECT_TRUE(scan("Host w\\eb1\n  User git\n").matters);
  EXPECT_TRUE(scan("Host * # !web1\n  User git\n").matters);
  EXPECT_TRUE(scan("Host * !WEB1\n  User git\n").matters);
  EXPECT_TRUE(scan("Include 'ports'\n").matters);
}

TEST(SshConfigScan, OtherHostsDoNotMatter) {
  EXPECT_FALSE(scan("Host github.com gitlab.com\n  User git\n  IdentityFile ~/.ssh/git\n").matters);
  EXPECT_FALSE(scan("Host * !web1\n  User git\n").matters);
  EXPECT_FALSE(scan("Host other\n  Include ports\n").matters);
  EXPECT_FALSE(scan("Include nothing\nTCPKeepAlive no\nControlMaster auto\n").matters);
}

Settings parsed(const std::string& output, const Query& query = {.host = "web1", .user = "", .config_file = {}}) {
  Result<Settings> settings = parse_effective(output, query, kSelf);
  EXPECT_TRUE(settings.has_value());
  return settings ? *settings : Settings{};
}

TEST(SshEffective, ReadsWhatSshSays) {
  const Settings s = parsed(
      "host web1\nuser deploy\nhostname 192.0.2.5\nport 2222\nidentitiesonly yes\nidentityfile ~/.ssh/a\n"
      "identityfile /keys/%r@%h\nuserknownhostsfile ~/.ssh/known_hosts /etc/kh\nglobalknownhostsfile /g\n"
      "stricthostkeychecking accept-new\nhostkeyalias web\nconnecttimeout 7\naddressfamily inet6\nhashknownhosts yes\n"
      "identityagent none\ncertificatefile ~/c-cert.pub\nkexalgorithms curve25519-sha256\n");
  EXPECT_EQ(s.host_name, "192.0.2.5");
  EXPECT_EQ(s.port, 2222);
  EXPECT_EQ(s.user, "deploy");
  EXPECT_TRUE(s.identities_only);
  EXPECT_EQ(s.identity_files, (std::vector<std::string>{"/home/me/.ssh/a", "/keys/deploy@192.0.2.5"}));
  EXPECT_EQ(s.certificate_files, (std::vector<std::string>{"/home/me/c-cert.pub"}));
  EXPECT_EQ(s.user_known_hosts, (std::vector<std::string>{"/home/me/.ssh/known_hosts", "/etc/kh"}));
  EXPECT_EQ(s.global_known_hosts, (std::vector<std::string>{"/g"}));
  EXPECT_EQ(s.policy, HostKeyPolicy::kAcceptNew);
  EXPECT_EQ(s.host_key_alias, "web");
  EXPECT_EQ(s.connect_timeout_seconds, 7);
  EXPECT_EQ(s.address_family, AF_INET6);
  EXPECT_TRUE(s.hash_known_hosts);
  EXPECT_EQ(s.agent, "");
  EXPECT_EQ(s.key_exchange, "curve25519-sha256");
}

TEST(SshEffective, PathsWithBlanks) {
  const Settings s =
      parsed("identityfile /a b/key\nuserknownhostsfile /a b/known ~/.ssh/known_hosts\nglobalknownhostsfile /g /h i\n");
  EXPECT_EQ(s.identity_files, (std::vector<std::string>{"/a b/key"}));
  EXPECT_EQ(s.user_known_hosts, (std::vector<std::string>{"/a b/known", "/home/me/.ssh/known_hosts"}));
  EXPECT_EQ(s.global_known_hosts, (std::vector<std::string>{"/g", "/h i"}));
}

TEST(SshEffective, VariablesOfTheEnvironment) {
  ::setenv("PLUMB_TEST_KEYS", "/keys", 1);
  const Settings s = parsed(
      "identityfile ${PLUMB_TEST_KEYS}/a\ncertificatefile ${PLUMB_TEST_KEYS}/c\n"
      "identityagent ${PLUMB_TEST_KEYS}/agent\n");
  EXPECT_EQ(s.identity_files, (std::vector<std::string>{"/keys/a"}));
  EXPECT_EQ(s.certificate_files, (std::vector<std::string>{"/keys/c"}));
  EXPECT_EQ(s.agent, "/keys/agent");
  ::unsetenv("PLUMB_TEST_KEYS");
  EXPECT_CODE(
      parse_effective("identityfile ${PLUMB_TEST_KEYS}/a\n", {.host = "web1", .user = "", .config_file = {}}, kSelf),
      Code::kSshSettings);
}

TEST(SshEffective, AskingIsRefusing) {
  EXPECT_EQ(parsed("stricthostkeychecking ask\n").policy, HostKeyPolicy::kRefuseUnknown);
  EXPECT_EQ(parsed("stricthostkeychecking true\n").policy, HostKeyPolicy::kRefuseUnknown);
  EXPECT_EQ(parsed("connecttimeout none\n").connect_timeout_seconds, std::nullopt);
}

TEST(SshEffective, WhatALoginMayUse) {
  const Settings s = parsed("pubkeyauthentication false\npasswordauthentication no\n");
  EXPECT_FALSE(s.keys_allowed);
  EXPECT_FALSE(s.passwords_allowed);
  EXPECT_TRUE(s.dialogues_allowed);
}

TEST(SshEffective, SignsOfLife) {
  Settings s = parsed("serveraliveinterval 0\nserveralivecountmax 3\nconnectionattempts 4\n");
  EXPECT_EQ(s.alive_interval_seconds, 15) << "plumb looks for life where ssh would not";
  EXPECT_EQ(s.alive_count, 3);
  EXPECT_EQ(s.connection_attempts, 4);
  s = parsed("serveraliveinterval 60\nserveralivecountmax 1\n");
  EXPECT_EQ(s.alive_interval_seconds, 60);
  EXPECT_EQ(s.alive_count, 1);
}

TEST(SshEffective, WhatOnlyTheSshProgramCanDo) {
  EXPECT_EQ(parsed("gssapiauthentication yes\nsecuritykeyprovider internal\nproxyusefdpass no\n").beyond, "");
  EXPECT_EQ(parsed("pkcs11provider /usr/lib/token.so\n").beyond, "PKCS11Provider");
  EXPECT_EQ(parsed("verifyhostkeydns true\n").beyond, "VerifyHostKeyDNS");
  EXPECT_EQ(parsed("revokedhostkeys /etc/ssh/krl\n").beyond, "RevokedHostKeys");
}

TEST(SshEffective, ProxyCommandTokens) {
  const Settings s = parsed("hostname 192.0.2.5\nport 2222\nuser u\nproxycommand nc -x p%% %h %p %r %n\n");
  EXPECT_EQ(s.proxy_command, "nc -x p% 192.0.2.5 2222 u web1");
  EXPECT_EQ(parsed("proxycommand none\n").proxy_command, "");
}

TEST(SshEffective, ProxyJumpBecomesACommand) {
  const std::string tail = "hostname 192.0.2.5\nport 22\n";
  EXPECT_EQ(parsed("proxyjump bastion\n" + tail).proxy_command,
            "exec ssh -o BatchMode=yes -W '[192.0.2.5]:22' -- 'bastion'");
  EXPECT_EQ(parsed("proxyjump a,me@b:2222\n" + tail).proxy_command,
            "exec ssh -o BatchMode=yes -J 'a' -l 'me' -p '2222' -W '[192.0.2.5]:22' -- 'b'");
  EXPECT_EQ(parsed("proxyjump [2001:db8::1]:2222\n" + tail).proxy_command,
            "exec ssh -o BatchMode=yes -p '2222' -W '[192.0.2.5]:22' -- '2001:db8::1'");
}

TEST(SshEffective, WhatCannotBeHonouredIsSaid) {
  EXPECT_CODE(parse_effective("port many\n", {}, kSelf), Code::kSshSettings);
}

TEST(SshEffective, AsksTheInstalledClient) {
  if (testing::run("command -v ssh") != 0) GTEST_SKIP() << "no ssh";
  const testing::ScratchFolder folder;
  const std::string config =
      folder.write("config", "Host web1\n  HostName 192.0.2.5\n  User deploy\nHost web*\n  Port 2222\n");
  Query query{.host = "web1", .user = "", .config_file = config};
  Result<Settings> settings = effective_settings(query, kSelf, testing::soon());
  ASSERT_OK(settings);
  EXPECT_EQ(settings->host_name, "192.0.2.5");
  EXPECT_EQ(settings->user, "deploy");
  EXPECT_EQ(settings->port, 2222);

  // What the inventory says wins.
  query.user = "root";
  query.port = 22;
  settings = effective_settings(query, kSelf, testing::soon());
  ASSERT_OK(settings);
  EXPECT_EQ(settings->user, "root");
  EXPECT_EQ(settings->port, 22);

  folder.write("config", "Nonsense yes\n");
  EXPECT_CODE(effective_settings(query, kSelf, testing::soon()), Code::kSshSettings);
}

// Where there is no ssh program, libssh reads the file.
TEST(SshEffective, WithoutTheInstalledClient) {
  const testing::ScratchFolder folder;
  const char* before = std::getenv("PATH");
  const std::string path = before == nullptr ? "" : before;
  ::setenv("PATH", (folder / "empty").c_str(), 1);
  folder.write("more", "  User deploy\n");
  const std::string config = folder.write("config",
                                          "Host web1\n  HostName 192.0.2.5\n  Port 2222\n  IdentityFile ~/.ssh/a\n"
                                          "  Include " +
                                              folder / "more" + "\nHost other\n  Port 1\n");
  const Query query{.host = "web1", .user = "", .config_file = config};
  const Result<Settings> settings = effective_settings(query, kSelf, testing::soon());
  ::setenv("PATH", path.c_str(), 1);
  ASSERT_OK(settings);
  EXPECT_EQ(settings->host_name, "192.0.2.5");
  EXPECT_EQ(settings->port, 2222);
  EXPECT_EQ(settings->user, "deploy");
  EXPECT_EQ(settings->identity_files.front(), "/home/me/.ssh/a");
}

TEST(SshEffective, WithoutConfigurationTheDefaultsHold) {
  const Query query{.host = "web1", .user = "", .use_config = false, .config_file = {}};
  Result<Settings> settings = effective_settings(query, kSelf, testing::soon());
  ASSERT_OK(settings);
  EXPECT_EQ(settings->user, "me");
  EXPECT_EQ(settings->port, 22);
  EXPECT_EQ(settings->identity_files.front(), "/home/me/.ssh/id_ed25519");
}

}  // namespace
}  // namespace plumb::host::ssh
