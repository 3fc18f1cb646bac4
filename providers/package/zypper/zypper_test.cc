// Packages of a host with zypper, by what zypper 1.14 prints.
#include "providers/package/zypper/testing/zypper_host.h"

namespace plumb::providers::package::zypper {
namespace {

std::string summary(std::string_view sections) {
  return "<message type=\"info\">Resolving package dependencies...</message>\n<install-summary download-size=\"1\" "
         "packages-to-change=\"1\">\n" +
         std::string(sections) + "</install-summary>\n<prompt id=\"0\">\n<text>Continue?</text>\n</prompt>\n";
}
std::string solvable(const std::string& name, const std::string& edition, const std::string& old = {}) {
  return "<solvable type=\"package\" name=\"" + name + "\" edition=\"" + edition + "\" arch=\"x86_64\"" +
         (old.empty() ? "" : " edition-old=\"" + old + "\" arch-old=\"x86_64\"") +
         " summary=\"a &lt;thing&gt;\">\n<description>of a test</description></solvable>\n";
}

TEST_F(ZypperPackage, WhatIsThereNeedsNoQuestion) {
  EXPECT_TRUE(look(want({{"name", "jq"}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "jq"}, {"version", "1.6"}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "nothing"}, {"state", "absent"}})).change.empty());
  for (const std::string& ran : system.ran()) EXPECT_TRUE(ran.starts_with("rpm -q ")) << ran;
  const Change kept = look(want({{"name", "libonig5"}})).change;
  EXPECT_EQ(kept.before, (Json{{"automatic", true}}));
  EXPECT_EQ(transaction(kept).manager, "zypper");
}

TEST_F(ZypperPackage, OnlyAHostOfSusesIsIts) {  // K29
  EXPECT_TRUE(*back_end().manages(system));
  system.remove("/etc/zypp");
  EXPECT_FALSE(*back_end().manages(system));
}

TEST_F(ZypperPackage, EachIsAskedAloneForWhatItBrings) {
  zypper_says("*-- redis nginx",
              summary("<to-install>\n" + solvable("nginx", "1.21.5-1") + solvable("nginx-source", "1.21.5-1") +
                      solvable("redis", "6.2.6-1") + "</to-install>\n"));
  zypper_says("*-- redis", summary("<to-install>\n" + solvable("redis", "6.2.6-1") + "</to-install>\n"));
  zypper_says("*-- nginx", summary("<to-install>\n" + solvable("nginx", "1.21.5-1") +
                                   solvable("nginx-source", "1.21.5-1") + "</to-install>\n"));
  const Desired redis = want({{"name", "redis"}});
  const Desired nginx = want({{"name", "nginx"}});
  const Desired* const both[] = {&redis, &nginx};
  const auto results = provider.observe(both, system);
  EXPECT_EQ(provider.diff(redis, *results[0]).note, "");
  EXPECT_EQ(provider.diff(nginx, *results[1]).note, "brings nginx-source 1.21.5-1");
  EXPECT_EQ(provider.diff(nginx, *results[1]).after, (Json{{"state", "present"}, {"version", "1.21.5-1"}}));
  for (const ProcessRequest& request : system.requests()) EXPECT_TRUE(request.changes_nothing) << request.argv.front();
}

TEST_F(ZypperPackage, NewerOlderAndByTheirBeginning) {
  zypper_says("sh *-- jq", summary("<to-upgrade>\n" + solvable("jq", "1.7-1", "1.6-150000.3.3.1") + "</to-upgrade>\n"));
  EXPECT_EQ(look(want({{"name", "jq"}, {"state", "latest"}})).change.after, (Json{{"version", "1.7-1"}}));
  zypper_says("*--oldpackage -- jq=1.5",
              summary("<to-downgrade>\n" + solvable("jq", "1.5-1", "1.6-1") + "</to-downgrade>\n"));
  EXPECT_EQ(look(want({{"name", "jq"}, {"version", "1.5"}})).change.note, "an older version");
  zypper_says("*search -s --match-exact -t package jq",
              "<search-result version=\"0.0\">\n<solvable-list>\n"
              "<solvable status=\"other-version\" name=\"jq\" kind=\"package\" edition=\"1.7-9\" arch=\"x86_64\" "
              "repository=\"oss\"/>\n"
              "<solvable status=\"other-version\" name=\"jq\" kind=\"package\" edition=\"1.7-10\" arch=\"x86_64\" "
              "repository=\"oss\"/>\n"
              "<solvable status=\"other-version\" name=\"jq\" kind=\"package\" edition=\"1.8-1\" arch=\"x86_64\" "
              "repository=\"oss\"/>\n"
              "</solvable-list>\n</search-result>\n");
  zypper_says("*-- jq=1.7-10", summary("<to-upgrade>\n" + solvable("jq", "1.7-10", "1.6-1") + "</to-upgrade>\n"));
  EXPECT_EQ(look(want({{"name", "jq"}, {"version", "1.7*"}})).change.after, (Json{{"version", "1.7-10"}}));
}

