// The package kind on hosts with apt.
#include "providers/package/apt/dpkg_status.h"
#include "providers/package/back_end.h"
#include "providers/package/package.h"
#include "providers/package/upgrade.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::package::apt {

const BackEnd& back_end();

namespace {

constexpr std::string_view kStatus = R"(Package: dpkg
Status: install ok installed
Architecture: amd64
Version: 1.21.22

Package: jq
Status: install ok installed
Architecture: amd64
Version: 1.6-2.1

Package: libc6
Status: install ok installed
Architecture: i386
Version: 2.35

Package: libc6
Status: install ok installed
Architecture: amd64
Multi-Arch: same
Version: 2.36-9

Package: tzdata
Status: install ok installed
Architecture: all
Version: 2025b

Package: cross
Status: install ok installed
Architecture: i386
Version: 7

Package: gone
Status: deinstall ok config-files
Architecture: all
Version: 1.0

Package: half
Status: install ok half-configured
Architecture: amd64
Version: 3.0

Package: held
Status: hold ok installed
Architecture: amd64
Version: 4.0

Package: g++
Status: install ok triggers-pending
Architecture: amd64
Version: 4:12.2

Package: exim4-daemon-light
Status: install ok installed
Architecture: amd64
Version: 4.96
Provides: mail-transport-agent, default-mta (= 1)
Description: a text
 Package: not a field)";

// As apt 2.6 writes it.
constexpr std::string_view kSimulation = R"(Reading package lists...
Building dependency tree...
  Installing redis-tools:amd64 as Depends of redis-server:amd64
    Installing libatomic1:amd64 as Depends of redis-tools:amd64
          ignore old unsatisfied important dependency on krb5-locales:amd64
  Installing nginx-common:amd64 as Depends of nginx:amd64
The following NEW packages will be installed:
  libatomic1 nginx nginx-common redis-server redis-tools
0 upgraded, 5 newly installed, 0 to remove and 10 not upgraded.
Inst libatomic1 (12.2.0-14+deb12u1 Debian:12.15/oldstable [amd64])
Inst redis-tools (5:7.0.15-1~deb12u10 Debian-Security:12/oldstable-security [amd64])
Inst redis-server (5:7.0.15-1~deb12u10 Debian-Security:12/oldstable-security [amd64])
Inst nginx-common (1.22.1-9+deb12u10 Debian-Security:12/oldstable-security [all])
Inst nginx (1.22.1-9+deb12u10 Debian-Security:12/oldstable-security [amd64])
Conf nginx (1.22.1-9+deb12u10 Debian-Security:12/oldstable-security [amd64])
)";

class Package : public ProviderTest<PackageProvider> {
 protected:
  Package() {
    system.add_program("apt-get");
    system.make_file("/var/lib/dpkg/status", kStatus);
    system.make_file("/var/lib/apt/lists/mirror_dists_stable_main_binary-amd64_Packages", "");
  }
  Desired want(Json attributes) { return wanted("package", "name", std::move(attributes)); }
  void apt_says(std::string_view output, int code = 0, std::string_view glob = "apt-get *") {
    system.script(std::string(glob), {code, std::string(output), "", false});
  }
  PackageTransaction transaction(const Change& change) { return std::get<PackageTransaction>(change.operations.at(0)); }
};

TEST_F(Package, WhatIsThereNeedsNoQuestion) {
  for (const char* name : {"jq", "g++", "libc6", "libc6:i386", "held", "mail-transport-agent", "default-mta"}) {
    const Seen seen = look(want({{"name", name}}));
    ASSERT_TRUE(seen.observed) << seen.problem->summary;
    EXPECT_TRUE(seen.change.empty()) << name << to_json(seen.change).dump();
  }
  EXPECT_TRUE(look(want({{"name", "nothing"}, {"state", "absent"}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "mail-transport-agent"}, {"state", "absent"}})).change.empty());
  EXPECT_EQ(look(want({{"name", "libc6"}})).observed->attributes["version"], "2.36-9");
  EXPECT_EQ(look(want({{"name", "libc6:i386"}})).observed->attributes["version"], "2.35");
  EXPECT_TRUE(system.ran().empty());
}

