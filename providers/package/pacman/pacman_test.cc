// Packages of a host with pacman, by what pacman 6 prints.
#include "providers/package/pacman/testing/pacman_host.h"
#include "providers/package/pacman/versions.h"

namespace plumb::providers::package::pacman {
namespace {

constexpr const char* kProceed = ":: Proceed with installation? [Y/n] ";

TEST_F(PacmanPackage, WhatIsThereNeedsNoQuestion) {
  EXPECT_TRUE(look(want({{"name", "jq"}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "jq"}, {"version", "1.7"}})).change.empty()) << "a release that is left out is any";
  EXPECT_TRUE(look(want({{"name", "jq"}, {"version", ">=1.6"}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "nothing"}, {"state", "absent"}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "regex-library"}})).change.empty()) << "another provides it";
  EXPECT_TRUE(system.ran().empty());
  const Change kept = look(want({{"name", "oniguruma"}})).change;
  EXPECT_EQ(kept.before, (Json{{"automatic", true}}));
  EXPECT_EQ(transaction(kept).manager, "pacman");
  EXPECT_EQ(back_end().installed_version("jq", system).value(), "1.7-1");
}

TEST_F(PacmanPackage, OnlyAHostThatWasInstalledWithItIsIts) {  // K29
  EXPECT_TRUE(*back_end().manages(system));
  system.remove("/var/lib/pacman");
  EXPECT_FALSE(*back_end().manages(system));
}

TEST_F(PacmanPackage, EachIsAskedAloneForWhatItBrings) {
  pacman_says("-S --needed -- redis nginx", would("mailcap-2.1-1  nginx-1:1.26-2  redis-7.2-1"), kProceed);
  pacman_says("-S --needed -- redis", would("redis-7.2-1"), kProceed);
  pacman_says("-S --needed -- nginx", would("mailcap-2.1-1  nginx-1:1.26-2"), kProceed);
  const Desired redis = want({{"name", "redis"}});
  const Desired nginx = want({{"name", "nginx"}});
  const Desired* const both[] = {&redis, &nginx};
  const auto results = provider.observe(both, system);
  EXPECT_EQ(provider.diff(redis, *results[0]).note, "");
  EXPECT_EQ(provider.diff(nginx, *results[1]).note, "brings mailcap 2.1-1");
  EXPECT_EQ(provider.diff(nginx, *results[1]).after, (Json{{"state", "present"}, {"version", "1:1.26-2"}}));
  for (const ProcessRequest& request : system.requests()) EXPECT_TRUE(request.changes_nothing) << request.argv.front();
}

TEST_F(PacmanPackage, NewerOlderAndByTheirBeginning) {
  pacman_says("-S --needed -- jq", would("jq-1.8-1"), kProceed);
  EXPECT_EQ(look(want({{"name", "jq"}, {"state", "latest"}})).change.after, (Json{{"version", "1.8-1"}}));
  EXPECT_EQ(look(want({{"name", "jq"}, {"version", "1.8*"}})).change.after, (Json{{"version", "1.8-1"}}));
  EXPECT_EQ(coded_obstacle(want({{"name", "jq"}, {"version", "2*"}})), "PL2006 jq is not available in version 2*");
  pacman_says("-S --needed -- jq=1.6-1", would("jq-1.6-1"), kProceed);
  EXPECT_EQ(look(want({{"name", "jq"}, {"version", "1.6-1"}})).change.note, "an older version");
  // It would go back to what the lists have, and nobody asked for that.
  pacman_says("-S --needed -- jq", would("jq-1.6-1"), kProceed);
  EXPECT_TRUE(look(want({{"name", "jq"}, {"state", "latest"}})).change.empty());
}

TEST_F(PacmanPackage, WhatItDoesNotKnowAndWhatItCannotDo) {
  pacman_says("-S --needed -- nosuch", "", "error: target not found: nosuch\n");
  EXPECT_EQ(coded_obstacle(want({{"name", "nosuch"}})), "PL2006 no package is called nosuch");
  pacman_says("-S --needed -- jq=9", "", "error: target not found: jq=9\n");
  EXPECT_EQ(coded_obstacle(want({{"name", "jq"}, {"version", "9"}})), "PL2006 jq is not available in version 9");
  pacman_says("-S --needed -- base-devel",
              ":: There are 25 members in group base-devel:\n:: Repository extra\n   1) autoconf  2) automake\n",
              "Enter a selection (default=all): ");
  EXPECT_EQ(coded_obstacle(want({{"name", "base-devel"}})), "PL2006 base-devel is a group of packages, and no package");
  pacman_says("-S --needed -- broken",
              "resolving dependencies...\n:: unable to satisfy dependency 'nobody-has' required by broken\n",
              "warning: cannot resolve \"nobody-has\", a dependency of \"broken\"\n"
              ":: Do you want to skip the above package for this upgrade? [y/N] n\n"
              "error: failed to prepare transaction (could not satisfy dependencies)\n");
  EXPECT_EQ(coded_obstacle(want({{"name", "broken"}})),
            "PL2005 pacman cannot do this: unable to satisfy dependency 'nobody-has' required by broken");
}