TEST_F(ZypperPackage, WhatIsProvidedByAnotherIsInstalledByItsName) {
  zypper_says("sh *-- smtp_daemon", summary("<to-install>\n" + solvable("postfix", "3.5-1") + "</to-install>\n"));
  zypper_says(
      "*search -s --provides --match-exact -t package smtp_daemon",
      "<solvable status=\"not-installed\" name=\"exim\" kind=\"package\" edition=\"4-1\" arch=\"x86_64\"/>\n"
      "<solvable status=\"not-installed\" name=\"postfix\" kind=\"package\" edition=\"3.5-1\" arch=\"x86_64\"/>\n");
  const Change change = look(want({{"name", "smtp_daemon"}})).change;
  EXPECT_EQ(transaction(change).install, (std::vector<PackageRequest>{{"postfix", "3.5-1"}}));
  EXPECT_EQ(change.note, "postfix provides it");
}

TEST_F(ZypperPackage, WhatItDoesNotKnowAndWhatItCannotDo) {
  const std::string none = "<message type=\"error\">No provider of &apos;nosuch&apos; found.</message>\n";
  zypper_says("*-- nosuch", none, 104);
  EXPECT_EQ(coded_obstacle(want({{"name", "nosuch"}})), "PL2006 no package is called nosuch");
  zypper_says("*-- jq=9", "<message type=\"error\">No provider of &apos;jq=9&apos; found.</message>\n", 104);
  EXPECT_EQ(coded_obstacle(want({{"name", "jq"}, {"version", "9"}})), "PL2006 jq is not available in version 9");
  zypper_says(
      "*-- broken",
      "<prompt id=\"1\">\n<description>Problem: nothing provides x needed by broken-1-1.noarch\n Solution 1: do "
      "not install broken\n</description>\n<text>Choose</text>\n</prompt>\n",
      4);
  EXPECT_EQ(coded_obstacle(want({{"name", "broken"}})),
            "PL2005 zypper cannot do this: nothing provides x needed by broken-1-1.noarch");
}

TEST_F(ZypperPackage, WhatNobodyDeclaredDoesNotGo) {
  zypper_says("*--force-resolution -- gojq",
              summary("<to-install>\n" + solvable("gojq", "1-1") + "</to-install>\n<to-remove>\n" +
                      solvable("jq", "1.6-1") + "</to-remove>\n"));
  EXPECT_EQ(coded_obstacle(want({{"name", "gojq"}})), "PL2011 installing gojq would remove jq");
  const Change allowed = look(want({{"name", "gojq"}, {"allow_removal", {"jq"}}})).change;
  const std::vector<Step> steps = back_end().steps(transaction(allowed));
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_EQ(steps[1].program.argv,
            (std::vector<std::string>{"zypper", "--non-interactive", "--no-refresh", "install",
                                      "--auto-agree-with-licenses", "--force-resolution", "--", "gojq=1-1", "!jq"}));
}

TEST_F(ZypperPackage, HoldsAreLocks) {
  system.make_file("/etc/zypp/locks", "\ntype: package\nmatch_type: glob\ncase_sensitive: on\nsolvable_name: jq\n");
  EXPECT_TRUE(look(want({{"name", "jq"}, {"hold", true}})).change.empty());
  EXPECT_EQ(coded_obstacle(want({{"name", "jq"}, {"state", "absent"}})), "PL2005 jq is held at 1.6-150000.3.3.1");
  zypper_says("*plumb unlocked . install*-- jq=1.7",
              summary("<to-upgrade>\n" + solvable("jq", "1.7-1", "1.6-1") + "</to-upgrade>\n"));
  const Change moved = look(want({{"name", "jq"}, {"hold", true}, {"version", "1.7"}})).change;
  EXPECT_EQ(transaction(moved).release, (std::vector<std::string>{"jq"}));
  EXPECT_EQ(transaction(moved).hold, (std::vector<std::string>{"jq"}));
}