TEST_F(Package, HalfInstalledIsNotInstalled) {  // K02
  const DpkgStatus status = read_dpkg_status(kStatus, {"gone", "half", "held", "not"});
  EXPECT_FALSE(status.entries.at("gone").installed);
  EXPECT_FALSE(status.entries.at("half").installed);
  EXPECT_EQ(status.entries.at("half").trouble, "half-configured");
  EXPECT_TRUE(status.entries.at("held").held);
  EXPECT_FALSE(status.entries.at("not").installed) << "a continued line is no field";
  apt_says("Conf half (3.0 x [amd64])\n");
  const Change change = look(want({{"name", "half"}})).change;
  EXPECT_EQ(change.op, Op::kUpdate);
  EXPECT_EQ(change.before, (Json{{"state", "half-configured"}, {"version", "3.0"}}));
  EXPECT_EQ(change.after, (Json{{"state", "present"}, {"version", "3.0"}}));
}

TEST_F(Package, StatesThatWereBegunAndNotEnded) {
  for (const char* state : {"half-configured", "half-installed", "unpacked"}) {
    system.make_file("/var/lib/dpkg/status", "Package: x\nStatus: install reinstreq " + std::string(state) +
                                                 "\nArchitecture: all\nVersion: 1\n");
    apt_says("Inst x (1 y [all])\n", 0, "*install -- x");
    apt_says("Remv x [1]\n", 0, "*install -- x-");
    EXPECT_EQ(look(want({{"name", "x"}})).change.before.value("state", ""), state);
    const Change gone = look(want({{"name", "x"}, {"state", "absent"}})).change;
    EXPECT_EQ(gone.op, Op::kDelete) << state;
    EXPECT_EQ(gone.before.value("state", ""), state);
  }
  for (const char* state : {"triggers-pending", "triggers-awaited"}) {
    system.make_file("/var/lib/dpkg/status",
                     "Package: x\nStatus: install ok " + std::string(state) + "\nArchitecture: all\nVersion: 1\n");
    EXPECT_TRUE(look(want({{"name", "x"}})).change.empty()) << state;
    EXPECT_EQ(look(want({{"name", "x"}, {"state", "absent"}})).change.op, Op::kDelete) << state;
  }
}

TEST_F(Package, ArchitecturesInNames) {
  for (const char* name : {"jq:amd64", "jq:native", "jq:any", "tzdata", "tzdata:amd64", "tzdata:native", "tzdata:any",
                           "libc6:amd64", "libc6:i386", "cross", "cross:any", "cross:i386"}) {
    EXPECT_TRUE(look(want({{"name", name}})).change.empty()) << name;
  }
  EXPECT_TRUE(system.ran().empty());
  const auto means = [&](const char* name) {
    return provider.claims_on_host(want({{"name", name}}), *look(want({{"name", name}})).observed).front();
  };
  EXPECT_EQ(means("jq:amd64"), "the package jq");
  EXPECT_EQ(means("tzdata:native"), "the package tzdata");
  EXPECT_EQ(means("libc6:any"), "the package libc6");
  EXPECT_EQ(means("libc6:i386"), "the package libc6:i386");
  EXPECT_EQ(means("cross"), "the package cross:i386");
  apt_says("E: Unable to locate package tzdata:i386\n", 100);
  EXPECT_EQ(coded_obstacle(want({{"name", "tzdata:i386"}})), "PL2006 no package is called tzdata:i386");
  apt_says("Inst nginx (1 x [amd64])\n");
  EXPECT_EQ(look(want({{"name", "nginx:amd64"}})).change.after, (Json{{"state", "present"}, {"version", "1"}}));
  apt_says("Remv jq [1.6-2.1]\n");
  EXPECT_EQ(transaction(look(want({{"name", "jq:amd64"}, {"state", "absent"}})).change).remove,
            (std::vector<std::string>{"jq"}));
}

