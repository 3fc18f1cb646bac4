// Packages of a host with apk, by what apk 2.14 prints.
#include "providers/package/apk/testing/apk_host.h"
#include "providers/package/apk/versions.h"

namespace plumb::providers::package::apk {
namespace {

constexpr const char* kOk = "OK: 9 MiB in 17 packages\n";
const std::string kUnable = "ERROR: unable to select packages:\n";

TEST_F(ApkPackage, WhatIsThereNeedsNoQuestion) {
  EXPECT_TRUE(look(want({{"name", "jq"}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "jq"}, {"version", "1.7*"}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "jq"}, {"version", ">=1.7_rc1"}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "nothing"}, {"state", "absent"}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "regex-library"}})).change.empty()) << "another provides it";
  EXPECT_TRUE(system.ran().empty());
  const Change kept = look(want({{"name", "oniguruma"}})).change;
  EXPECT_EQ(kept.before, (Json{{"automatic", true}}));
  EXPECT_EQ(back_end().steps(transaction(kept)).at(0).program.argv,
            (std::vector<std::string>{"apk", "--wait", "120", "--no-progress", "add", "--", "oniguruma"}));
}

TEST_F(ApkPackage, OnlyAHostThatWasInstalledWithItIsIts) {  // K29
  EXPECT_TRUE(*back_end().manages(system));
  system.remove("/lib/apk");
  EXPECT_FALSE(*back_end().manages(system));
}

TEST_F(ApkPackage, EachIsAskedAloneForWhatItBrings) {
  apk_says("add -- redis nginx",
           "(1/3) Installing pcre (8.45-r3)\n(2/3) Installing nginx (1.26.2-r0)\n"
           "(3/3) Installing redis (7.2-r0)\n" +
               std::string(kOk));
  apk_says("add -- redis", "(1/1) Installing redis (7.2-r0)\n" + std::string(kOk));
  apk_says("add -- nginx", "(1/2) Installing pcre (8.45-r3)\n(2/2) Installing nginx (1.26.2-r0)\n" + std::string(kOk));
  const Desired redis = want({{"name", "redis"}});
  const Desired nginx = want({{"name", "nginx"}});
  const Desired* const both[] = {&redis, &nginx};
  const auto results = provider.observe(both, system);
  EXPECT_EQ(provider.diff(redis, *results[0]).note, "");
  EXPECT_EQ(provider.diff(nginx, *results[1]).note, "brings pcre 8.45-r3");
  EXPECT_EQ(provider.diff(nginx, *results[1]).after, (Json{{"state", "present"}, {"version", "1.26.2-r0"}}));
  for (const ProcessRequest& request : system.requests()) EXPECT_TRUE(request.changes_nothing) << request.argv.front();
}

TEST_F(ApkPackage, AVersionIsBroughtAndLeftOpen) {
  apk_says("add -u -- jq", "(1/1) Upgrading jq (1.7.1-r0 -> 1.8-r0)\n" + std::string(kOk));
  EXPECT_EQ(look(want({{"name", "jq"}, {"state", "latest"}})).change.after, (Json{{"version", "1.8-r0"}}));
  apk_says("add -- jq~1.6", "(1/1) Downgrading jq (1.7.1-r0 -> 1.6-r2)\n" + std::string(kOk));
  const Change older = look(want({{"name", "jq"}, {"version", "1.6*"}})).change;
  EXPECT_EQ(older.note, "an older version");
  const std::vector<Step> steps = back_end().steps(transaction(older));
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_TRUE(steps[0].preview);
  EXPECT_EQ(steps[1].program.argv.back(), "jq=1.6-r2");
  EXPECT_EQ(steps[2].program.argv.back(), "jq");
  apk_says("add -- jq=9-r0", "", kUnable + "  jq-1.7.1-r0:\n    breaks: world[jq=9-r0]\n");
  EXPECT_EQ(coded_obstacle(want({{"name", "jq"}, {"version", "9-r0"}})), "PL2006 jq is not available in version 9-r0");
}

TEST_F(ApkPackage, WhatItDoesNotKnowAndWhatItCannotDo) {
  apk_says("add -- nosuch", "", kUnable + "  nosuch (no such package):\n    required by: world[nosuch]\n");
  EXPECT_EQ(coded_obstacle(want({{"name", "nosuch"}})), "PL2006 no package is called nosuch");
  apk_says("add -- broken", "",
           kUnable + "  nobody-has (no such package):\n    required by: broken-1-r0[nobody-has]\n");
  EXPECT_EQ(coded_obstacle(want({{"name", "broken"}})),
            "PL2005 apk cannot do this: nobody-has required by: broken-1-r0[nobody-has]");
  apk_says("add -- mta", "",
           kUnable +
               "  mta (virtual):\n    note: please select one of the 'provided by'\n          packages explicitly\n"
               "    provided by: exim postfix\n    required by: world[mta]\n");
  EXPECT_EQ(coded_obstacle(want({{"name", "mta"}})),
            "PL2006 mta is provided by exim postfix, and apk wants one of them to be named");
}