TEST_F(ZypperPackage, AFileIsOneMoreVersion) {
  system.make_file("/srv/agent.rpm", "");
  system.script("rpm -q -p * /srv/agent.rpm", {0, "agent\t0\t2.1-1\tx86_64\t\n", "", false});
  zypper_says("sh *as it is /srv/agent.rpm . install*-- agent=2.1-1",
              summary("<to-install>\n" + solvable("agent", "2.1-1") + "</to-install>\n"));
  const Change change = look(want({{"name", "agent"}, {"file", "/srv/agent.rpm"}})).change;
  EXPECT_EQ(transaction(change).install, (std::vector<PackageRequest>{{"agent", "2.1-1", "/srv/agent.rpm"}}));
  EXPECT_EQ(back_end().steps(transaction(change)).back().program.argv.back(), "/srv/agent.rpm");
}

TEST_F(ZypperPackage, SourcesThatWereNeverReadAreReadFirst) {
  system.remove("/var/cache/zypp/raw/oss");
  const Change change = look(want({{"name", "redis"}})).change;
  EXPECT_TRUE(transaction(change).refresh);
  EXPECT_EQ(back_end().steps(transaction(change)).front().program.argv,
            (std::vector<std::string>{"zypper", "--non-interactive", "refresh"}));
}

TEST_F(ZypperPackage, WhatItSaysWhenItFails) {
  const PackageTransaction transaction{.manager = "zypper", .install = {{"a", "1-1"}}, .manual = {"b.c"}};
  const std::vector<Step> steps = back_end().steps(transaction);
  const auto judged = [&](std::size_t step, const ProcessResult& result) {
    const Result<> judgement = back_end().judge(transaction, steps.at(step), result, "rpm (process 7)");
    return judgement ? std::string("fine") : code_name(judgement.error().code()) + " " + judgement.error().summary();
  };
  EXPECT_EQ(judged(1, {0, "", "", false}), "fine");
  EXPECT_EQ(judged(1, {107, "warning: %post(a) scriptlet failed\n", "", false}), "fine")
      << "as rpm has it, it is there";
  EXPECT_EQ(judged(1, {104, "No provider of 'a=1-1' found.\n", "", false}), "PL2006 No provider of 'a=1-1' found.");
  EXPECT_EQ(judged(1, {7, "", "System management is locked by the application with pid 7 (zypper).\n", false}),
            "PL4107 the package database is locked by rpm (process 7)");
  EXPECT_EQ(
      judged(1,
             {8,
              "(1/1) Installing: a-1-1.noarch [..error]\nError: Subprocess failed. Error: RPM failed: it does not want "
              "to\n"
              "error: %prein(a-1-1.noarch) scriptlet failed, exit status 1\n\nAbort, retry, ignore? [a/r/i] (a): a\n",
              "", false})
          .substr(0, 127),
      "PL4108 while changing packages (exit code 8): it does not want to\nerror: %prein(a-1-1.noarch) scriptlet "
      "failed, exit "
      "status 1; ");
  EXPECT_EQ(judged(0, {0, summary("<to-remove>\n" + solvable("c", "1") + "</to-remove>\n"), "", false}),
            "PL2011 changing packages would remove c too, which nobody asked for");
  EXPECT_EQ(steps.at(2).program.argv,
            (std::vector<std::string>{"sed", "-i", "-e", "/^b\\.c$/d", "/var/lib/zypp/AutoInstalled"}));
}

TEST_F(ZypperPackage, AnUpgradeOfAllIsListed) {
  const UpgradeProvider upgrade;
  Desired desired = wanted("upgrade", "extent", {{"extent", "full"}});
  zypper_says("*dist-upgrade --dry-run",
              summary("<to-upgrade>\n" + solvable("jq", "1.7-1", "1.6-1") + "</to-upgrade>\n<to-remove>\n" +
                      solvable("old", "1-1") + "</to-remove>\n"));
  EXPECT_EQ(see(upgrade, desired, system).change.before["pending"], (Json{"jq 1.6-1 → 1.7-1", "old 1-1 goes"}));
}

}  // namespace
}  // namespace plumb::providers::package::zypper