TEST_F(Package, AptSaysTheShortName) {
  apt_says("E: Version '9' for 'jq' was not found\n", 100);
  EXPECT_EQ(coded_obstacle(want({{"name", "jq:amd64"}, {"version", "9"}})), "PL2006 jq is not available in version 9");
  apt_says("E: Version '9' for 'g++' was not found\n", 100);
  EXPECT_EQ(coded_obstacle(want({{"name", "g++"}, {"version", "9"}})), "PL2006 g++ is not available in version 9");
}

TEST_F(Package, ANameIsNoOrder) {
  for (const auto& [name, argument] : {std::pair{"jq-", "jq-:native"}, std::pair{"jq+", "jq+:native"}}) {
    apt_says("E: Unable to locate package " + std::string(argument) + "\n", 100);
    EXPECT_EQ(coded_obstacle(want({{"name", name}})), "PL2006 no package is called " + std::string(name));
    EXPECT_TRUE(system.ran().back().ends_with(" install -- " + std::string(argument))) << system.ran().back();
  }
}

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

TEST_F(Package, WhatIsHalfThereCanGo) {
  apt_says("Remv half [3.0]\n", 0, "*install -- half-");
  const auto half = look(want({{"name", "half"}, {"state", "absent"}}));
  EXPECT_EQ(half.change.op, Op::kDelete);
  EXPECT_EQ(half.change.before, (Json{{"state", "half-configured"}, {"version", "3.0"}}));
  EXPECT_TRUE(look(want({{"name", "gone"}, {"state", "absent"}})).change.empty());
}

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

TEST_F(Package, OldListsAreReadFirst) {  // K16
  const auto find = [](const char* age) {
    return "find /var/lib/apt/lists /var/lib/apt/periodic/update-success-stamp -maxdepth 0 -mmin " + std::string(age);
  };
  apt_says("Inst nginx (1 x [amd64])\nInst jq [1.6-2.1] (1.7 x [amd64])\n");
  system.script(find("-1440"), {1, "/var/lib/apt/lists\n", "find: no such file", false});
  system.script(find("-60"), {1, "", "", false});
  const Seen young = look(want({{"name", "nginx"}, {"refresh", 86400}}));
  EXPECT_FALSE(transaction(young.change).refresh);
  EXPECT_EQ(young.change.after["version"], "1");
  const Change old = look(want({{"name", "nginx"}, {"refresh", 3600}})).change;
  EXPECT_TRUE(transaction(old).refresh);
  EXPECT_EQ(old.after, (Json{{"state", "present"}}));
  EXPECT_EQ(old.fidelity, Fidelity::kBounded);
  const Change latest = look(want({{"name", "jq"}, {"state", "latest"}, {"refresh", 3600}})).change;
  EXPECT_TRUE(transaction(latest).refresh);
  // What is there needs no lists, and is no reason to read them for others.
  const Desired there = want({{"name", "jq"}, {"refresh", 3600}});
  const Desired nginx = want({{"name", "nginx"}});
  const Desired strict = want({{"name", "g++"}, {"refresh", 3600}, {"state", "latest"}});
  const Desired* const quiet[] = {&there, &nginx};
  EXPECT_FALSE(transaction(provider.diff(nginx, *provider.observe(quiet, system)[1])).refresh);
  EXPECT_TRUE(provider.diff(there, *provider.observe(quiet, system)[0]).empty());
  const Desired* const both[] = {&strict, &nginx};
  EXPECT_TRUE(transaction(provider.diff(nginx, *provider.observe(both, system)[1])).refresh)
      << "what comes in the same run comes from the same lists";
}

