// Everything upgraded at once.
#include "providers/package/apt/testing/apt_host.h"

namespace plumb::providers::package::apt {
namespace {

class UpgradeAll : public ProviderTest<UpgradeProvider> {
 protected:
  UpgradeAll() {
    system.add_program("apt-get");
    system.make_file("/var/lib/dpkg/status", kStatus);
    system.make_file("/var/lib/apt/lists/mirror_dists_stable_main_binary-amd64_Packages", "");
    system.script("*upgrade",
                  {0, "Remv old [1.0]\nInst jq [1.6] (1.7 x [amd64]) []\nInst libx (2.0 x [amd64])\n", "", false});
  }
  Desired want(Json attributes) { return wanted("upgrade", "extent", std::move(attributes)); }
};

TEST_F(UpgradeAll, SaysOfEachPackageWhatBecomesOfIt) {
  const Change change = look(want({{"extent", "full"}, {"autoremove", true}})).change;
  EXPECT_TRUE(system.ran().back().ends_with(" --autoremove dist-upgrade")) << system.ran().back();
  EXPECT_EQ(change.before, (Json{{"current", false}, {"pending", {"jq 1.6 → 1.7", "libx 2.0 comes", "old 1.0 goes"}}}));
  EXPECT_EQ(change.after, (Json{{"current", true}}));
  const auto transaction = std::get<PackageTransaction>(change.operations.at(0));
  EXPECT_EQ(transaction, (PackageTransaction{.manager = "apt",
                                             .install = {{"jq", "1.7"}, {"libx", "2.0"}},
                                             .remove = {"old"},
                                             .upgrade = "full",
                                             .autoremove = true}));
  look(want({{"extent", "safe"}}));
  EXPECT_TRUE(system.ran().back().ends_with(" --with-new-pkgs upgrade")) << system.ran().back();
  system.script("*upgrade", {0, "0 upgraded, 0 newly installed\n", "", false});
  EXPECT_TRUE(look(want({{"extent", "safe"}})).change.empty());
  system.script("*upgrade", {100, "", "E: Unmet dependencies.\n", false});
  EXPECT_EQ(coded_obstacle(want({{"extent", "safe"}})), "PL2005 apt cannot do this: Unmet dependencies.");
}

TEST_F(UpgradeAll, NothingHappensThatThePlanDoesNotHave) {
  const PackageTransaction transaction{
      .manager = "apt", .install = {{"jq", "1.7"}}, .remove = {"old"}, .upgrade = "full", .autoremove = true};
  const std::vector<Step> steps = back_end().steps(transaction);
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_TRUE(steps[0].preview);
  const auto judged = [&](const PackageTransaction& one, const char* said) {
    const Result<> judgement = back_end().judge(one, steps[0], {0, said, "", false}, "");
    return judgement ? std::string("fine") : judgement.error().summary();
  };
  EXPECT_EQ(judged(transaction, "Inst jq [1.6] (1.7 x [amd64])\nRemv old [1.0]\n"), "fine");
  EXPECT_EQ(judged(transaction, ""), "fine") << "something before it has done it";
  EXPECT_EQ(judged(transaction, "Inst jq [1.6] (1.8 x [amd64])\nInst y (1 x [all])\n"),
            "the upgrade would bring jq 1.8, y 1, which the plan does not have");
  EXPECT_EQ(judged(transaction, "Remv jq [1.6]\n"), "changing packages would remove jq too, which nobody asked for");
  PackageTransaction fresh = transaction;
  fresh.refresh = true;
  EXPECT_EQ(judged(fresh, "Inst jq [1.6] (1.8 x [amd64])\n"), "fine");
  EXPECT_EQ(judged(fresh, "Remv jq [1.6]\n"), "changing packages would remove jq too, which nobody asked for");
}

TEST_F(UpgradeAll, OldListsAreReadFirst) {
  system.script("*upgrade", {0, "", "", false});
  system.script("find *", {1, "", "", false});
  const Change change = look(want({{"extent", "safe"}, {"refresh", 3600}})).change;
  EXPECT_EQ(change.before, (Json{{"current", false}}));
  EXPECT_EQ(change.note, "the package lists are read first and decide what comes");
  EXPECT_TRUE(std::get<PackageTransaction>(change.operations.at(0)).refresh);
  system.script("find *", {0, "/var/lib/apt/lists\n", "", false});
  EXPECT_TRUE(look(want({{"extent", "safe"}, {"refresh", 3600}})).change.empty());
}

TEST_F(UpgradeAll, WhatPackagesSayOfThemselvesHolds) {
  const auto package = [](Json attributes) { return wanted("package", "name", std::move(attributes)); };
  const auto obstacle = [&](const Desired& other, bool earlier) {
    std::vector<Desired> host = {other, want({{"extent", "full"}})};
    if (!earlier) std::swap(host[0], host[1]);
    Desired& upgrade = host[earlier ? 1 : 0];
    provider.complete(upgrade, host, {});
    const Seen seen = look(upgrade);
    if (!seen.observed) return seen.problem->summary;
    return seen.observed->obstacle ? seen.observed->obstacle->summary
                                   : seen.change.before["pending"][0].get<std::string>();
  };
  EXPECT_EQ(obstacle(package({{"name", "jq"}}), true), "jq 1.6 → 1.7");
  EXPECT_EQ(obstacle(package({{"name", "jq"}, {"version", "1.*"}}), true), "jq 1.6 → 1.7");
  EXPECT_EQ(obstacle(package({{"name", "jq"}, {"hold", true}}), true), "libx 2.0 comes");
  EXPECT_EQ(obstacle(package({{"name", "jq:amd64"}, {"version", "1.6"}, {"hold", true}}), true), "libx 2.0 comes");
  EXPECT_EQ(obstacle(package({{"name", "jq"}, {"version", "1.6*"}}), true),
            "upgrading all packages would bring jq 1.7");
  EXPECT_EQ(obstacle(package({{"name", "libx"}, {"state", "absent"}}), true),
            "upgrading all packages would bring libx");
  EXPECT_EQ(obstacle(package({{"name", "old"}}), true), "upgrading all packages would remove old");
  EXPECT_EQ(obstacle(package({{"name", "jq"}, {"hold", true}}), false),
            "`package:jq` has to come before the upgrade: declare it first, or say `before` there");
  EXPECT_EQ(obstacle(package({{"name", "jq"}, {"version", "1.6"}}), true),
            "`package:jq` asks for a version, and the upgrade for the newest: hold it with `hold: true`");

  std::vector<Desired> host = {package({{"name", "jq"}}), want({{"extent", "safe"}}), package({{"name", "libx"}})};
  provider.complete(host[1], host, {});
  EXPECT_EQ(look(host[1]).observed->open_until, (std::vector<std::string>{"package:jq"}));
}

TEST_F(UpgradeAll, AnImageHasNoPackagesToUpgrade) {
  system.set_image(true);
  EXPECT_EQ(look(want({{"extent", "safe"}})).problem->summary, "packages of an image are not changed");
}

}  // namespace
}  // namespace plumb::providers::package::apt
