#include "providers/firewall/back_end.h"
#include "providers/firewall/firewall.h"
#include "providers/firewall/nftables/texts.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::firewall::nftables {
namespace {

constexpr const char* kFolder = "/etc/nftables.d/plumb/";

// A kernel whose table is what our files say once they are loaded.
class NftablesTest : public ProviderTest<FirewallProvider> {
 protected:
  NftablesTest() {
    system.add_program("nft");
    system.make_file("/etc/nftables.conf", "#!/usr/sbin/nft -f\nflush ruleset\n");
    flush();
  }
  void flush() { system.script("nft list table inet plumb", {1, "", "Error: No such file or directory\n", false}); }
  void load() {
    std::map<std::string, std::string> chains;
    for (const std::string& file : files()) {
      const std::string text = system.content(kFolder + file);
      for (const auto& [chain, policy] : policies_in(text))
        chains[chain] += std::string("\t\ttype filter hook; policy ") + (policy == "deny" ? "drop" : "accept") + ";\n";
      for (const std::string& rule : rules_in(text))
        chains[rule.substr(0, rule.find(' '))] += "\t\t" + rule.substr(rule.find(' ') + 1) + "\n";
    }
    std::string listing = "table inet plumb {\n";
    for (const auto& [chain, lines] : chains) listing += "\tchain " + chain + " {\n" + lines + "\t}\n";
    system.script("nft list table inet plumb", {0, listing + "}\n", "", false});
  }
  static Desired want(Json attributes) { return wanted("firewall", "name", std::move(attributes)); }

  void apply(const Desired& desired) {
    const Seen seen = look(desired);
    ASSERT_TRUE(seen.observed);
    ASSERT_FALSE(seen.observed->obstacle) << seen.observed->obstacle->summary;
    for (const Operation& operation : seen.change.operations) {
      if (std::holds_alternative<ChangeFirewall>(operation)) {
        load();
      } else {
        const auto done = system.apply(operation);
        ASSERT_TRUE(done) << done.error().summary();
      }
    }
    EXPECT_TRUE(look(desired).change.empty()) << to_json(look(desired).change).dump(2);
  }
  std::vector<std::string> files() { return *system.list("/etc/nftables.d/plumb"); }
};

std::vector<std::string> texts(Json attributes) {
  Desired desired;
  desired.attributes = std::move(attributes);
  const Result<Rule> rule = rule_of(desired);
  const auto texts = rule ? rule_texts(*rule) : Result<std::vector<std::string>>(rule.error());
  return texts ? *texts : std::vector{"error: " + texts.error().summary()};
}

TEST(NftablesTexts, Rules) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(texts({{"name", "443/tcp"}}), (Texts{"input tcp dport 443 accept"}));
  EXPECT_EQ(texts({{"name", "53"}}), (Texts{"input meta l4proto { tcp, udp } th dport 53 accept"}));
  EXPECT_EQ(texts({{"name", "ping"}, {"protocol", "icmp"}}), (Texts{"input meta l4proto { icmp, ipv6-icmp } accept"}));
  EXPECT_EQ(texts({{"name", "office"}, {"source", {"10.0.0.0/8", "192.0.2.7"}}, {"interface", "eth0"}}),
            (Texts{"input iifname \"eth0\" ip saddr { 10.0.0.0/8, 192.0.2.7 } accept"}));
  EXPECT_EQ(
      texts({{"name", "both"}, {"port", 22}, {"protocol", "tcp"}, {"source", {"10.0.0.0/8", "2001:db8::/32"}}}),
      (Texts{"input ip saddr 10.0.0.0/8 tcp dport 22 accept", "input ip6 saddr 2001:db8::/32 tcp dport 22 accept"}));
  EXPECT_EQ(texts({{"name", "25/tcp"}, {"direction", "out"}, {"interface", "eth0"}, {"action", "reject"}}),
            (Texts{"output oifname \"eth0\" tcp dport 25 ct state new reject"}));
  EXPECT_EQ(texts({{"name", "lan"}, {"direction", "forward"}, {"interface", "a"}, {"out_interface", "b"}}),
            (Texts{"forward iifname \"a\" oifname \"b\" accept"}));
  EXPECT_EQ(texts({{"name", "ssh"}, {"action", "limit"}, {"log", true}}),
            (Texts{"input tcp dport 22 ct state new limit rate 12/minute burst 6 packets accept",
                   "input tcp dport 22 ct state new log prefix \"ssh: \" drop"}));
  EXPECT_EQ(texts({{"name", "nat"}, {"chain", "prerouting"}, {"expression", "tcp dport 80 redirect to :8080"}}),
            (Texts{"prerouting tcp dport 80 redirect to :8080"}));
  EXPECT_EQ(texts({{"name", "x"}, {"source", "10.0.0.1"}, {"destination", "::1"}}),
            (Texts{"error: no packet goes from an address of IPv4 to one of IPv6"}));
  EXPECT_EQ(texts({{"name", "x"}, {"service", "nobodys"}}),
            (Texts{"error: the service `nobodys` is not known to nftables; give its `port`"}));
}

