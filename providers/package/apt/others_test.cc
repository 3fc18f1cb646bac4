// What other packages come, stay and go with one.
#include <optional>
#include <utility>
#include <vector>

#include "providers/package/apt/testing/apt_host.h"

namespace plumb::providers::package::apt {
namespace {

TEST_F(Package, WhatCameAlongIsKeptOnceItIsDeclared) {  // K17
  system.make_file("/var/lib/apt/extended_states",
                   "Package: jq\nArchitecture: amd64\nAuto-Installed: 1\n\nPackage: tzdata\nArchitecture: "
                   "amd64\nAuto-Installed: 1\n\nPackage: libc6\nArchitecture: amd64\nAuto-Installed: 0\n");
  for (const char* name : {"jq", "tzdata", "tzdata:amd64"}) {
    const Change change = look(want({{"name", name}})).change;
    EXPECT_EQ(change.op, Op::kUpdate) << name;
    EXPECT_EQ(change.before, (Json{{"automatic", true}}));
    EXPECT_EQ(change.after, (Json{{"automatic", false}}));
    EXPECT_EQ(change.fidelity, Fidelity::kExact);
    EXPECT_TRUE(transaction(change).install.empty());
  }
  EXPECT_EQ(transaction(look(want({{"name", "jq:amd64"}})).change).manual, (std::vector<std::string>{"jq"}));
  EXPECT_TRUE(look(want({{"name", "libc6"}})).change.empty());
  apt_says("Inst jq [1.6-2.1] (1.7-1 x [amd64])\n");
  EXPECT_EQ(transaction(look(want({{"name", "jq"}, {"state", "latest"}})).change).manual,
            (std::vector<std::string>{"jq"}));
  system.set_image(true);
  EXPECT_TRUE(look(want({{"name", "jq"}})).change.empty());
}

TEST_F(Package, WhatMayGoIsNamedByTheOneThatTakesItAway) {
  apt_says("Remv jq [1.6-2.1]\nInst gojq (1 x [amd64])\n");
  EXPECT_EQ(coded_obstacle(want({{"name", "gojq"}})), "PL2011 installing gojq would remove jq");
  EXPECT_EQ(
      look(want({{"name", "gojq"}})).observed->obstacle->hint,
      "what is to go has to be declared: `package: jq` with `state: absent`; or allowed here: `allow_removal: [jq]`");
  const Change change = look(want({{"name", "gojq"}, {"allow_removal", {"jq"}}})).change;
  EXPECT_EQ(transaction(change).remove, (std::vector<std::string>{"jq"}));
  EXPECT_EQ(change.note, "makes jq go, as declared or allowed");
  // One that allows it does not allow it to others.
  apt_says("Inst nginx (1 x [amd64])\n", 0, "*install -- nginx");
  apt_says("Remv jq [1.6-2.1]\nInst gojq (1 x [amd64])\n", 0, "*install -- gojq");
  const Desired gojq = want({{"name", "gojq"}});
  const Desired nginx = want({{"name", "nginx"}, {"allow_removal", {"jq"}}});
  const Desired* const both[] = {&gojq, &nginx};
  const auto results = provider.observe(both, system);
  EXPECT_TRUE(results[0]->obstacle);
  EXPECT_FALSE(results[1]->obstacle);
}

TEST_F(Package, AlsoWhereItIsARemovalThatTakesItAway) {
  apt_says("Remv exim4 [4.96]\nRemv exim4-daemon-light [4.96]\n", 0, "*install -- exim4-daemon-light-");
  const Change change =
      look(want({{"name", "exim4-daemon-light"}, {"state", "absent"}, {"allow_removal", {"exim4"}}})).change;
  EXPECT_EQ(change.op, Op::kDelete);
  EXPECT_EQ(transaction(change).remove, (std::vector<std::string>{"exim4-daemon-light", "exim4"}));
  EXPECT_EQ(change.note, "makes exim4 go, as allowed");
}

TEST_F(Package, TwoThatDoNotGoTogetherAreToldWithBoth) {
  apt_says("Inst a (1 x [amd64])\n", 0, "*install -- a");
  apt_says("Inst b (1 x [amd64])\n", 0, "*install -- b");
  apt_says("The following packages have unmet dependencies:\n a : Conflicts: b\nE: Unable to correct problems.\n", 100,
           "*install -- a b");
  const Desired a = want({{"name", "a"}});
  const Desired b = want({{"name", "b"}});
  const Desired* const both[] = {&a, &b};
  const auto results = provider.observe(both, system);
  EXPECT_FALSE(results[0]->obstacle);
  EXPECT_EQ(results[1]->obstacle->summary, "apt cannot do this: Unable to correct problems. (a : Conflicts: b)");
  EXPECT_EQ(results[1]->undone_by, "package:a");
}

TEST_F(Package, WhatOneNeedsIsNotToBeAbsent) {
  apt_says("Inst lib (1 x [amd64])\nInst app (1 x [amd64])\n");
  const Desired app = want({{"name", "app"}});
  const Desired lib = want({{"name", "lib"}, {"state", "absent"}});
  const Desired* const both[] = {&app, &lib};
  const auto results = provider.observe(both, system);
  EXPECT_EQ(results[0]->obstacle->summary, "installing app would bring lib, which is to be absent");
  EXPECT_EQ(results[0]->undone_by, "package:lib");
}

TEST_F(Package, AVirtualPackageIsNotPresentInOneThatIsToGo) {
  apt_says(
      "Remv exim4-daemon-light [4.96]\nInst postfix (3.7 x [amd64])\nNote, selecting 'postfix' instead of "
      "'default-mta'\n");
  const Desired mta = want({{"name", "default-mta"}});
  const Desired exim = want({{"name", "exim4-daemon-light"}, {"state", "absent"}});
  const Desired* const both[] = {&mta, &exim};
  const auto results = provider.observe(both, system);
  EXPECT_FALSE(results[0]->exists);
  EXPECT_EQ(provider.diff(mta, *results[0]).op, Op::kCreate);
}

TEST_F(Package, SeveralAreAskedAboutAtOnceAndEachTellsWhatItBrings) {  // K03, K28
  apt_says(kSimulation);
  const Desired nginx = want({{"name", "nginx"}});
  const Desired redis = want({{"name", "redis-server"}});
  const Desired jq = want({{"name", "jq"}});
  const Desired* const all[] = {&nginx, &jq, &redis};
  const auto results = provider.observe(all, system);
  ASSERT_EQ(results.size(), 3U);
  ASSERT_EQ(system.ran().size(), 1U);
  EXPECT_TRUE(system.ran()[0].ends_with(" install -- nginx redis-server")) << system.ran()[0];
  EXPECT_EQ(results[0]->attributes["brings"], (Json{"nginx", "nginx-common"}));
  EXPECT_EQ(results[2]->attributes["brings"], (Json{"redis-server", "libatomic1", "redis-tools"}));
  const Change change = provider.diff(redis, *results[2]);
  EXPECT_EQ(to_json(change), Json::parse(R"({"op":"create","before":{},"after":{"state":"present",
    "version":"5:7.0.15-1~deb12u10"},"fidelity":"bounded","note":"brings libatomic1 12.2.0-14+deb12u1, redis-tools 5:7.0.15-1~deb12u10","operations":[
    {"package_transaction":{"manager":"apt","install":[{"name":"redis-server","version":"5:7.0.15-1~deb12u10"}]}}]})"));
}

TEST_F(Package, WhatWouldGoTooHasToBeDeclared) {  // K28
  apt_says("Remv jq-tool [1.0]\nRemv jq [1.6-2.1]\n");
  const Desired jq = want({{"name", "jq"}, {"state", "absent"}});
  EXPECT_EQ(coded_obstacle(jq), "PL2011 removing jq would remove jq-tool");
  EXPECT_EQ(look(jq).observed->obstacle->hint,
            "what is to go has to be declared: `package: jq-tool` with `state: absent`; or allowed here: "
            "`allow_removal: [jq-tool]`");
  const Desired tool = want({{"name", "jq-tool"}, {"state", "absent"}});
  const Desired* const both[] = {&jq, &tool};
  const auto results = provider.observe(both, system);
  EXPECT_FALSE(results[0]->obstacle);
  const Change change = provider.diff(jq, *results[0]);
  EXPECT_EQ(change.before, (Json{{"state", "present"}, {"version", "1.6-2.1"}}));
  EXPECT_EQ(change.after, Json::object());
  EXPECT_EQ(transaction(change).remove, (std::vector<std::string>{"jq"}));
}

TEST_F(Package, InstallingNeitherRemovesNorChangesWhatIsHeld) {
  apt_says("Remv exim4 [4.96]\nInst postfix (3.7 x [amd64])\n");
  EXPECT_EQ(coded_obstacle(want({{"name", "postfix"}})), "PL2011 installing postfix would remove exim4");
  apt_says(
      "The following held packages will be changed:\n  held\nInst x (1 y [amd64])\n"
      "E: Held packages were changed and -y was used without --allow-change-held-packages.\n",
      100);
  EXPECT_EQ(coded_obstacle(want({{"name", "x"}})), "PL2011 installing x would change held, which is held");
}

TEST_F(Package, WhatGoesMakesRoomForTheOneThatNeedsIt) {
  apt_says(std::string(kSimulation) + "Inst postfix (3.7 x [amd64])\nRemv jq [1.6-2.1]\n", 0, "*install -- *");
  apt_says("Inst nginx (1.22.1-9+deb12u10 x [amd64])\n", 0, "*install -- nginx");
  apt_says("Inst postfix (3.7 x [amd64])\nRemv jq [1.6-2.1]\n", 0, "*install -- postfix");
  const Desired nginx = want({{"name", "nginx"}});
  const Desired postfix = want({{"name", "postfix"}});
  const Desired jq = want({{"name", "jq"}, {"state", "absent"}});
  const Desired* const all[] = {&nginx, &postfix, &jq};
  const auto results = provider.observe(all, system);
  for (const auto& result : results) EXPECT_FALSE(result->obstacle);
  EXPECT_TRUE(transaction(provider.diff(nginx, *results[0])).remove.empty());
  const Change change = provider.diff(postfix, *results[1]);
  EXPECT_EQ(transaction(change).remove, (std::vector<std::string>{"jq"}));
  EXPECT_EQ(change.note, "makes jq go, as declared or allowed");
}

TEST_F(Package, OfManyTheOneToBlameIsFound) {
  std::vector<Desired> desired;
  std::vector<const Desired*> all;
  for (int i = 0; i < 30; ++i) desired.push_back(want({{"name", "p" + std::to_string(i)}}));
  for (const Desired& one : desired) all.push_back(&one);
  apt_says("Inst p0 (1 x [amd64])\n");
  apt_says("Inst p0 (1 x [amd64])\nRemv jq [1.6-2.1]\n", 0, "*p17*");
  const auto results = provider.observe(all, system);
  for (std::size_t i = 0; i < results.size(); ++i) EXPECT_EQ(results[i]->obstacle.has_value(), i == 17) << i;
  EXPECT_EQ(results[17]->obstacle->summary, "installing p17 would remove jq");
  EXPECT_LE(system.ran().size(), 12U);
}

TEST_F(Package, WhatIsToBeThereIsNotRemovedOnTheWay) {
  apt_says("Remv libc6 [2.36-9]\nRemv jq [1.6-2.1]\n");
  const Desired jq = want({{"name", "jq"}, {"state", "absent"}});
  const Desired libc = want({{"name", "libc6"}});
  const Desired* const all[] = {&jq, &libc};
  const auto results = provider.observe(all, system);
  EXPECT_EQ(results[0]->obstacle->summary, "removing jq would remove libc6, which is to be there");
}

TEST_F(Package, WhatDoesNotGoTogetherIsToldOfOneThatComes) {
  apt_says("", 0);
  apt_says("Inst rival (1 x [all])\n", 0, "*install -- rival");
  apt_says("Inst tool (1 x [all])\n", 0, "*install -- tool*");
  apt_says("E: Unable to correct problems, you have held broken packages.\n", 100, "*rival tool*");
  const Desired rival = want({{"name", "rival"}});
  const Desired tool = want({{"name", "tool"}});
  const Desired jq = want({{"name", "jq"}, {"state", "latest"}});
  const Desired* const all[] = {&rival, &tool, &jq};
  const auto results = provider.observe(all, system);
  EXPECT_FALSE(results[0]->obstacle);
  ASSERT_TRUE(results[1]->obstacle) << "the last one has nothing to do";
  EXPECT_EQ(results[1]->undone_by, "package:rival");
  EXPECT_FALSE(results[2]->obstacle);
}

// `a` recommends one of two that cannot both be there; all together do without the first, and the first transaction
// does not know of that.
class InTransactions : public Package {
 protected:
  InTransactions() {
    apt_says("Inst a (1 x [all])\nInst second (1 x [all])\n", 0, "*install -- a second");
    apt_says("Inst second (1 x [all])\n", 0, "*install -- second");
    apt_says("  Installing first:amd64 as Recommends of a:amd64\nInst first (1 x [all])\nInst a (1 x [all])\n", 0,
             "*install -- a");
  }
  // As asked with the numbers of their transactions, or without.
  std::vector<Result<Observed>> look_at_both(std::optional<int> of_a, std::optional<int> of_second) {
    a_ = want({{"name", "a"}});
    second_ = want({{"name", "second"}});
    if (of_a) a_.attributes["transaction"] = *of_a;
    if (of_second) second_.attributes["transaction"] = *of_second;
    const Desired* const both[] = {&a_, &second_};
    return provider.observe(both, system);
  }

