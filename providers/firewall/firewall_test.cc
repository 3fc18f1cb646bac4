// What is the same whatever manager a host has: which one it is, what a name says, and the line that must not be cut.
#include "providers/firewall/firewall.h"

#include "providers/firewall/rule.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::firewall {
namespace {

class Firewall : public ProviderTest<FirewallProvider> {
 protected:
  Firewall() { system.make_directory("/etc"); }

  static Desired want(Json attributes) { return wanted("firewall", "name", std::move(attributes)); }
  static Desired gone(Json attributes) {
    attributes["state"] = "absent";
    return want(std::move(attributes));
  }
  static Desired package(const std::string& name, const std::string& state) {
    return wanted("package", "name", {{"name", name}, {"state", state}});
  }
  std::string manager(const Desired& desired) {
    const Seen seen = look(desired);
    return seen.observed ? seen.observed->text("manager") : "";
  }
  void has_nftables() {
    system.add_program("nft");
    system.script("nft list table inet plumb", {1, "", "Error: No such file or directory\n", false});
  }
  void has_ufw(const std::string& enabled) {
    system.add_program("ufw");
    system.make_file("/etc/ufw/ufw.conf", "ENABLED=" + enabled + "\nLOGLEVEL=low\n");
  }
  void has_firewalld() {
    system.add_program("firewall-cmd");
    system.script("firewall-cmd --state", {252, "", "not running\n", false});
    system.script("firewall-offline-cmd --zone=* --list-all", {0, "public\n  target: default\n", "", false});
  }
  // Of rules by ufw, which are files.
  void tuples(const std::string& rules) { system.make_file("/etc/ufw/user.rules", rules); }
  void reached_over(const std::string& connection) { system.set_reached_by(connection); }
  std::string cuts(const Desired& desired) {
    const Seen seen = look(desired);
    return provider.cuts_line(desired, *seen.observed);
  }
};

TEST_F(Firewall, TheHostsOwnManagerCounts) {
  has_nftables();
  EXPECT_EQ(manager(want({{"name", "443/tcp"}})), "nftables");
  has_ufw("no");
  EXPECT_EQ(manager(want({{"name", "443/tcp"}})), "ufw") << "nobody installs it for nothing";
  EXPECT_EQ(manager(want({{"name", "443/tcp"}, {"manager", "nftables"}})), "nftables");
}

TEST_F(Firewall, OfTwoTheOneThatIsInUse) {
  has_ufw("no");
  has_firewalld();
  EXPECT_EQ(obstacle(want({{"name", "443/tcp"}})), "this host has firewalld and ufw, and either may be its firewall");
  has_ufw("yes");
  EXPECT_EQ(manager(want({{"name", "443/tcp"}})), "ufw");
  system.make_link("/etc/systemd/system/multi-user.target.wants/firewalld.service", "/lib/systemd/x");
  EXPECT_NE(obstacle(want({{"name", "443/tcp"}})), "none");
  EXPECT_EQ(manager(want({{"name", "443/tcp"}, {"manager", "firewalld"}})), "firewalld");
}

TEST_F(Firewall, WhatStartsWithTheHostMayNotBeTold) {
  has_ufw("yes");
  has_firewalld();
  system.make_link("/etc/systemd/system/multi-user.target.wants", "multi-user.target.wants");
  EXPECT_NE(obstacle(want({{"name", "443/tcp"}})).find("multi-user.target.wants"), std::string::npos);
}

TEST_F(Firewall, APackageOfTheProjectBringsOrTakesIt) {
  has_nftables();
  Desired rule = want({{"name", "443/tcp"}});
  provider.complete(rule, std::vector{package("ufw", "present"), rule}, {});
  EXPECT_EQ(manager(rule), "ufw");
  const Seen seen = look(rule);
  EXPECT_EQ(seen.observed->missing, (std::vector<Missing>{{{"", "file", "/usr/sbin/ufw"}, "name"}}));
  has_ufw("yes");
  Desired left = want({{"name", "443/tcp"}});
  provider.complete(left, std::vector{package("ufw", "absent"), left}, {});
  EXPECT_EQ(manager(left), "nftables");
}

TEST_F(Firewall, WhatANameSays) {
  const auto matched = [](Json attributes) {
    const Result<Rule> rule = rule_of(want(std::move(attributes)));
    return rule ? matched_by(*rule) : "error: " + rule.error().summary();
  };
  EXPECT_EQ(matched({{"name", "443/tcp"}}), "in protocol tcp port 443");
  EXPECT_EQ(matched({{"name", "8000:8010/udp"}}), "in protocol udp port 8000-8010");
  EXPECT_EQ(matched({{"name", "80,443/tcp"}}), "in protocol tcp port 443,80");
  EXPECT_EQ(matched({{"name", "53"}}), "in port 53");
  EXPECT_EQ(matched({{"name", "ssh"}}), "in protocol tcp port 22");
  EXPECT_EQ(matched({{"name", "shop"}, {"port", 8080}}), "in port 8080");
  EXPECT_EQ(matched({{"name", "shop"}, {"port", "8080-8080"}}), "in port 8080");
  EXPECT_EQ(matched({{"name", "office"}, {"source", "10.1.2.3/8"}}), "in from 10.0.0.0/8");
  EXPECT_EQ(matched({{"name", "lan"}, {"source", "2001:DB8::/32"}, {"interface", "eth0"}}),
            "in from 2001:db8::/32 interface eth0");
  EXPECT_EQ(matched({{"name", "shop"}}),
            "error: `shop` is neither ports nor a service that is known, and nothing else says what it is about");
  EXPECT_EQ(matched({{"name", "x"}, {"port", "90000"}}),
            "error: `90000` is no port: one from 1 to 65535, or a range such as 8000-8010");
  EXPECT_EQ(matched({{"name", "x"}, {"source", "10.0.0.0/33"}}),
            "error: `10.0.0.0/33` is no address and no network such as 10.0.0.0/8");
}

TEST_F(Firewall, WhatIsTakenAwayIsSeenWithoutAHost) {
  for (const char* name : {"nftables", "ufw", "firewalld"}) {
    const Desired before = want({{"name", "443/tcp"}, {"manager", name}});
    const Desired after = gone({{"name", "443/tcp"}});
    EXPECT_EQ(provider.diff(after, provider.as_declared_before(before, after)).op, Op::kDelete) << name;
    EXPECT_TRUE(provider.diff(after, provider.as_declared(after)).empty()) << name;
    EXPECT_TRUE(provider.diff(before, provider.as_declared(before)).empty()) << name;
  }
}

TEST_F(Firewall, OneThingOneRule) {
  EXPECT_EQ(provider.claims(want({{"name", "https"}})),
            provider.claims(want({{"name", "443/tcp"}, {"action", "deny"}})));
  EXPECT_NE(provider.claims(want({{"name", "https"}})),
            provider.claims(want({{"name", "https"}, {"source", "10.0.0.0/8"}})));
}

TEST_F(Firewall, APolicyThatNothingLetsLoginsThroughIsTold) {
  has_ufw("no");
  system.make_file("/etc/default/ufw", "DEFAULT_INPUT_POLICY=\"ACCEPT\"\n");
  const Desired policy = want({{"name", "policy"}, {"incoming", "deny"}, {"enabled", true}});
  EXPECT_EQ(cuts(policy), "") << "there is no line";
  reached_over("192.0.2.5 50022 192.0.2.1 2222");
  EXPECT_EQ(cuts(policy), "port 2222 from 192.0.2.5");
  tuples("### tuple ### allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in\n");
  EXPECT_EQ(cuts(policy), "port 2222 from 192.0.2.5");
  tuples("### tuple ### allow tcp 2222 0.0.0.0/0 any 192.0.2.0/24 in\n");
  EXPECT_EQ(cuts(policy), "");
  tuples("### tuple ### allow tcp 2222 0.0.0.0/0 any 192.0.3.0/24 in\n");
  EXPECT_EQ(cuts(policy), "port 2222 from 192.0.2.5");
  EXPECT_EQ(cuts(want({{"name", "policy"}, {"incoming", "deny"}})), "") << "it is not enabled";
}

TEST_F(Firewall, ARuleOfTheProjectLetsLoginsInFirst) {
  has_ufw("no");
  reached_over("192.0.2.5 50022 192.0.2.1 22");
  Desired policy = want({{"name", "policy"}, {"incoming", "deny"}, {"enabled", true}});
  provider.complete(policy, std::vector{want({{"name", "ssh"}, {"source", "192.0.2.0/24"}}), policy}, {});
  const Seen seen = look(policy);
  EXPECT_EQ(provider.cuts_line(policy, *seen.observed), "");
  EXPECT_EQ(seen.observed->missing, (std::vector<Missing>{{{"", "firewall", "ssh"}, "name"}}));
  tuples("### tuple ### allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in comment=737368\n");
  EXPECT_TRUE(look(policy).observed->missing.empty());
}

TEST_F(Firewall, TheRuleThatLetsLoginsInDoesNotGo) {
  has_ufw("yes");
  system.make_file("/etc/default/ufw", "DEFAULT_INPUT_POLICY=\"DROP\"\n");
  reached_over("2001:db8::5 50022 2001:db8::1 22");
  tuples("### tuple ### allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in comment=737368\n");
  EXPECT_EQ(cuts(gone({{"name", "ssh"}})), "port 22 from 2001:db8::5");
  EXPECT_EQ(cuts(want({{"name", "ssh"}, {"source", "10.0.0.0/8"}})), "port 22 from 2001:db8::5");
  EXPECT_EQ(cuts(want({{"name", "ssh"}, {"source", "2001:db8::/32"}})), "");
  EXPECT_EQ(cuts(gone({{"name", "https"}})), "");
  EXPECT_EQ(cuts(want({{"name", "22/tcp"}, {"action", "reject"}})), "port 22 from 2001:db8::5");
  EXPECT_EQ(cuts(want({{"name", "all"}, {"source", "2001:db8::/64"}, {"action", "deny"}})), "port 22 from 2001:db8::5");
  EXPECT_EQ(cuts(want({{"name", "22/udp"}, {"action", "deny"}})), "");
  EXPECT_EQ(cuts(want({{"name", "22/tcp"}, {"action", "deny"}, {"direction", "out"}})), "");
}

TEST_F(Firewall, WhatIsNotThePolicyHasNoSettings) {
  has_nftables();
  EXPECT_EQ(obstacle(want({{"name", "443/tcp"}, {"incoming", "deny"}})),
            "`incoming` is said of `firewall: policy` alone");
  EXPECT_EQ(
      obstacle(want({{"name", "policy"}, {"enabled", true}})),
      "nftables is not enabled by itself: a `service: nftables` with `enabled: true` reads the rules at the start");
}

}  // namespace
}  // namespace plumb::providers::firewall