TEST_F(PacmanPackage, WhatNobodyDeclaredDoesNotGo) {
  pacman_says("-S --needed -- gojq", would("jq-1.7-1 [removal]  gojq-0.12-1"),
              ":: gojq and jq are in conflict. Remove jq? [y/N] y\n" + std::string(kProceed));
  EXPECT_EQ(coded_obstacle(want({{"name", "gojq"}})), "PL2011 installing gojq would remove jq");
  const Change allowed = look(want({{"name", "gojq"}, {"allow_removal", {"jq"}}})).change;
  const std::vector<Step> steps = back_end().steps(transaction(allowed));
  ASSERT_EQ(steps.size(), 3U);
  const std::vector<std::string>& deed = steps[1].program.argv;
  EXPECT_EQ((std::vector<std::string>(deed.begin() + 4, deed.end())),
            (std::vector<std::string>{"-S", "--ask=6", "--needed", "--", "gojq=0.12-1"}));
  EXPECT_EQ(steps[2].program.argv.back(), "jq") << "as far as it is still there";
  pacman_says("-Rc -- oniguruma", would("jq-1.7-1  oniguruma-6.9-1"));
  EXPECT_EQ(coded_obstacle(want({{"name", "oniguruma"}, {"state", "absent"}})),
            "PL2011 removing oniguruma would remove jq");
}

TEST_F(PacmanPackage, HoldsAreInItsConfiguration) {
  system.make_file("/etc/pacman.conf", "[options]\nIgnorePkg = linux* jq\n[extra]\n");
  EXPECT_TRUE(look(want({{"name", "jq"}, {"hold", true}})).change.empty());
  EXPECT_EQ(coded_obstacle(want({{"name", "jq"}, {"state", "absent"}})), "PL2005 jq is held at 1.7-1");
  pacman_says("-S --needed -- jq=1.8", would("jq-1.8-1"), kProceed);
  const Change moved = look(want({{"name", "jq"}, {"hold", true}, {"version", "1.8"}})).change;
  const std::vector<Step> steps = back_end().steps(transaction(moved));
  EXPECT_EQ(steps.front().program.argv,
            (std::vector<std::string>{"sed", "-E", "-i",
                                      "-e/^[[:space:]]*IgnorePkg[[:space:]]*=/"
                                      "{s/([=[:space:]])jq([[:space:]]|$)/\\1\\2/;/=[[:space:]]*$/d}",
                                      "/etc/pacman.conf"}));
  EXPECT_EQ(steps.back().program.argv,
            (std::vector<std::string>{"sed", "-i", "-e/^\\[options\\]/aIgnorePkg = jq", "/etc/pacman.conf"}));
}

TEST_F(PacmanPackage, AFileIsAskedForWhatItIs) {
  system.make_file("/srv/agent.pkg.tar.zst", "");
  system.script("pacman -Qp -- /srv/agent.pkg.tar.zst", {0, "agent 2.1-1\n", "", false});
  pacman_says("-U -- /srv/agent.pkg.tar.zst", would("agent-2.1-1"), kProceed);
  const Change change = look(want({{"name", "agent"}, {"file", "/srv/agent.pkg.tar.zst"}})).change;
  EXPECT_EQ(transaction(change).install, (std::vector<PackageRequest>{{"agent", "2.1-1", "/srv/agent.pkg.tar.zst"}}));
  const std::vector<Step> steps = back_end().steps(transaction(change));
  EXPECT_EQ(back_end().judge(transaction(change), steps.front(), {0, "agent 2.2-1\n", "", false}, "").error().summary(),
            "/srv/agent.pkg.tar.zst is agent 2.2-1, and not agent 2.1-1");
}

TEST_F(PacmanPackage, ListsThatWereNeverReadAreReadFirst) {
  system.remove("/var/lib/pacman/sync/extra.db");
  const Change change = look(want({{"name", "redis"}})).change;
  EXPECT_TRUE(transaction(change).refresh);
  EXPECT_EQ(back_end().steps(transaction(change)).front().program.argv.back(), "-Sy");
}

