// Versions that are asked for, and holds.
#include "providers/package/apt/versions.h"

#include "providers/package/apt/testing/apt_host.h"

namespace plumb::providers::package::apt {
namespace {

TEST_F(Package, VersionsExactAndByTheirBeginning) {  // K04
  EXPECT_TRUE(look(want({{"name", "jq"}, {"version", "1.6-2.1"}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "jq"}, {"version", "1.*"}})).change.empty());
  apt_says("Inst jq [1.6-2.1] (2.0-1 x [amd64])\n");
  const Change change = look(want({{"name", "jq"}, {"version", "2.*"}})).change;
  EXPECT_TRUE(system.ran().back().ends_with("--allow-downgrades install -- jq=2.*"));
  EXPECT_EQ(change.before, (Json{{"version", "1.6-2.1"}}));
  EXPECT_EQ(change.after, (Json{{"version", "2.0-1"}}));
  EXPECT_EQ(transaction(change).install, (std::vector<PackageRequest>{{"jq", "2.0-1"}}));
  apt_says("E: Version '9' for 'jq' was not found\n", 100);
  EXPECT_EQ(coded_obstacle(want({{"name", "jq"}, {"version", "9"}})), "PL2006 jq is not available in version 9");
}

TEST_F(Package, VersionsAreOrderedAsDpkgOrdersThem) {
  struct Order {
    const char* one;
    const char* other;
    int order;
  };
  constexpr Order kOrders[] = {
      {"1.0", "1.0", 0},
      {"1.0", "1.1", -1},
      {"1.9", "1.10", -1},
      {"1.0-1", "1.0-2", -1},
      {"1.0", "1.0-0", 0},
      {"0:1.0", "1.0", 0},
      {"1:0.1", "2.0", 1},
      {"1.0~rc1", "1.0", -1},
      {"1.0~rc1", "1.0~rc2", -1},
      {"1.0~~", "1.0~~a", -1},
      {"1.0~~a", "1.0~", -1},
      {"1.0a", "1.0", 1},
      {"1.0+b1", "1.0", 1},
      {"1.0a", "1.0+", -1},
      {"1.001", "1.1", 0},
      {"1.2.3-4", "1.2.3-4~bpo1", 1},
      {"7.6p2-4", "7.6-0", 1},
      {"1.0-1", "1.0-1.1", -1},
      {"5.36.0-7+deb12u1", "5.36.0-7", 1},
      {"20240101", "99", 1},
      {"1.2-3-4", "1.2-3-3", 1},
  };
  const auto sign = [](int order) { return order < 0 ? -1 : order > 0 ? 1 : 0; };
  for (const Order& one : kOrders) {
    EXPECT_EQ(sign(compare_versions(one.one, one.other)), one.order) << one.one << " and " << one.other;
    EXPECT_EQ(sign(compare_versions(one.other, one.one)), -one.order) << one.other << " and " << one.one;
  }
}

TEST_F(Package, ComparisonsAreAskedAboutByTheNewest) {
  for (const char* fits : {">=1.6", ">1.5-9", "<2", "<=1.6-2.1", ">=1.6-2.1~"})
    EXPECT_TRUE(look(want({{"name", "jq"}, {"version", fits}})).change.empty()) << fits;
  EXPECT_TRUE(system.ran().empty());
  apt_says("Inst jq [1.6-2.1] (1.7-1 x [amd64])\n");
  const Change change = look(want({{"name", "jq"}, {"version", ">=1.7"}})).change;
  EXPECT_TRUE(system.ran().back().ends_with("install -- jq")) << system.ran().back();
  EXPECT_EQ(change.after, (Json{{"version", "1.7-1"}}));
  EXPECT_EQ(transaction(change).install, (std::vector<PackageRequest>{{"jq", "1.7-1"}}));
  EXPECT_EQ(coded_obstacle(want({{"name", "jq"}, {"version", ">1.7-1"}})), "PL2006 jq would be 1.7-1, and not >1.7-1");
  EXPECT_EQ(coded_obstacle(want({{"name", "jq"}, {"version", "<1.6"}})), "PL2006 jq would be 1.7-1, and not <1.6");
  apt_says("jq is already the newest version (1.6-2.1).\n");
  EXPECT_EQ(coded_obstacle(want({{"name", "jq"}, {"version", ">=2"}})), "PL2006 jq would be 1.6-2.1, and not >=2");
  system.remove("/var/lib/apt/lists");
  EXPECT_EQ(transaction(look(want({{"name", "nginx"}, {"version", ">=1"}})).change).install,
            (std::vector<PackageRequest>{{"nginx", ""}}));
}

TEST_F(Package, LatestUpgradesOrIsAtRest) {  // K05
  apt_says("Inst jq [1.6-2.1] (1.7-1 x [amd64])\n");
  EXPECT_EQ(look(want({{"name", "jq"}, {"state", "latest"}})).change.after, (Json{{"version", "1.7-1"}}));
  apt_says("jq is already the newest version (1.6-2.1).\n");
  EXPECT_TRUE(look(want({{"name", "jq"}, {"state", "latest"}})).change.empty());
  system.make_file("/var/lib/dpkg/status", kStatus);
  EXPECT_TRUE(look(want({{"name", "held"}, {"state", "latest"}})).change.empty()) << "a held package is at its latest";
}

TEST_F(Package, OlderOnlyWithAVersion) {  // K06
  apt_says(
      "The following packages will be DOWNGRADED:\n  jq\n0 upgraded, 0 newly installed, 1 downgraded.\nInst jq "
      "[1.6-2.1] (1.5-1 x [amd64])\n");
  const Change change = look(want({{"name", "jq"}, {"version", "1.5-1"}})).change;
  EXPECT_TRUE(transaction(change).allow_downgrade);
  EXPECT_EQ(change.note, "an older version");
}

TEST_F(Package, HeldPackagesStay) {  // K08
  EXPECT_EQ(coded_obstacle(want({{"name", "held"}, {"version", "5.0"}})), "PL2005 held is held at 4.0");
  EXPECT_EQ(coded_obstacle(want({{"name", "held"}, {"state", "absent"}})), "PL2005 held is held at 4.0");
}

TEST_F(Package, WhoSaysWhetherItIsHeldDecidesOnTheHold) {
  const Change hold = look(want({{"name", "jq"}, {"hold", true}})).change;
  EXPECT_EQ(hold.fidelity, Fidelity::kExact);
  EXPECT_EQ(hold.before, (Json{{"hold", false}}));
  EXPECT_EQ(hold.after, (Json{{"hold", true}}));
  EXPECT_EQ(hold.operations, (std::vector<Operation>{PackageTransaction{.manager = "apt", .hold = {"jq"}}}));
  EXPECT_TRUE(look(want({{"name", "held"}, {"hold", true}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "jq"}, {"hold", false}})).change.empty());
  const Change release = look(want({{"name", "held"}, {"hold", false}})).change;
  EXPECT_EQ(release.after, (Json{{"hold", false}}));
  EXPECT_EQ(transaction(release).release, (std::vector<std::string>{"held"}));
  EXPECT_TRUE(system.ran().empty());