TEST_F(NftablesTest, ARuleIsAFileAndRuns) {
  apply(want({{"name", "443/tcp"}}));
  EXPECT_EQ(files(), (std::vector<std::string>{"5-443_tcp.nft"}));
  EXPECT_EQ(system.content("/etc/nftables.conf"),
            "#!/usr/sbin/nft -f\nflush ruleset\ninclude \"/etc/nftables.d/plumb/*.nft\"\n");
  apply(want({{"name", "ssh"}, {"action", "limit"}}));
  EXPECT_EQ(system.content("/etc/nftables.conf").find("include"),
            system.content("/etc/nftables.conf").rfind("include"));
}

TEST_F(NftablesTest, WhatSomebodyFlushedIsLoadedAgain) {
  const Desired rule = want({{"name", "443/tcp"}});
  apply(rule);
  flush();
  const Change change = look(rule).change;
  EXPECT_EQ(change.before, Json({{"running", false}}));
  ASSERT_EQ(change.operations.size(), 1U);
  EXPECT_EQ(std::get<ChangeFirewall>(change.operations[0]), (ChangeFirewall{"nftables", "load"}));
}

TEST_F(NftablesTest, WhatSomebodyChangedInTheFileIsPutBack) {
  const Desired rule = want({{"name", "443/tcp"}});
  apply(rule);
  const std::string path = std::string(kFolder) + "5-443_tcp.nft";
  system.make_file(path, system.content(path) + "add rule inet plumb input tcp dport 1 accept\n");
  EXPECT_EQ(look(rule).change.op, Op::kUpdate);
  apply(rule);
  EXPECT_EQ(system.content(path).find("dport 1 accept"), std::string::npos);
}

TEST_F(NftablesTest, DeniesComeFirstUnlessSaidOtherwise) {
  apply(want({{"name", "b"}, {"port", 22}, {"action", "deny"}}));
  apply(want({{"name", "a"}, {"port", 22}, {"source", "10.0.0.0/8"}}));
  apply(want({{"name", "z"}, {"port", 22}, {"source", "192.0.2.0/24"}, {"order", "first"}}));
  EXPECT_EQ(files(), (std::vector<std::string>{"1-z.nft", "3-b.nft", "5-a.nft"}));
  apply(want({{"name", "z"}, {"port", 22}, {"source", "192.0.2.0/24"}}));
  EXPECT_EQ(files(), (std::vector<std::string>{"3-b.nft", "5-a.nft", "5-z.nft"}));
}

