// Transactions of apt, and what is made of its answers.
#include "providers/package/apt/testing/apt_host.h"

namespace plumb::providers::package::apt {
namespace {

TEST_F(Package, PurgedIsWithoutItsConfigurationFiles) {
  EXPECT_TRUE(look(want({{"name", "gone"}, {"state", "absent"}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "nothing"}, {"state", "purged"}})).change.empty());
  apt_says("Package 'gone' is not installed, so not removed\n");
  const Change rest = look(want({{"name", "gone"}, {"state", "purged"}})).change;
  EXPECT_EQ(rest.op, Op::kDelete);
  EXPECT_EQ(rest.before, (Json{{"state", "config-files"}, {"version", "1.0"}}));
  EXPECT_EQ(transaction(rest).purge, (std::vector<std::string>{"gone"}));
  EXPECT_EQ(provider.restore(want({{"name", "gone"}, {"state", "purged"}}),
                             *look(want({{"name", "gone"}, {"state", "purged"}})).observed),
            std::nullopt);
  apt_says("Remv jq [1.6-2.1]\n");
  const Change jq = look(want({{"name", "jq"}, {"state", "purged"}})).change;
  EXPECT_EQ(jq.before, (Json{{"state", "present"}, {"version", "1.6-2.1"}}));
  EXPECT_EQ(jq.note, "with its configuration files");
  EXPECT_EQ(transaction(jq).remove, (std::vector<std::string>{"jq"}));
  EXPECT_TRUE(provider.is_unwanted(want({{"name", "jq"}, {"state", "purged"}})));
}

TEST_F(Package, WithoutWhatIsOnlyRecommendedIsAskedSo) {
  apt_says("Inst nginx (1 x [amd64])\nInst jq [1.6-2.1] (1.7 x [amd64])\n");
  const Desired nginx = want({{"name", "nginx"}, {"recommends", false}});
  const Desired jq = want({{"name", "jq"}, {"state", "latest"}});
  const Desired* const both[] = {&nginx, &jq};
  const auto results = provider.observe(both, system);
  ASSERT_EQ(system.ran().size(), 3U);
  EXPECT_TRUE(system.ran()[0].ends_with(" install -- jq")) << system.ran()[0];
  EXPECT_TRUE(system.ran()[1].ends_with(" --no-install-recommends install -- nginx")) << system.ran()[1];
  EXPECT_TRUE(system.ran()[2].ends_with(" install -- nginx jq")) << "whether they go together: " << system.ran()[2];
  const Change change = provider.diff(nginx, *results[0]);
  EXPECT_TRUE(transaction(change).without_recommends);
  EXPECT_EQ(change.note, "without what it recommends");
  EXPECT_FALSE(transaction(provider.diff(jq, *results[1])).without_recommends);
  EXPECT_TRUE(look(want({{"name", "libc6"}, {"recommends", false}})).change.empty());
}

TEST_F(Package, ThoseThatRuleEachOtherOutAreToldThoughTheyAreAskedForInTwoWays) {
  apt_says("Inst nginx (1 x [amd64])\nInst jq [1.6-2.1] (1.7 x [amd64])\n");
  apt_says("E: Unable to correct problems, you have held broken packages.\n", 100, "*nginx jq*");
  const Desired nginx = want({{"name", "nginx"}, {"recommends", false}});
  const Desired jq = want({{"name", "jq"}, {"state", "latest"}});
  const Desired* const both[] = {&nginx, &jq};
  const auto results = provider.observe(both, system);
  ASSERT_TRUE(results[1]->obstacle);
  EXPECT_EQ(results[1]->undone_by, "package:nginx");
}

TEST_F(Package, UnknownNamesFallOnThoseWhoAskedForThem) {  // G04
  apt_says(
      "E: Unable to locate package nosuch\nE: Unable to locate package php8.9\n"
      "E: Couldn't find any package by glob 'php8.9'\nE: Couldn't find any package by regex 'php8.9'\n",
      100, "*nosuch*");
  apt_says(kSimulation, 0, "*install -- nginx");
  const Desired a = want({{"name", "nosuch"}});
  const Desired b = want({{"name", "nginx"}});
  const Desired c = want({{"name", "php8.9"}});
  const Desired* const all[] = {&a, &b, &c};
  const auto results = provider.observe(all, system);
  EXPECT_EQ(results[0]->obstacle->summary, "no package is called nosuch");
  EXPECT_EQ(results[0]->obstacle->code, Code::kPackageUnknown);
  EXPECT_FALSE(results[1]->obstacle);
  EXPECT_EQ(results[1]->attributes["candidate"], "1.22.1-9+deb12u10");
  EXPECT_EQ(results[2]->obstacle->summary, "no package is called php8.9");
}

TEST_F(Package, ErrorsOfAptFallOnTheRightPackage) {
  apt_says(
      "The following packages have unmet dependencies:\n bad : Depends: nope but it is not installable\n"
      "E: Unable to correct problems, you have held broken packages.\n",
      100, "*bad*");
  apt_says(kSimulation, 0, "*install -- nginx");
  const Desired a = want({{"name", "bad"}});
  const Desired b = want({{"name", "nginx"}});
  const Desired* const all[] = {&a, &b};
  const auto results = provider.observe(all, system);
  EXPECT_EQ(results[0]->obstacle->summary,
            "apt cannot do this: Unable to correct problems, you have held broken packages. "
            "(bad : Depends: nope but it is not installable)");
  EXPECT_FALSE(results[1]->obstacle);
}

TEST_F(Package, WhatWouldBecomeOlderIsToldHow) {
  apt_says("E: Packages were downgraded and -y was used without --allow-downgrades.\n", 100, "*old*");
  const std::optional<Obstacle> told = look(want({{"name", "old"}})).observed->obstacle;
  ASSERT_TRUE(told);
  EXPECT_EQ(told->hint, "only a package whose `version` is given may become older");
}

TEST_F(Package, AnInterruptedDpkgIsSaid) {  // K24
  system.make_file("/var/lib/dpkg/updates/0001", "");
  EXPECT_EQ(coded_obstacle(want({{"name", "nginx"}})), "PL2005 dpkg was interrupted and has not finished");
  EXPECT_TRUE(look(want({{"name", "jq"}})).change.empty());
}

std::vector<std::string> commands(const PackageTransaction& transaction) {
  std::vector<std::string> out;
  for (const Step& step : back_end().steps(transaction)) {
    std::string line;
    for (const std::string& word : step.program.argv) line += (line.empty() ? "" : " ") + word;
    const bool changes = line.starts_with("apt-get ") && !step.preview;
    const std::size_t at = step.preview ? line.rfind("install --") : line.find("Dpkg::Use-Pty=0 ");
    out.push_back((step.preview ? "? " : "") + line.substr(step.preview ? at : changes ? at + 16 : 0));
    EXPECT_EQ(step.program.env.contains("DEBIAN_FRONTEND"), changes);
  }
  return out;
}

TEST_F(Package, OneTransactionIsOneCommand) {
  EXPECT_EQ(commands({"apt", {{"a", "1"}, {"b", ""}}, {}, false, false}),
            (std::vector<std::string>{"install --no-remove -- a=1 b"}));
  EXPECT_EQ(commands({"apt", {{"a", "1"}}, {}, true, true}),
            (std::vector<std::string>{"-o APT::Update::Error-Mode=any update", "touch -c /var/lib/apt/lists",
                                      "install --no-remove --allow-downgrades -- a=1"}));
  EXPECT_EQ(commands({"apt", {{"a", ""}}, {"b"}, false, false}),
            (std::vector<std::string>{"? install -- a b-", "install -- a b-"}));
  EXPECT_EQ(commands({"apt", {}, {}, false, true}),
            (std::vector<std::string>{"-o APT::Update::Error-Mode=any update", "touch -c /var/lib/apt/lists"}));
  EXPECT_EQ(commands({.manager = "apt",
                      .install = {{"a", "1"}},
                      .remove = {"b"},
                      .manual = {"a"},
                      .without_recommends = true,
                      .purge = {"b"},
                      .release = {"b", "c-"},
                      .hold = {"a"}}),
            (std::vector<std::string>{"apt-mark unhold -- b c-:native", "? install -- a=1 b-",
                                      "install --no-install-recommends -- a=1 b-", "purge -- b", "apt-mark manual -- a",
                                      "apt-mark hold -- a"}));
  EXPECT_EQ(commands({"apt", {{"a-", ""}, {"g++", "1"}}, {"b-"}, false, false}),
            (std::vector<std::string>{"? install -- a-:native g++:native=1 b-:native-",
                                      "install -- a-:native g++:native=1 b-:native-"}));
  const std::vector<Step> mark = back_end().steps({"apt", {}, {}, false, false, {"a"}});
  ASSERT_EQ(mark.size(), 1U);
  EXPECT_EQ(mark[0].program.argv, (std::vector<std::string>{"apt-mark", "manual", "--", "a"}));
}

TEST_F(Package, WhatItSaysWhenItFails) {
  const PackageTransaction transaction{"apt", {{"a", ""}}, {"b"}, false, false};
  const std::vector<Step> steps = back_end().steps(transaction);
  const auto judged = [&](std::size_t step, const ProcessResult& result, const std::string& holder = {}) {
    const Result<> judgement = back_end().judge(transaction, steps[step], result, holder);
    return judgement ? std::string("fine") : code_name(judgement.error().code()) + " " + judgement.error().summary();
  };
  EXPECT_EQ(judged(1, {0, "", "", false}), "fine");
  EXPECT_EQ(judged(0, {0, "Remv b [1]\n", "", false}), "fine");
  EXPECT_EQ(judged(0, {0, "Remv b [1]\nRemv c [1]\n", "", false}),
            "PL2011 changing packages would remove c too, which nobody asked for");
  EXPECT_EQ(judged(1, {100, "", "E: Could not get lock /var/lib/dpkg/lock", false}, "apt (process 7)"),
            "PL4107 the package database is locked by apt (process 7)");
  EXPECT_EQ(judged(1, {100, "", "E: Unable to locate package a\n", false}), "PL2006 E: Unable to locate package a");
  EXPECT_EQ(judged(1, {100, "", "E: dpkg was interrupted, you must run 'dpkg --configure -a'", false}),
            "PL4108 dpkg was interrupted earlier, so nothing can be installed");
  EXPECT_EQ(
      judged(
          1,
          {100, "Setting up b:amd64 (1) ...\nSetting up bad (1) ...\nit does not want to\nSetting up c (1) ...\nfine\n",
           "dpkg: error processing package bad (--configure):\n failed\n", false}),
      "PL4108 while changing packages (exit code 100): bad said: it does not want to; "
      "dpkg: error processing package bad (--configure):\n failed");
  EXPECT_EQ(judged(1, {100, "", "E: no\n", false}), "PL4108 while changing packages (exit code 100): E: no");
}

}  // namespace
}  // namespace plumb::providers::package::apt