  // A version that is asked for comes, and is held then.
  apt_says("The following held packages will be changed:\n  held\nInst held [4.0] (5.0 x [amd64])\n");
  const Change moved = look(want({{"name", "held"}, {"hold", true}, {"version", "5.0"}})).change;
  EXPECT_TRUE(system.ran().back().find(" --allow-change-held-packages ") != std::string::npos) << system.ran().back();
  EXPECT_EQ(moved.before, (Json{{"version", "4.0"}}));
  EXPECT_EQ(transaction(moved).release, (std::vector<std::string>{"held"}));
  EXPECT_EQ(transaction(moved).hold, (std::vector<std::string>{"held"}));
  const Change latest = look(want({{"name", "held"}, {"hold", false}, {"state", "latest"}})).change;
  EXPECT_EQ(latest.after, (Json{{"version", "5.0"}, {"hold", false}}));
  EXPECT_TRUE(transaction(latest).hold.empty());
  apt_says("The following held packages will be changed:\n  held\nRemv held [4.0]\n");
  const Change gone = look(want({{"name", "held"}, {"hold", false}, {"state", "absent"}})).change;
  EXPECT_EQ(gone.op, Op::kDelete);
  EXPECT_EQ(transaction(gone).release, (std::vector<std::string>{"held"}));

  apt_says("Inst nginx (1 x [amd64])\n");
  const Change fresh = look(want({{"name", "nginx"}, {"hold", true}})).change;
  EXPECT_EQ(fresh.after, (Json{{"state", "present"}, {"version", "1"}, {"hold", true}}));
  EXPECT_EQ(transaction(fresh).hold, (std::vector<std::string>{"nginx"}));
  EXPECT_EQ(coded_obstacle(want({{"name", "default-mta"}, {"hold", true}})),
            "PL2005 default-mta is provided by exim4-daemon-light, so it cannot be held");
}

TEST_F(Package, AHoldIsNoLeaveToChangeOtherHeldPackages) {
  apt_says("The following held packages will be changed:\n  held other\nInst held [4.0] (5.0 x [amd64])\n");
  EXPECT_EQ(coded_obstacle(want({{"name", "held"}, {"hold", true}, {"version", "5.0"}})),
            "PL2011 installing held would change other, which is held");
}

TEST_F(Package, UndoAsksForTheOldVersion) {
  const Desired jq = want({{"name", "jq"}, {"state", "absent"}});
  apt_says("Remv jq [1.6-2.1]\n");
  EXPECT_EQ(provider.restore(jq, *look(jq).observed)->attributes,
            (Json{{"name", "jq"}, {"state", "present"}, {"version", "1.6-2.1"}}));
}

}  // namespace
}  // namespace plumb::providers::package::apt