  Desired a_, second_;
};

TEST_F(InTransactions, WhatAnEarlierOneBringsAndALaterOneCannotBeWithIsRefused) {
  apt_says(" first : Conflicts: second\nE: Unable to correct problems.\n", 100, "*second first");
  const auto results = look_at_both(0, 1);
  ASSERT_TRUE(results[0] && results[1]);
  EXPECT_FALSE(results[0]->obstacle);
  ASSERT_TRUE(results[1]->obstacle);
  EXPECT_EQ(results[1]->obstacle->code, Code::kPackageOthers);
  EXPECT_EQ(results[1]->obstacle->summary,
            "package:second does not go together with what package:a brings before it: first");
  EXPECT_EQ(results[1]->obstacle->hint,
            "let `package:second` come first, by `after` at `package:a`; or `recommends: false` there, where they only "
            "come recommended");
  EXPECT_EQ(results[1]->obstacle->goes, ObstacleGoes::kNever);
  EXPECT_EQ(results[1]->undone_by, "package:a");
}

TEST_F(InTransactions, InOneOrTheOtherOrderTheyGoTogether) {
  apt_says(" first : Conflicts: second\nE: Unable to correct problems.\n", 100, "*second first");
  const std::vector<std::pair<std::optional<int>, std::optional<int>>> fine = {{{}, {}}, {0, 0}, {1, 0}};
  for (const auto& [of_a, of_second] : fine) {
    const auto results = look_at_both(of_a, of_second);
    EXPECT_FALSE(results[0]->obstacle);
    EXPECT_FALSE(results[1]->obstacle);
    EXPECT_EQ(provider.diff(a_, *results[0]).note, "");
  }
}

TEST_F(InTransactions, WhatAnEarlierOneBringsBesidesIsTold) {
  apt_says("Inst a (1 x [all])\nInst second (1 x [all])\nInst first (1 x [all])\n", 0, "*second first");
  const auto results = look_at_both(0, 1);
  EXPECT_FALSE(results[1]->obstacle);
  EXPECT_EQ(provider.diff(a_, *results[0]).note, "brings first 1");
  EXPECT_EQ(provider.diff(second_, *results[1]).note, "");
}

TEST_F(InTransactions, WhatAnEarlierOneWouldTakeAwayIsRefused) {
  apt_says("Remv jq [1.6-2.1]\nInst a (1 x [all])\n", 0, "*install -- a");
  const auto results = look_at_both(0, 1);
  ASSERT_TRUE(results[0]->obstacle);
  EXPECT_EQ(results[0]->obstacle->summary, "installing a would remove jq");
  EXPECT_FALSE(results[1]->obstacle);
}

TEST_F(Package, OnlyWhatIsToBeInstalledBringsAnything) {
  apt_says(kSimulation);
  const Desired nginx = want({{"name", "nginx"}});
  EXPECT_TRUE(provider.may_bring(nginx, *look(nginx).observed, {"", "unit", "nginx.service"}));
  EXPECT_TRUE(provider.may_bring(nginx, *look(nginx).observed, {"", "directory", "/etc/nginx"}));
  EXPECT_FALSE(provider.may_bring(nginx, *look(nginx).observed, {"", "user", "redis"})) << "another package brings it";
  const Desired jq = want({{"name", "jq"}});
  EXPECT_FALSE(provider.may_bring(jq, *look(jq).observed, {"", "unit", "jq.service"}));
}

TEST_F(Package, OthersMayPutFilesWhereOneHasAFolder) {
  const auto shared = [&](const std::string& folder) {
    return back_end().shares_folder(folder, system).value_or(false);
  };
  EXPECT_FALSE(shared("/etc/cron.d")) << "there are no lists";
  system.make_file("/var/lib/dpkg/info/cron.list", "/.\n/etc\n/etc/cron.d\n/etc/cron.d/.placeholder\n");
  system.make_file("/var/lib/dpkg/info/cron.md5sums", "0  etc/own.d\n/etc/own.d\n");
  EXPECT_TRUE(shared("/etc/cron.d"));
  EXPECT_TRUE(shared("/etc"));
  EXPECT_FALSE(shared("/etc/own.d"));
  EXPECT_FALSE(shared("/etc/cron"));
}

// What a package owns alone, and does not keep as configuration.
TEST_F(Package, WhatGoesWithAPackage) {
  const auto goes = [&](std::vector<std::string> packages) {
    const auto all = [](const std::string&) { return true; };
    return back_end().goes_with(packages, all, system).value_or(std::vector<std::string>{"it could not be told"});
  };
  EXPECT_TRUE(goes({"jq"}).empty()) << "there are no lists";
  for (const char* path : {"/usr/lib/x/a", "/usr/lib/x/b.distrib", "/usr/bin/c", "/usr/lib/shared", "/etc/x.conf"})
    system.make_file(path, "");
  system.make_directory("/usr/lib/y");
  system.make_directory("/usr/lib/empty");
  system.make_link("/lib", "/usr/lib");
  const std::string info = "/var/lib/dpkg/info/";
  system.make_file(info + "jq.list",
                   "/.\n/etc\n/etc/x.conf\n/usr\n/usr/bin\n/usr/bin/c\n/usr/lib\n/lib/x\n/lib/x/a\n/lib/x/b\n"
                   "/usr/lib/y\n/usr/lib/empty\n/usr/lib/shared\n");
  system.make_file(info + "jq.conffiles", "/etc/x.conf\nremove-on-upgrade /etc/old.conf\n");
  system.make_file("/var/lib/dpkg/diversions",
                   "/lib/x/b\n/lib/x/b.distrib\nother\n/usr/bin/c\n/usr/bin/c.distrib\njq\n");
  system.make_file(info + "libc6:amd64.list", "/.\n/usr\n/usr/lib\n/usr/lib/shared\n/usr/lib/own\n/usr/lib/y\n");
  system.make_file(info + "libc6:i386.list", "/.\n/usr\n/usr/bin\n/usr/lib\n/usr/lib/shared\n/usr/lib/i386\n");
  const std::vector<std::string> both = {"/usr/bin/c", "/usr/lib/empty", "/usr/lib/x", "/usr/lib/x/a",
                                         "/usr/lib/x/b.distrib"};
  EXPECT_EQ(goes({"jq"}), both);
  EXPECT_EQ(goes({"libc6"}), std::vector<std::string>{"/usr/lib/own"});
  EXPECT_EQ(goes({"libc6:i386"}), std::vector<std::string>{"/usr/lib/i386"});
  EXPECT_EQ(goes({"jq", "libc6"}),
            (std::vector<std::string>{"/usr/bin/c", "/usr/lib/empty", "/usr/lib/own", "/usr/lib/x", "/usr/lib/x/a",
                                      "/usr/lib/x/b.distrib", "/usr/lib/y"}));
  system.make_file("/usr/lib/x/left", "");
  EXPECT_EQ(goes({"jq"}),
            (std::vector<std::string>{"/usr/bin/c", "/usr/lib/empty", "/usr/lib/x/a", "/usr/lib/x/b.distrib"}));
}

}  // namespace
}  // namespace plumb::providers::package::apt
