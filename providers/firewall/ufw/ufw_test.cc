#include "providers/firewall/back_end.h"
#include "providers/firewall/firewall.h"
#include "providers/firewall/ufw/rows.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::firewall::ufw {
namespace {

class Ufw : public ProviderTest<FirewallProvider> {
 protected:
  Ufw() {
    system.add_program("ufw");
    system.make_file("/etc/default/ufw", "IPV6=no\nDEFAULT_INPUT_POLICY=\"DROP\"\nDEFAULT_OUTPUT_POLICY=\"ACCEPT\"\n");
    system.make_file("/etc/ufw/ufw.conf", "# x\nENABLED=yes\nLOGLEVEL=low\n");
  }
  static Desired want(Json attributes) { return wanted("firewall", "name", std::move(attributes)); }
  void tuples(const std::string& rules) { system.make_file("/etc/ufw/user.rules", rules); }

  // What its program is told, a line each.
  std::string told(const Desired& desired) {
    std::string lines;
    for (const Operation& operation : look(desired).change.operations) {
      const auto steps = find_back_end("ufw")->steps(std::get<ChangeFirewall>(operation), false);
      if (!steps) return steps.error().summary();
      for (const Step& step : *steps) {
        for (const std::string& word : step.program.argv)
          lines += (word.find(' ') == std::string::npos ? word : "'" + word + "'") + " ";
        lines.back() = '\n';
      }
    }
    return lines;
  }
};

TEST_F(Ufw, WhatItsProgramIsTold) {
  EXPECT_EQ(told(want({{"name", "443/tcp"}})), "ufw allow in proto tcp from any to any port 443 comment 443/tcp\n");
  EXPECT_EQ(told(want({{"name", "53"}, {"comment", "for all"}})),
            "ufw allow in from any to any port 53 comment '53: for all'\n");
  EXPECT_EQ(told(want({{"name", "web"}, {"port", {80, 443}}, {"protocol", "tcp"}, {"source", "10.0.0.0/8"}})),
            "ufw allow in proto tcp from 10.0.0.0/8 to any port 80,443 comment web\n");
  EXPECT_EQ(
      told(want({{"name", "x"}, {"port", "8000-8010"}, {"interface", "eth0"}, {"action", "deny"}, {"log", true}})),
      "ufw prepend deny in on eth0 log proto tcp from any to any port 8000:8010 comment x\n"
      "ufw prepend deny in on eth0 log proto udp from any to any port 8000:8010 comment x\n");
  EXPECT_EQ(told(want({{"name", "25/tcp"}, {"direction", "out"}, {"interface", "eth0"}, {"action", "reject"}})),
            "ufw prepend reject out on eth0 proto tcp from any to any port 25 comment 25/tcp\n");
  EXPECT_EQ(told(want({{"name", "lan"}, {"direction", "forward"}, {"interface", "eth0"}, {"out_interface", "eth1"}})),
            "ufw route allow in on eth0 out on eth1 from any to any comment lan\n");
  EXPECT_EQ(
      told(want(
          {{"name", "policy"}, {"incoming", "reject"}, {"forwarded", "deny"}, {"logging", "off"}, {"enabled", false}})),
      "ufw default reject incoming\nufw default deny routed\nufw logging off\nufw disable\n");
}

TEST_F(Ufw, PortsAreSortedAsItSortsThem) {
  const Desired web = want({{"name", "web"}, {"port", {8080, 80, "9000-9010", "443", 80}}, {"protocol", "tcp"}});
  EXPECT_EQ(told(web), "ufw allow in proto tcp from any to any port 80,443,8080,9000:9010 comment web\n");
  tuples("### tuple ### allow tcp 80,443,8080,9000:9010 0.0.0.0/0 any 0.0.0.0/0 in comment=776562\n");
  EXPECT_TRUE(look(web).change.empty());
}

TEST_F(Ufw, PortsThatOneRuleCannotHoldAreThoseOfSeveral) {
  Json ports = Json::array({"100-200"});
  for (int port = 1; port <= 14; ++port) ports.push_back(port);
  EXPECT_EQ(told(want({{"name", "x"}, {"port", ports}, {"protocol", "tcp"}})),
            "ufw allow in proto tcp from any to any port 1,2,3,4,5,6,7,8,9,10,11,12,13,14 comment x\n"
            "ufw allow in proto tcp from any to any port 100:200 comment x\n");
}

TEST_F(Ufw, AllAddressesAreThoseOfBothFamilies) {
  const Desired all = want({{"name", "25/tcp"}, {"source", {"0.0.0.0/0", "::/0"}}});
  EXPECT_EQ(told(all), "ufw allow in proto tcp from any to any port 25 comment 25/tcp\n");
  tuples("### tuple ### allow tcp 25 0.0.0.0/0 any 0.0.0.0/0 in comment=32352f746370\n");
  EXPECT_TRUE(look(all).change.empty());
  EXPECT_EQ(obstacle(want({{"name", "25/tcp"}, {"source", "0.0.0.0/0"}})),
            "ufw has no rules about all addresses of one family");
  EXPECT_EQ(told(want({{"name", "25/udp"}, {"source", "::/0"}, {"destination", "2001:db8::1"}})),
            "ufw allow in proto udp from any to 2001:db8::1 port 25 comment 25/udp\n");
}

TEST_F(Ufw, ARuleOfIpv6WhereThatIsOffIsToldByThePlan) {
  const Desired rule = want({{"name", "22/tcp"}, {"source", {"192.0.2.0/24", "2001:db8::/32"}}});
  EXPECT_EQ(obstacle(rule), "ufw takes no rule about 2001:db8::/32: IPV6 is not `yes` in /etc/default/ufw");
  system.make_file("/etc/default/ufw", "IPV6=Yes\n");
  EXPECT_EQ(obstacle(rule), "ufw takes no rule about 2001:db8::/32: the kernel has no IPv6");
  system.make_directory("/proc/sys/net/ipv6");
  EXPECT_EQ(obstacle(rule), "none");
  system.make_file("/etc/default/ufw", "IPV6=no\n");
  EXPECT_EQ(obstacle(want({{"name", "22/tcp"}, {"source", "192.0.2.0/24"}})), "none");
  EXPECT_EQ(obstacle(want({{"name", "22/tcp"}, {"source", "2001:db8::/32"}, {"state", "absent"}})), "none");
  // A package that is yet to come brings its own.
  system.remove("/etc/default/ufw");
  EXPECT_EQ(obstacle(rule), "none");
}

TEST_F(Ufw, WhatIsThereByHandIsTakenOver) {
  tuples("### tuple ### allow tcp 443 0.0.0.0/0 any 0.0.0.0/0 in\n-A ufw-user-input -p tcp --dport 443 -j ACCEPT\n");
  EXPECT_TRUE(look(want({{"name", "443/tcp"}})).change.empty());
  // A comment that is asked for replaces the rule, since taking it back must not take the rule away.
  EXPECT_EQ(told(want({{"name", "443/tcp"}, {"comment", "web"}})),
            "ufw delete allow in proto tcp from any to any port 443\n"
            "ufw allow in proto tcp from any to any port 443 comment '443/tcp: web'\n");
  EXPECT_EQ(told(want({{"name", "443/tcp"}, {"state", "absent"}})),
            "ufw delete allow in proto tcp from any to any port 443\n");
}

TEST_F(Ufw, AnotherRuleOfTheNameGoes) {
  tuples(
      "### tuple ### allow tcp 22 0.0.0.0/0 any 10.0.0.0/8 in_eth0 comment=737368\n"
      "### tuple ### allow tcp 80 0.0.0.0/0 any 0.0.0.0/0 in comment=737368656c6c\n");
  EXPECT_EQ(told(want({{"name", "ssh"}, {"source", "192.0.2.0/24"}})),
            "ufw allow in proto tcp from 192.0.2.0/24 to any port 22 comment ssh\n"
            "ufw delete allow in on eth0 proto tcp from 10.0.0.0/8 to any port 22\n");
  EXPECT_EQ(told(want({{"name", "ssh"}, {"state", "absent"}})),
            "ufw delete allow in on eth0 proto tcp from 10.0.0.0/8 to any port 22\n");
  EXPECT_TRUE(look(want({{"name", "nothing"}, {"state", "absent"}})).change.empty());
}

TEST_F(Ufw, BothFamiliesCount) {
  system.make_file("/etc/default/ufw", "IPV6=yes\n");
  tuples("### tuple ### allow tcp 443 0.0.0.0/0 any 0.0.0.0/0 in comment=3434332f746370\n");
  EXPECT_TRUE(look(want({{"name", "443/tcp"}})).change.empty()) << "a kernel without IPv6 has those of IPv4 alone";
  system.make_directory("/proc/sys/net/ipv6");
  EXPECT_FALSE(look(want({{"name", "443/tcp"}})).change.empty()) << "somebody took that of IPv6 away";
  system.make_file("/etc/ufw/user6.rules", "### tuple ### allow tcp 443 ::/0 any ::/0 in comment=3434332f746370\n");
  EXPECT_TRUE(look(want({{"name", "443/tcp"}})).change.empty());
  system.make_file("/etc/ufw/user6.rules",
                   "### tuple ### route:deny any any ::/0 any 2001:db8::/32 in_eth0!out_eth1\n");
  EXPECT_TRUE(look(want({{"name", "x"},
                         {"direction", "forward"},
                         {"action", "deny"},
                         {"source", "2001:db8::/32"},
                         {"interface", "eth0"},
                         {"out_interface", "eth1"}}))
                  .change.empty());
}

TEST_F(Ufw, WhatItDoesNotHave) {
  EXPECT_EQ(obstacle(want({{"name", "ping"}, {"protocol", "icmp"}})), "ufw has no rules for the protocol `icmp`");
  EXPECT_EQ(obstacle(want({{"name", "x"}, {"expression", "tcp dport 1 accept"}})),
            "ufw has no words of its own for a whole rule, as `expression` has them");
  EXPECT_EQ(obstacle(want({{"name", "443/tcp"}, {"persistent", false}})),
            "ufw keeps its rules: it has none for now alone");
  system.set_image(true);
  EXPECT_EQ(obstacle(want({{"name", "443/tcp"}})), "ufw's program changes its rules, and runs in no image");
}

TEST_F(Ufw, Undo) {
  const Desired rule = want({{"name", "443/tcp"}, {"state", "present"}});
  EXPECT_EQ(provider.restore(rule, *look(rule).observed)->text("state"), "absent");
  tuples("### tuple ### allow tcp 443 0.0.0.0/0 any 0.0.0.0/0 in comment=3434332f746370\n");
  const Desired gone = want({{"name", "443/tcp"}, {"state", "absent"}});
  EXPECT_EQ(provider.restore(gone, *look(gone).observed)->text("state"), "present");
  const Desired other = want({{"name", "443/tcp"}, {"source", "10.0.0.0/8"}});
  EXPECT_FALSE(provider.restore(other, *look(other).observed)) << "nothing says what it was";
  const Desired policy = want({{"name", "policy"}, {"incoming", "allow"}});
  EXPECT_EQ(provider.restore(policy, *look(policy).observed)->text("incoming"), "deny");
}

}  // namespace
}  // namespace plumb::providers::firewall::ufw