TEST_F(PacmanPackage, WhatItSaysWhenItFails) {
  const PackageTransaction transaction{.manager = "pacman", .install = {{"a", "1-1"}}};
  const std::vector<Step> steps = back_end().steps(transaction);
  const auto judged = [&](std::size_t step, const ProcessResult& result) {
    const Result<> judgement = back_end().judge(transaction, steps.at(step), result, "");
    return judgement ? std::string("fine") : code_name(judgement.error().code()) + " " + judgement.error().summary();
  };
  EXPECT_EQ(judged(1, {0, "", "", false}), "fine");
  EXPECT_EQ(judged(1, {1, "", "error: target not found: a=1-1\n", false}), "PL2006 no package is called a=1-1");
  EXPECT_EQ(judged(1, {1, "",
                       "error: failed to init transaction (unable to lock database)\n"
                       "error: could not lock database: File exists\n",
                       false}),
            "PL4107 the package database is locked");
  EXPECT_EQ(judged(1, {1, "a: /usr/bin/a exists in filesystem\nErrors occurred, no packages were upgraded.\n",
                       "error: failed to commit transaction (conflicting files)\n", false}),
            "PL4108 while changing packages (exit code 1): error: failed to commit transaction (conflicting files); a: "
            "/usr/bin/a exists in filesystem");
  EXPECT_EQ(judged(0, {1, would("c-1-1 [removal]  a-1-1"), kProceed, false}),
            "PL2011 changing packages would remove c too, which nobody asked for");
}

TEST_F(PacmanPackage, WhatGoesWithOneIsNoOthersAndNoConfiguration) {
  EXPECT_EQ(back_end()
                .goes_with(
                    {"jq"}, [](const std::string&) { return true; }, system)
                .value(),
            (std::vector<std::string>{"/usr/bin/jq"}));
}

TEST_F(PacmanPackage, AnUpgradeOfAllIsListed) {
  const UpgradeProvider upgrade;
  system.script("pacman -Qdtq", {0, "oniguruma\n", "", false});
  system.script("sh -c *plumb y y -Su", {1, would("jq-1.7-1 [removal]  gojq-0.12-1"), kProceed, false});
  system.script("sh -c *plumb n n -Rs -- oniguruma", {1, would("oniguruma-6.9-1"), "", false});
  const Desired desired = wanted("upgrade", "extent", {{"extent", "full"}, {"autoremove", true}});
  const Change change = see(upgrade, desired, system).change;
  EXPECT_EQ(change.before["pending"], (Json{"gojq 0.12-1 comes", "jq 1.7-1 goes", "oniguruma 6.9-1 goes"}));
  const std::vector<Step> steps = back_end().steps(transaction(change));
  EXPECT_EQ(steps.at(1).program.argv.back(), "--ask=4");
  EXPECT_EQ(steps.at(2).program.argv.back(), "oniguruma");
}

// As the program vercmp answers.
TEST(PacmanVersions, AreInItsOrder) {
  const std::vector<std::pair<const char*, const char*>> older_and_newer = {
      {"1.0", "1.1"},     {"1.0a", "1.0"},  {"1.0rc1", "1.0"},    {"1.0.a", "1.0.1"}, {"1.9", "1.10"},
      {"1.0-1", "1.0-2"}, {"9.0", "1:1.0"}, {"1.0alpha", "1.0b"}, {"1", "1.0"},       {"1.0.1", "1.0..1"}};
  for (const auto& [older, newer] : older_and_newer) {
    EXPECT_LT(compare_versions(older, newer), 0) << older << ' ' << newer;
    EXPECT_GT(compare_versions(newer, older), 0) << older << ' ' << newer;
  }
  EXPECT_EQ(compare_versions("1.0", "1.0-5"), 0);
  EXPECT_EQ(compare_versions("0:1.01", "1.1"), 0);
  EXPECT_EQ(compare_versions("1_0", "1.0"), 0);
}

// For who adopts the host.
TEST_F(PacmanPackage, WhatIsThereOfSomebodysDoing) {
  system.make_file("/etc/pacman.conf", "[options]\nIgnorePkg = jq\n");
  system.make_file(
      "/var/lib/pacman/local/jq-1.7-1/files",
      "%FILES%\netc/\netc/jq.conf\netc/jq.d/\nusr/bin/jq\n\n%BACKUP%\netc/jq.conf\t" + md5_of("as it came\n"));
  system.make_file("/var/lib/pacman/local/jq-1.7-1/install", "post_install() { useradd -r jqd; }\n");
  const auto packaged = back_end().packaged(system).value();
  const Managers managers;
  const SurveyedHost host{system, managers, packaged.get()};
  Survey survey;
  back_end().survey(host, survey);
  ASSERT_EQ(survey.things.size(), 1U) << "what came along is nobody's";
  EXPECT_EQ(survey.things[0].name, "jq");
  EXPECT_EQ(survey.things[0].attributes, (Json{{"hold", true}}));
  EXPECT_TRUE(is_as_packaged(host, "/etc/jq.conf", "as it came\n"));
  EXPECT_FALSE(is_as_packaged(host, "/etc/jq.conf", "changed\n"));
  EXPECT_TRUE(is_packaged(host, "/etc/jq.d"));
  EXPECT_TRUE(packaged->script_words.contains("jqd"));
}

}  // namespace
}  // namespace plumb::providers::package::pacman
