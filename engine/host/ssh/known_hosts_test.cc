#include "engine/host/ssh/known_hosts.h"

#include <gtest/gtest.h>

#include "engine/host/testing/fixtures.h"

namespace plumb::host::ssh {
namespace {

// Any text does as a key here: keys are compared, never read.
constexpr std::string_view kEd = "AAAAC3NzaC1lZDI1NTE5AAAAIHn0";
constexpr std::string_view kOther = "AAAAC3NzaC1lZDI1NTE5AAAAIOtherKey";
constexpr std::string_view kRsa = "AAAAB3NzaC1yc2EAAAADAQABAAABgQC7";

KnownHostsFiles files(const std::string& text) {
  return {std::make_shared<const KnownHostsFile>("known_hosts", text)};
}

HostKeyVerdict verdict(const std::string& text, std::string_view host, int port = 22, std::string_view key = kEd) {
  return check_host_key(files(text), host, port, "ssh-ed25519", key).verdict;
}

std::string line(const std::string& patterns, std::string_view key = kEd) {
  return patterns + " ssh-ed25519 " + std::string(key) + " comment\n";
}

TEST(KnownHosts, FindsPlainNames) {
  EXPECT_EQ(verdict(line("web1,192.0.2.5"), "web1"), HostKeyVerdict::kKnown);
  EXPECT_EQ(verdict(line("web1,192.0.2.5"), "192.0.2.5"), HostKeyVerdict::kKnown);
  EXPECT_EQ(verdict(line("web1,192.0.2.5"), "WEB1"), HostKeyVerdict::kKnown);
  EXPECT_EQ(verdict(line("Web1"), "web1"), HostKeyVerdict::kKnown);
  EXPECT_EQ(verdict(line("web1"), "web2"), HostKeyVerdict::kUnknown);
  EXPECT_EQ(verdict("", "web1"), HostKeyVerdict::kUnknown);
}

TEST(KnownHosts, PassesOverWhatItCannotUse) {
  const std::string text =
      "# web1 ssh-ed25519 x\n\nweb1\nweb1 ssh-ed25519\n@strange web1 ssh-ed25519 AAAA\r\n" + line("  web1");
  EXPECT_EQ(check_host_key(files(text), "web1", 22, "ssh-ed25519", kEd).where, "known_hosts:6");
}

TEST(KnownHosts, TellsAChangedKeyAndWhereTheOldOneStands) {
  const std::string text = line("db1") + "web1 ssh-rsa " + std::string(kRsa) + "\n" + line("web1", kOther);
  const HostKeyCheck check = check_host_key(files(text), "web1", 22, "ssh-ed25519", kEd);
  EXPECT_EQ(check.verdict, HostKeyVerdict::kChanged);
  EXPECT_EQ(check.where, "known_hosts:3");
  // One right key among others is enough.
  EXPECT_EQ(verdict(text + line("web1"), "web1"), HostKeyVerdict::kKnown);
}

TEST(KnownHosts, AKeyOfAnotherTypeAloneIsAChangedHost) {
  EXPECT_EQ(verdict("web1 ssh-rsa " + std::string(kRsa) + "\n", "web1"), HostKeyVerdict::kChanged);
}

TEST(KnownHosts, PortsHaveNamesOfTheirOwn) {
  EXPECT_EQ(verdict(line("[web1]:2222"), "web1", 2222), HostKeyVerdict::kKnown);
  EXPECT_EQ(verdict(line("[web1]:2222"), "web1", 22), HostKeyVerdict::kUnknown);
  EXPECT_EQ(verdict(line("[2001:db8::1]:2222"), "2001:db8::1", 2222), HostKeyVerdict::kKnown);
  // The name without a port vouches for other ports, and does not accuse them.
  EXPECT_EQ(verdict(line("web1"), "web1", 2222), HostKeyVerdict::kKnown);
  EXPECT_EQ(verdict(line("web1", kOther), "web1", 2222), HostKeyVerdict::kUnknown);
}

TEST(KnownHosts, Patterns) {
  EXPECT_EQ(verdict(line("*.example.com,!bad.example.com"), "web.example.com"), HostKeyVerdict::kKnown);
  EXPECT_EQ(verdict(line("*.example.com,!bad.example.com"), "bad.example.com"), HostKeyVerdict::kUnknown);
  EXPECT_EQ(verdict(line("web?"), "web1"), HostKeyVerdict::kKnown);
  EXPECT_EQ(verdict(line("web?"), "web12"), HostKeyVerdict::kUnknown);
  // Brackets are no sets here, they are what surrounds a host with a port.
  EXPECT_TRUE(pattern_match("[*.example.com]:22*", "[a.example.com]:2222"));
  EXPECT_FALSE(pattern_match("*a*b", "xxaxxbx"));
}

TEST(KnownHosts, RevokedKeysAreRefusedWhereverTheyStand) {
  EXPECT_EQ(verdict(line("web1") + "@revoked * ssh-ed25519 " + std::string(kEd) + "\n", "web1"),
            HostKeyVerdict::kRevoked);
  EXPECT_EQ(verdict(line("web1") + "@revoked web1 ssh-ed25519 " + std::string(kOther) + "\n", "web1"),
            HostKeyVerdict::kKnown);
  EXPECT_EQ(verdict("@revoked web1 ssh-ed25519 " + std::string(kOther) + "\n", "web1"), HostKeyVerdict::kUnknown);
}

TEST(KnownHosts, AuthoritiesAreNoPlainKeys) {
  const std::string authority = "@cert-authority *.example.com ssh-ed25519 " + std::string(kEd) + "\n";
  EXPECT_EQ(check_host_key(files(authority), "web.example.com", 22, "ssh-ed25519", kEd).verdict,
            HostKeyVerdict::kUnknown);
  EXPECT_TRUE(known_by_authority_alone(files(authority), "web.example.com", 2222));
  EXPECT_FALSE(known_by_authority_alone(files(authority), "web.example.org", 22));
  EXPECT_FALSE(known_by_authority_alone(files(authority + line("web.example.com")), "web.example.com", 22));
}

TEST(KnownHosts, HashesAsSshKeygenDoes) {
  if (testing::run("command -v ssh-keygen") != 0) GTEST_SKIP() << "no ssh-keygen";
  const testing::ScratchFolder folder;
  ASSERT_EQ(testing::run("ssh-keygen -q -t ed25519 -N '' -f " + folder / "key"), 0);
  std::istringstream key(folder.read("key.pub"));
  std::string type;
  std::string base64;
  key >> type >> base64;
  folder.write("known", "web1.example.com " + type + " " + base64 + "\n[web2]:2222 " + type + " " + base64 + "\n");
  ASSERT_EQ(testing::run("ssh-keygen -H -f " + folder / "known"), 0);
  const std::string hashed = folder.read("known");
  ASSERT_EQ(hashed.substr(0, 3), "|1|");
  EXPECT_EQ(verdict(hashed, "web1.example.com", 22, base64), HostKeyVerdict::kKnown);
  EXPECT_EQ(verdict(hashed, "WEB2", 2222, base64), HostKeyVerdict::kKnown);
  EXPECT_EQ(verdict(hashed, "web3", 22, base64), HostKeyVerdict::kUnknown);

  // And the other way round: ssh-keygen finds what is written here.
  folder.write("ours", known_hosts_line("web9", 2200, type, base64, std::string(20, 's')));
  EXPECT_EQ(testing::run("ssh-keygen -F '[web9]:2200' -f " + folder / "ours"), 0);
  EXPECT_NE(testing::run("ssh-keygen -F web9 -f " + folder / "ours"), 0);
}

TEST(KnownHosts, KnownTypesComeInTheOrderOfTheFiles) {
  const std::string text = "web1 ssh-rsa " + std::string(kRsa) + "\n" + line("web1") + line("web1", kOther);
  EXPECT_EQ(known_key_types(files(text), "web1", 22), (std::vector<std::string>{"ssh-rsa", "ssh-ed25519"}));
  EXPECT_EQ(known_key_types(files(text), "web1", 2222), (std::vector<std::string>{"ssh-rsa", "ssh-ed25519"}));
  EXPECT_TRUE(known_key_types(files(text), "web2", 22).empty());
}

}  // namespace
}  // namespace plumb::host::ssh