TEST_F(ApkPackage, WhatNobodyDeclaredDoesNotGo) {
  apk_says("add -- gojq", "", kUnable + "  jq-1.7.1-r0:\n    breaks: gojq-0.12-r0[!jq]\n    satisfies: world[jq]\n");
  apk_says("add -- gojq !jq", "(1/2) Purging jq (1.7.1-r0)\n(2/2) Installing gojq (0.12-r0)\n" + std::string(kOk));
  EXPECT_EQ(coded_obstacle(want({{"name", "gojq"}})), "PL2011 installing gojq would remove jq");
  const Change allowed = look(want({{"name", "gojq"}, {"allow_removal", {"jq"}}})).change;
  const std::vector<Step> steps = back_end().steps(transaction(allowed));
  ASSERT_EQ(steps.size(), 4U);
  EXPECT_EQ(steps[1].program.argv,
            (std::vector<std::string>{"apk", "--wait", "120", "--no-progress", "add", "--", "gojq=0.12-r0", "!jq"}));
  EXPECT_EQ(steps[3].program.argv,
            (std::vector<std::string>{"apk", "--wait", "120", "--no-progress", "del", "--", "jq"}));
  // What nothing needs any more goes at once with apk, so it has to be allowed too.
  apk_says("del -r -- jq", "(1/2) Purging jq (1.7.1-r0)\n(2/2) Purging oniguruma (6.9.9-r0)\n" + std::string(kOk));
  EXPECT_EQ(coded_obstacle(want({{"name", "jq"}, {"state", "absent"}})), "PL2011 removing jq would remove oniguruma");
}

TEST_F(ApkPackage, HoldsAreVersionsInWorld) {
  system.make_file("/etc/apk/world", "jq=1.7.1-r0\n!gojq\n");
  EXPECT_TRUE(look(want({{"name", "jq"}, {"hold", true}})).change.empty());
  EXPECT_EQ(coded_obstacle(want({{"name", "jq"}, {"state", "absent"}})), "PL2005 jq is held at 1.7.1-r0");
  const std::vector<Step> released =
      back_end().steps(transaction(look(want({{"name", "jq"}, {"hold", false}})).change));
  EXPECT_EQ(released.at(0).program.argv.back(), "jq");
  system.make_file("/etc/apk/world", "jq\n");
  const std::vector<Step> held = back_end().steps(transaction(look(want({{"name", "jq"}, {"hold", true}})).change));
  EXPECT_EQ(held.at(0).program.argv.back(), "jq");
  EXPECT_NE(held.at(0).program.argv.at(2).find("add -- \"$@\""), std::string::npos);
}

TEST_F(ApkPackage, AFileIsAskedForWhatItIs) {
  system.make_file("/srv/agent.apk", "");
  system.script("tar -xzOf /srv/agent.apk .PKGINFO", {0, "pkgname = agent\npkgver = 2.1-r0\n", "", false});
  apk_says("add --allow-untrusted -- /srv/agent.apk", "(1/1) Installing agent (2.1-r0)\n" + std::string(kOk));
  const Change change = look(want({{"name", "agent"}, {"file", "/srv/agent.apk"}})).change;
  EXPECT_EQ(transaction(change).install, (std::vector<PackageRequest>{{"agent", "2.1-r0", "/srv/agent.apk"}}));
  const std::vector<Step> steps = back_end().steps(transaction(change));
  EXPECT_EQ(steps.at(2).program.argv.back(), "/srv/agent.apk");
  EXPECT_EQ(steps.at(3).program.argv.back(), "agent") << "a file that is asked for by its digest would hold it";
}

TEST_F(ApkPackage, ListsThatWereNeverReadAreReadFirst) {
  system.remove("/var/cache/apk/APKINDEX.0a1b2c3d.tar.gz");
  const Change change = look(want({{"name", "redis"}})).change;
  EXPECT_TRUE(transaction(change).refresh);
  EXPECT_EQ(back_end().steps(transaction(change)).front().program.argv.back(), "update");
}