TEST_F(NftablesTest, ThePolicyLetsPassWhatIsEstablished) {
  apply(want({{"name", "policy"}, {"incoming", "deny"}, {"forwarded", "deny"}, {"outgoing", "allow"}}));
  const std::string text = system.content(std::string(kFolder) + "0-policy.nft");
  EXPECT_NE(text.find("add rule inet plumb input ct state established,related accept"), std::string::npos);
  EXPECT_NE(text.find("hook output priority filter; policy accept;"), std::string::npos);
  apply(want({{"name", "policy"}, {"incoming", "allow"}}));
  apply(want({{"name", "policy"}, {"state", "absent"}}));
  EXPECT_TRUE(files().empty());
  EXPECT_EQ(obstacle(want({{"name", "policy"}, {"incoming", "reject"}})),
            "a chain of nftables has no policy `reject`: say `deny`, and a rule with `order: last` that rejects");
}

TEST_F(NftablesTest, AbsentByItsName) {
  apply(want({{"name", "office"}, {"source", "10.0.0.0/8"}, {"order", "last"}}));
  apply(want({{"name", "office"}, {"state", "absent"}}));
  EXPECT_TRUE(files().empty());
  EXPECT_TRUE(look(want({{"name", "nothing"}, {"state", "absent"}})).change.empty());
}

TEST_F(NftablesTest, AnImageHasTheFilesAlone) {
  system.set_image(true);
  const Change change = look(want({{"name", "443/tcp"}})).change;
  for (const Operation& operation : change.operations) {
    EXPECT_FALSE(std::holds_alternative<ChangeFirewall>(operation));
    if (const auto* edit = std::get_if<EditFile>(&operation)) {
      EXPECT_EQ(edit->validate, "");
    }
  }
  EXPECT_EQ(change.operations.size(), 3U);
}

TEST_F(NftablesTest, TheFileOfAnotherFamilyOfSystems) {
  system.make_file("/etc/sysconfig/nftables.conf", "");
  apply(want({{"name", "443/tcp"}}));
  EXPECT_EQ(system.content("/etc/sysconfig/nftables.conf"), "include \"/etc/nftables.d/plumb/*.nft\"\n");
  EXPECT_EQ(system.content("/etc/nftables.conf").find("plumb"), std::string::npos);
}

TEST_F(NftablesTest, WhatIsNotToldIsAnError) {
  system.script("nft list table inet plumb", {1, "", "Operation not permitted (you must be root)\n", false});
  const Seen seen = look(want({{"name", "443/tcp"}}));
  ASSERT_TRUE(seen.problem);
  EXPECT_NE(seen.problem->summary.find("you must be root"), std::string::npos);
}

TEST_F(NftablesTest, UndoAsksForWhatTheFileWasMadeFrom) {
  const Desired before = want({{"name", "shop"}, {"port", 80}, {"source", "10.0.0.0/8"}, {"comment", "old"}});
  apply(before);
  const Desired after = want({{"name", "shop"}, {"port", 81}, {"action", "deny"}});
  const Observed found = *look(after).observed;
  apply(after);
  const std::optional<Desired> again = provider.restore(after, found);
  ASSERT_TRUE(again);
  apply(*again);
  EXPECT_TRUE(look(before).change.empty());
}

TEST_F(NftablesTest, NothingButItsOwnIsFlushed) {
  const auto steps = find_back_end("nftables")->steps(ChangeFirewall{"nftables", "load"}, false);
  ASSERT_TRUE(steps);
  ASSERT_EQ(steps->size(), 1U);
  EXPECT_EQ(steps->front().program.argv, (std::vector<std::string>{"nft", "-f", "-"}));
  EXPECT_EQ(steps->front().program.stdin_text,
            "add table inet plumb\ndelete table inet plumb\nadd table inet plumb\n"
            "include \"/etc/nftables.d/plumb/*.nft\"\n");
  EXPECT_FALSE(find_back_end("nftables")->steps(ChangeFirewall{"nftables", "load"}, true));
}

}  // namespace
}  // namespace plumb::providers::firewall::nftables
