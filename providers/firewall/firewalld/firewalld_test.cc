#include "providers/firewall/back_end.h"
#include "providers/firewall/firewall.h"
#include "providers/firewall/firewalld/zones.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::firewall::firewalld {
namespace {

constexpr const char* kPublic =
    "public (active)\n  target: default\n  icmp-block-inversion: no\n  interfaces: eth0\n  sources: \n"
    "  services: dhcpv6-client ssh\n  ports: 8080/tcp\n  protocols: \n  forward: yes\n  masquerade: no\n"
    "  forward-ports: \n  source-ports: \n  icmp-blocks: \n  rich rules: \n"
    "\trule family=\"ipv4\" source address=\"10.0.0.0/8\" port port=\"5432\" protocol=\"tcp\" accept\n";

class FirewalldTest : public ProviderTest<FirewallProvider> {
 protected:
  FirewalldTest() {
    system.add_program("firewall-cmd");
    system.make_file("/etc/firewalld/firewalld.conf", "# x\nDefaultZone=public\n");
    runs(true);
    system.script("firewall-cmd --zone=public --list-all", {0, kPublic, "", false});
    system.script("firewall-cmd --permanent --zone=public --list-all", {0, kPublic, "", false});
  }
  void runs(bool yes) {
    system.script("firewall-cmd --state",
                  yes ? ProcessResult{0, "running\n", "", false} : ProcessResult{252, "", "not running\n", false});
  }
  static Desired want(Json attributes) { return wanted("firewall", "name", std::move(attributes)); }
  std::string told(const Desired& desired) {
    std::string lines;
    for (const Operation& operation : look(desired).change.operations) {
      const auto* firewall = std::get_if<ChangeFirewall>(&operation);
      if (firewall == nullptr) continue;
      const auto steps = find_back_end("firewalld")->steps(*firewall, false);
      if (!steps) return steps.error().summary();
      for (const Step& step : *steps) {
        for (const std::string& word : step.program.argv) lines += word + " ";
        lines.back() = '\n';
      }
    }
    return lines;
  }
  std::string names() { return system.content("/etc/firewalld/plumb.rules"); }
  // The names alone: what its program does is not played here.
  void name(const Desired& desired) {
    for (const Operation& operation : look(desired).change.operations) {
      if (std::holds_alternative<EditFile>(operation)) {
        ASSERT_TRUE(system.apply(operation));
      }
    }
  }
};

TEST_F(FirewalldTest, BothThatItKeepsAndThatRun) {
  EXPECT_EQ(
      told(want({{"name", "443/tcp"}})),
      "firewall-cmd --permanent --zone=public --add-port=443/tcp\nfirewall-cmd --zone=public --add-port=443/tcp\n");
  EXPECT_EQ(told(want({{"name", "443/tcp"}, {"persistent", false}})),
            "firewall-cmd --zone=public --add-port=443/tcp\n");
  system.script("firewall-cmd --zone=public --list-all",
                {0, "public\n  target: default\n  ports: 443/tcp\n", "", false});
  EXPECT_EQ(told(want({{"name", "443/tcp"}})), "firewall-cmd --permanent --zone=public --add-port=443/tcp\n");
  runs(false);
  system.script("firewall-offline-cmd --zone=public --list-all", {0, kPublic, "", false});
  EXPECT_EQ(told(want({{"name", "443/tcp"}})), "firewall-offline-cmd --zone=public --add-port=443/tcp\n");
}

TEST_F(FirewalldTest, RichRulesWhereAPortIsNotEnough) {
  const auto rules = [&](Json attributes) { return look(want(std::move(attributes))).change.after["rules"]; };
  EXPECT_EQ(rules({{"name", "https"}, {"source", "10.0.0.0/8"}}),
            Json::array({"rule family=\"ipv4\" source address=\"10.0.0.0/8\" service name=\"https\" accept"}));
  EXPECT_EQ(rules({{"name", "25/tcp"}, {"action", "reject"}, {"order", "first"}, {"log", true}}),
            Json::array({"rule priority=\"-100\" port port=\"25\" protocol=\"tcp\" log prefix=\"25/tcp: \" reject"}));
  EXPECT_EQ(rules({{"name", "esp"}, {"protocol", "esp"}}), Json::array({"protocol esp"}));
  EXPECT_EQ(rules({{"name", "office"}, {"source", "2001:db8::/32"}}),
            Json::array({"rule family=\"ipv6\" source address=\"2001:db8::/32\" accept"}));
  EXPECT_EQ(rules({{"name", "53"}}), Json::array({"port 53/tcp", "port 53/udp"}));
}

TEST_F(FirewalldTest, WhatIsThereIsNamedAlone) {
  const Desired pg = want({{"name", "pg"}, {"port", 5432}, {"protocol", "tcp"}, {"source", "10.1.1.1/8"}});
  EXPECT_EQ(told(pg), "");
  name(pg);
  EXPECT_EQ(
      names(),
      "pg\tpublic\trule family=\"ipv4\" source address=\"10.0.0.0/8\" port port=\"5432\" protocol=\"tcp\" accept\n");
  EXPECT_TRUE(look(pg).change.empty());
}

TEST_F(FirewalldTest, WhatTheNameStoodForBeforeGoes) {
  name(want({{"name", "web"}, {"port", 8080}, {"protocol", "tcp"}}));
  EXPECT_EQ(
      told(want({{"name", "web"}, {"port", 8081}, {"protocol", "tcp"}})),
      "firewall-cmd --permanent --zone=public --add-port=8081/tcp\nfirewall-cmd --zone=public --add-port=8081/tcp\n"
      "firewall-cmd --permanent --zone=public --remove-port=8080/tcp\nfirewall-cmd --zone=public "
      "--remove-port=8080/tcp\n");
  EXPECT_EQ(told(want({{"name", "web"}, {"state", "absent"}})),
            "firewall-cmd --permanent --zone=public --remove-port=8080/tcp\nfirewall-cmd --zone=public "
            "--remove-port=8080/tcp\n");
  name(want({{"name", "web"}, {"state", "absent"}}));
  EXPECT_EQ(names(), "");
}

TEST_F(FirewalldTest, TheTargetOfAZone) {
  EXPECT_EQ(told(want({{"name", "policy"}, {"incoming", "deny"}})),
            "firewall-cmd --permanent --zone=public --set-target=DROP\nfirewall-cmd --reload\n");
  EXPECT_EQ(obstacle(want({{"name", "policy"}, {"outgoing", "deny"}})),
            "a zone of firewalld has one policy, for what comes in: `incoming`");
  EXPECT_EQ(obstacle(want({{"name", "policy"}, {"enabled", true}, {"manager", "firewalld"}})),
            "a `service: firewalld` says whether it runs and starts with the host");
}

TEST_F(FirewalldTest, TheServiceThatLetsLoginsInDoesNotGo) {
  system.set_reached_by("192.0.2.5 50022 192.0.2.1 22");
  const Desired ssh = want({{"name", "ssh"}, {"state", "absent"}});
  EXPECT_EQ(provider.cuts_line(ssh, *look(ssh).observed), "port 22 from 192.0.2.5");
  const Desired deny = want({{"name", "policy"}, {"incoming", "deny"}});
  EXPECT_EQ(provider.cuts_line(deny, *look(deny).observed), "") << "what comes in is refused now, too";
}

TEST_F(FirewalldTest, WhatItDoesNotHave) {
  EXPECT_EQ(obstacle(want({{"name", "25/tcp"}, {"direction", "out"}})),
            "firewalld has no zone for what goes out or is forwarded");
  EXPECT_EQ(obstacle(want({{"name", "25/tcp"}, {"interface", "eth0"}})),
            "firewalld has its interfaces in zones: say the `zone`");
}

}  // namespace
}  // namespace plumb::providers::firewall::firewalld