TEST_F(Package, WithoutWhatIsOnlyRecommendedIsAskedSo) {
  apt_says("Inst nginx (1 x [amd64])\nInst jq [1.6-2.1] (1.7 x [amd64])\n");
  const Desired nginx = want({{"name", "nginx"}, {"recommends", false}});
  const Desired jq = want({{"name", "jq"}, {"state", "latest"}});
  const Desired* const both[] = {&nginx, &jq};
  const auto results = provider.observe(both, system);
  ASSERT_EQ(system.ran().size(), 2U);
  EXPECT_TRUE(system.ran()[0].ends_with(" install -- jq")) << system.ran()[0];
  EXPECT_TRUE(system.ran()[1].ends_with(" --no-install-recommends install -- nginx")) << system.ran()[1];
  const Change change = provider.diff(nginx, *results[0]);
  EXPECT_TRUE(transaction(change).without_recommends);
  EXPECT_EQ(change.note, "without what it recommends");
  EXPECT_FALSE(transaction(provider.diff(jq, *results[1])).without_recommends);
  EXPECT_TRUE(look(want({{"name", "libc6"}, {"recommends", false}})).change.empty());
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

TEST_F(Package, APatternIsNoPackage) {  // K11
  apt_says("Note, selecting 'php8x9' for regex 'php8.9'\nInst php8x9 (1 x [all])\n");
  EXPECT_EQ(coded_obstacle(want({{"name", "php8.9"}})), "PL2006 no package is called php8.9");
}

TEST_F(Package, VirtualPackages) {
  apt_says(
      "Package httpd is a virtual package provided by:\n  nginx 1.22\n  apache2 2.4\n\n"
      "E: Package 'httpd' has no installation candidate\n",
      100);
  EXPECT_EQ(coded_obstacle(want({{"name", "httpd"}})),
            "PL2006 httpd is a virtual package; name one that provides it: nginx, apache2");
  apt_says("Note, selecting 'nginx' instead of 'httpd-one'\n" + std::string(kSimulation));
  const Change change = look(want({{"name", "httpd-one"}})).change;
  EXPECT_EQ(transaction(change).install, (std::vector<PackageRequest>{{"nginx", "1.22.1-9+deb12u10"}}));
  EXPECT_EQ(change.note, "nginx provides it; brings nginx-common 1.22.1-9+deb12u10");
  EXPECT_EQ(coded_obstacle(want({{"name", "default-mta"}, {"version", "1"}})),
            "PL2005 default-mta is provided by exim4-daemon-light, so it has no version of its own");
  EXPECT_EQ(coded_obstacle(want({{"name", "httpd-one"}, {"version", "1.22.1-9+deb12u10"}})),
            "PL2005 httpd-one is provided by nginx, so it has no version of its own");
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

TEST_F(Package, EmptyListsAreReadFirst) {
  system.remove("/var/lib/apt/lists");
  const Seen seen = look(want({{"name", "nginx"}}));
  EXPECT_TRUE(transaction(seen.change).refresh);
  EXPECT_EQ(seen.change.after, (Json{{"state", "present"}}));
  EXPECT_EQ(seen.change.note, "the package lists are read first and decide what comes");
  EXPECT_TRUE(system.ran().empty());
}

TEST_F(Package, ASourceOfTheSameProjectMayHaveIt) {
  apt_says("E: Unable to locate package vendor-app\n", 100);
  Desired desired = want({{"name", "vendor-app"}});
  Desired source;
  source.attributes = {{"path", "/etc/apt/sources.list.d/vendor.sources"}};
  provider.complete(desired, std::span(&source, 1), {});
  const Seen seen = look(desired);
  EXPECT_FALSE(seen.observed->obstacle);
  EXPECT_EQ(seen.observed->missing, (std::vector<Missing>{{{"", "package", "vendor-app"}, "name"}}));
  EXPECT_TRUE(transaction(seen.change).refresh);
}

TEST_F(Package, ASourceThatWasNeverReadIsReadFirst) {
  apt_says("E: Unable to locate package vendor-app\n", 100);
  apt_says("'https://v.example/deb/./InRelease' v.example_deb_._InRelease 0 \n", 0, "*--print-uris*");
  const Desired desired = want({{"name", "vendor-app"}, {"sources_managed", true}});
  const Seen seen = look(desired);
  EXPECT_TRUE(seen.observed->missing.empty()) << "it lies there since an earlier run";
  EXPECT_TRUE(transaction(seen.change).refresh);
  system.make_file("/var/lib/apt/lists/v.example_deb_._InRelease", "");
  EXPECT_FALSE(look(desired).observed->missing.empty());
}

TEST_F(Package, AnInterruptedDpkgIsSaid) {  // K24
  system.make_file("/var/lib/dpkg/updates/0001", "");
  EXPECT_EQ(coded_obstacle(want({{"name", "nginx"}})), "PL2005 dpkg was interrupted and has not finished");
  EXPECT_TRUE(look(want({{"name", "jq"}})).change.empty());
}

TEST_F(Package, OtherManagersAreNamed) {  // K29
  FakeSystem other;
  other.add_program("apt-get");
  other.add_program("dnf");
  EXPECT_EQ(see(provider, want({{"name", "x"}}), other).problem->summary,
            "packages are managed through apt, and this host has dnf")
      << "apt-get without dpkg's database is no back end";
  FakeSystem none;
  EXPECT_EQ(see(provider, want({{"name", "x"}}), none).problem->code, Code::kNoBackEnd);
}

TEST_F(Package, AnImageIsReadButNotChanged) {
  system.set_image(true);
  EXPECT_TRUE(look(want({{"name", "jq"}})).change.empty());
  EXPECT_EQ(coded_obstacle(want({{"name", "nginx"}})), "PL2005 packages of an image are not changed");
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

TEST_F(Package, FromAFileOfTheHost) {
  system.make_file("/srv/jq.deb", "");
  system.script("dpkg-deb -f /srv/jq.deb Package Version", {0, "Package: jq\nVersion: 1.7\n", "", false});
  apt_says("Note, selecting 'jq' instead of '/srv/jq.deb'\nInst jq [1.6-2.1] (1.7 local-deb [amd64])\n");
  const Change change = look(want({{"name", "jq"}, {"file", "/srv/jq.deb"}})).change;
  EXPECT_TRUE(system.ran().back().ends_with(" install -- /srv/jq.deb")) << system.ran().back();
  EXPECT_EQ(change.before, (Json{{"version", "1.6-2.1"}}));
  EXPECT_EQ(change.after, (Json{{"version", "1.7"}}));
  EXPECT_EQ(transaction(change).install, (std::vector<PackageRequest>{{"jq", "1.7", "/srv/jq.deb"}}));
  const Change with = look(want({{"name", "jq"}, {"file", "/srv/jq.deb"}, {"version", "1.7"}})).change;
  EXPECT_EQ(transaction(with).install, (std::vector<PackageRequest>{{"jq", "1.7", "/srv/jq.deb"}}));
  system.script("dpkg-deb *", {0, "Package: jq\nVersion: 1.6-2.1\n", "", false});
  EXPECT_TRUE(look(want({{"name", "jq"}, {"file", "/srv/jq.deb"}})).change.empty());
  EXPECT_EQ(coded_obstacle(want({{"name", "tzdata"}, {"file", "/srv/jq.deb"}})),
            "PL2005 /srv/jq.deb is the package jq, and not tzdata");
  EXPECT_EQ(coded_obstacle(want({{"name", "jq"}, {"file", "/srv/jq.deb"}, {"version", "1.7"}})),
            "PL2005 /srv/jq.deb is jq 1.6-2.1, and not 1.7");
  system.script("dpkg-deb *", {2, "", "dpkg-deb: error: '/srv/jq.deb' is not a Debian format archive\n", false});
  EXPECT_EQ(coded_obstacle(want({{"name", "jq"}, {"file", "/srv/jq.deb"}})),
            "PL2005 /srv/jq.deb is no package: dpkg-deb: error: '/srv/jq.deb' is not a Debian format archive");
}

TEST_F(Package, AFileThatIsStillToComeOrNotNeededAnyMore) {
  const Desired there = want({{"name", "jq"}, {"file", "/srv/jq.deb"}, {"version", "1.6-2.1"}});
  const Seen seen = look(there);
  EXPECT_TRUE(seen.change.empty());
  EXPECT_TRUE(seen.observed->missing.empty());
  EXPECT_FALSE(provider.follows_from(there, *seen.observed, "/srv/jq.deb", nullptr));
  const Desired comes = want({{"name", "nginx"}, {"file", "/srv/nginx.deb"}});
  const Seen missing = look(comes);
  EXPECT_EQ(missing.observed->missing, (std::vector<Missing>{{{"", "file", "/srv/nginx.deb"}, "file"}}));
  EXPECT_EQ(transaction(missing.change).install, (std::vector<PackageRequest>{{"nginx", "", "/srv/nginx.deb"}}));
  EXPECT_TRUE(provider.follows_from(comes, *missing.observed, "/srv/nginx.deb", nullptr));
  EXPECT_FALSE(provider.follows_from(comes, *missing.observed, "/srv/other.deb", nullptr));
  EXPECT_EQ(provider.infers(comes), (std::vector<Address>{{"", "file", "/srv/nginx.deb"}}));
  EXPECT_TRUE(system.ran().empty());
  FakeSystem later;
  system.make_file("/srv/nginx.deb", "");
  EXPECT_TRUE(provider.is_lost(comes, system, later));
  EXPECT_FALSE(provider.is_lost(comes, system, system));
}

TEST_F(Package, AFileIsLookedAtRightBeforeItIsInstalled) {
  const PackageTransaction transaction{.manager = "apt", .install = {{"jq", "1.7", "/srv/jq.deb"}, {"b", "2"}}};
  const std::vector<Step> steps = back_end().steps(transaction);
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_TRUE(steps[0].preview);
  EXPECT_EQ(steps[1].program.argv.at(steps[1].program.argv.size() - 2), "/srv/jq.deb");
  const auto judged = [&](const char* said) {
    const Result<> judgement = back_end().judge(transaction, steps[0], {0, said, "", false}, "");
    return judgement ? std::string("fine") : judgement.error().summary();
  };
  EXPECT_EQ(judged("Package: jq\nVersion: 1.7\n"), "fine");
  EXPECT_EQ(judged("Package: jq\nVersion: 1.8\n"), "/srv/jq.deb is jq 1.8, and not jq 1.7");
  EXPECT_EQ(judged("Package: b\nVersion: 1.7\n"), "/srv/jq.deb is b 1.7, and not jq 1.7");
}

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

TEST_F(Package, Sources) {
  EXPECT_TRUE(back_end().is_source("/etc/apt/sources.list.d/vendor.sources"));
  EXPECT_TRUE(back_end().is_source("/usr/share/keyrings/vendor.gpg"));
  EXPECT_FALSE(back_end().is_source("/etc/motd"));
}

TEST_F(Package, UndoAsksForTheOldVersion) {
  const Desired jq = want({{"name", "jq"}, {"state", "absent"}});
  apt_says("Remv jq [1.6-2.1]\n");
  EXPECT_EQ(provider.restore(jq, *look(jq).observed)->attributes,
            (Json{{"name", "jq"}, {"state", "present"}, {"version", "1.6-2.1"}}));
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
  system.make_file(info + "libc6:i386.list", "/.\n/usr\n/usr/lib\n/usr/lib/shared\n/usr/lib/i386\n");
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