TEST_F(ApkPackage, WhatItSaysWhenItFails) {
  const PackageTransaction transaction{.manager = "apk", .remove = {"a"}};
  const std::vector<Step> steps = back_end().steps(transaction);
  const auto judged = [&](std::size_t step, const ProcessResult& result) {
    const Result<> judgement = back_end().judge(transaction, steps.at(step), result, "");
    return judgement ? std::string("fine") : code_name(judgement.error().code()) + " " + judgement.error().summary();
  };
  EXPECT_EQ(judged(1, {0, "", "", false}), "fine");
  EXPECT_EQ(judged(1, {99, "", "ERROR: Unable to lock database: temporary error (try again later)\n", false}),
            "PL4107 the package database is locked");
  EXPECT_EQ(
      judged(0, {0, "World updated, but the following packages are not removed due to:\n  a: b\n\n" + std::string(kOk),
                 "", false}),
      "PL4108 while asking what would change (exit code 0): a is needed by b");
  EXPECT_EQ(judged(0, {0, "(1/2) Purging b (1-r0)\n(2/2) Purging a (1-r0)\n" + std::string(kOk), "", false}),
            "PL2011 changing packages would remove b too, which nobody asked for");
  EXPECT_EQ(
      judged(1, {1, "(1/1) Purging a (1-r0)\n", "ERROR: a-1-r0.pre-deinstall: script exited with error 1\n", false}),
      "PL4108 while removing packages (exit code 1): a-1-r0.pre-deinstall: script exited with error 1");
}

TEST_F(ApkPackage, WhatGoesWithOneIsNoOthersAndNoConfiguration) {
  EXPECT_EQ(back_end()
                .goes_with(
                    {"jq"}, [](const std::string&) { return true; }, system)
                .value(),
            (std::vector<std::string>{"/usr/bin", "/usr/bin/jq"}));
}

TEST_F(ApkPackage, AnUpgradeOfAllIsListed) {
  const UpgradeProvider upgrade;
  apk_says("upgrade", "(1/2) Upgrading jq (1.7.1-r0 -> 1.8-r0)\n(2/2) Purging old (1-r0)\n" + std::string(kOk));
  EXPECT_EQ(see(upgrade, wanted("upgrade", "extent", {{"extent", "full"}}), system).change.before["pending"],
            (Json{"jq 1.7.1-r0 → 1.8-r0", "old 1-r0 goes"}));
}

// As `apk version -t` answers.
TEST(ApkVersions, AreInItsOrder) {
  const std::vector<std::pair<const char*, const char*>> older_and_newer = {{"1.0", "1.1"},
                                                                            {"1.0_rc1", "1.0"},
                                                                            {"1.0_alpha2", "1.0_beta1"},
                                                                            {"1.0", "1.0_p1"},
                                                                            {"1.9", "1.10"},
                                                                            {"1.0-r1", "1.0-r10"},
                                                                            {"1.0", "1.0-r0"},
                                                                            {"1.0a", "1.0b"},
                                                                            {"1.0", "1.0.1"},
                                                                            {"1.01", "1.1"},
                                                                            {"1.0", "1.01"},
                                                                            {"1.0_git1", "1.0_p1"},
                                                                            {"8.2.0", "8.2.001"},
                                                                            {"8.2.0015", "8.2.002"},
                                                                            {"1.0", "1.0~12ab"},
                                                                            {"1.0~1234-r1", "1.0~2345-r0"},
                                                                            {"01.9", "1.10"}};
  for (const auto& [older, newer] : older_and_newer) {
    EXPECT_LT(compare_versions(older, newer), 0) << older << ' ' << newer;
    EXPECT_GT(compare_versions(newer, older), 0) << older << ' ' << newer;
  }
  EXPECT_EQ(compare_versions("1.2.3a_rc1-r4", "1.2.3a_rc1-r4"), 0);
}

// For who adopts the host.
TEST_F(ApkPackage, WhatIsThereOfSomebodysDoing) {
  system.make_file("/etc/apk/world", "jq\nnginx=1.26.2-r0\n!telnet\n");
  // The SHA-1 of "a".
  system.make_file("/lib/apk/db/installed",
                   "P:jq\nV:1.7.1-r0\nF:etc/jq.d\nF:etc\nR:jq.conf\nZ:Q1hvfkN/qlp/zhXR3cuerq6jd2Z7g=\n\n");
  const auto packaged = back_end().packaged(system).value();
  const Managers managers;
  const SurveyedHost host{system, managers, packaged.get()};
  Survey survey;
  back_end().survey(host, survey);
  Json found = Json::object();
  for (const FoundThing& thing : survey.things) found[thing.name] = thing.attributes;
  EXPECT_EQ(found, Json::parse(R"({"jq": {}, "nginx": {"hold": true}, "telnet": {"state": "absent"}})"));
  EXPECT_TRUE(is_as_packaged(host, "/etc/jq.conf", "a"));
  EXPECT_FALSE(is_as_packaged(host, "/etc/jq.conf", "b"));
  EXPECT_TRUE(is_packaged(host, "/etc/jq.d"));
}

}  // namespace
}  // namespace plumb::providers::package::apk
