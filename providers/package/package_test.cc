#include "providers/package/package.h"

#include <gtest/gtest.h>

#include "providers/package/back_end.h"
#include "providers/package/dpkg_status.h"
#include "providers/package/simulation.h"
#include "providers/sdk/fake_system.h"

namespace plumb::providers::package {
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

class Package : public testing::Test {
 protected:
  Package() {
    system.add_program("apt-get");
    system.make_file("/var/lib/dpkg/status", kStatus);
    system.make_file("/var/lib/apt/lists/mirror_dists_stable_main_binary-amd64_Packages", "");
  }
  Desired want(Json attributes) {
    Desired desired;
    desired.address = {"", "package", attributes.at("name").get<std::string>()};
    desired.attributes = std::move(attributes);
    return desired;
  }
  void apt_says(std::string_view output, int code = 0, std::string_view glob = "apt-get *") {
    system.script(std::string(glob), {code, std::string(output), "", false});
  }
  Seen look(const Desired& desired) { return see(provider, desired, system); }
  std::string obstacle(const Desired& desired) {
    const Seen seen = look(desired);
    if (!seen.observed || !seen.observed->obstacle) return "none";
    EXPECT_FALSE(seen.change.empty());
    return code_name(seen.observed->obstacle->code) + " " + seen.observed->obstacle->summary;
  }
  PackageTransaction transaction(const Change& change) { return std::get<PackageTransaction>(change.operations.at(0)); }

  FakeSystem system;
  PackageProvider provider;
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
  EXPECT_FALSE(status.entries.contains("not")) << "a continued line is no field";
  apt_says("Conf half (3.0 x [amd64])\n");
  EXPECT_EQ(look(want({{"name", "half"}})).change.after, (Json{{"state", "present"}, {"version", "3.0"}}));
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
    "version":"5:7.0.15-1~deb12u10"},"fidelity":"bounded","note":"brings libatomic1, redis-tools","operations":[
    {"package_transaction":{"manager":"apt","install":[{"name":"redis-server","version":"5:7.0.15-1~deb12u10"}]}}]})"));
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
  EXPECT_EQ(obstacle(want({{"name", "jq"}, {"version", "9"}})), "PL2006 jq is not available in version 9");
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
  EXPECT_EQ(obstacle(want({{"name", "held"}, {"version", "5.0"}})), "PL2005 held is held at 4.0");
  EXPECT_EQ(obstacle(want({{"name", "held"}, {"state", "absent"}})), "PL2005 held is held at 4.0");
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
  EXPECT_EQ(obstacle(want({{"name", "php8.9"}})), "PL2006 no package is called php8.9");
}

TEST_F(Package, VirtualPackages) {
  apt_says(
      "Package httpd is a virtual package provided by:\n  nginx 1.22\n  apache2 2.4\n\n"
      "E: Package 'httpd' has no installation candidate\n",
      100);
  EXPECT_EQ(obstacle(want({{"name", "httpd"}})),
            "PL2006 httpd is a virtual package; name one that provides it: nginx, apache2");
  apt_says("Note, selecting 'nginx' instead of 'httpd-one'\n" + std::string(kSimulation));
  const Change change = look(want({{"name", "httpd-one"}})).change;
  EXPECT_EQ(transaction(change).install, (std::vector<PackageRequest>{{"nginx", "1.22.1-9+deb12u10"}}));
  EXPECT_EQ(change.note, "nginx provides it; brings nginx-common");
  EXPECT_EQ(obstacle(want({{"name", "default-mta"}, {"version", "1"}})),
            "PL2005 default-mta is provided by exim4-daemon-light, so it has no version of its own");
}

TEST_F(Package, RemovalNamesWhatElseGoes) {  // K28
  apt_says("Remv jq-tool [1.0]\nRemv jq [1.6-2.1]\n");
  const Change change = look(want({{"name", "jq"}, {"state", "absent"}})).change;
  EXPECT_TRUE(system.ran().back().ends_with("install -- jq-"));
  EXPECT_EQ(change.note, "removes jq-tool too");
  EXPECT_EQ(change.before, (Json{{"state", "present"}, {"version", "1.6-2.1"}}));
  EXPECT_EQ(change.after, Json::object());
  EXPECT_EQ(transaction(change).remove, (std::vector<std::string>{"jq", "jq-tool"}));
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
  provider.complete(desired, std::span(&source, 1));
  const Seen seen = look(desired);
  EXPECT_FALSE(seen.observed->obstacle);
  EXPECT_EQ(seen.observed->missing, (std::vector<Missing>{{{"", "package", "vendor-app"}, "name"}}));
  EXPECT_TRUE(transaction(seen.change).refresh);
}

TEST_F(Package, AnInterruptedDpkgIsSaid) {  // K24
  system.make_file("/var/lib/dpkg/updates/0001", "");
  EXPECT_EQ(obstacle(want({{"name", "nginx"}})), "PL2005 dpkg was interrupted and has not finished");
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
  EXPECT_EQ(obstacle(want({{"name", "nginx"}})), "PL2005 packages of an image are not changed");
}

TEST_F(Package, WhatMayBelongToAPackage) {
  const auto belongs = [](const char* address, std::vector<std::string> packages) {
    return may_belong(*Address::parse(address), packages);
  };
  EXPECT_TRUE(belongs("user:postgres", {"postgresql-15"}));
  EXPECT_TRUE(belongs("user:mysql", {"default-mysql-server", "mysql-common"}));
  EXPECT_TRUE(belongs("group:redis", {"redis-server"}));
  EXPECT_TRUE(belongs("user:Debian-exim", {"exim4-base"}));
  EXPECT_TRUE(belongs("user:_chrony", {"chrony"}));
  EXPECT_TRUE(belongs("user:memcache", {"memcached"}));
  EXPECT_FALSE(belongs("user:www-data", {"nginx", "geoip-data"}));
  EXPECT_FALSE(belongs("user:deploy", {"nginx", "nginx-common"}));
  EXPECT_FALSE(belongs("user:app", {"apparmor"}));
  EXPECT_FALSE(belongs("user:nginx", {"redis-server"}));
  EXPECT_TRUE(belongs("directory:/etc/nginx/conf.d", {"nginx-common"}));
  EXPECT_TRUE(belongs("directory:/etc/php/8.2/fpm", {"php8.2-fpm"}));
  EXPECT_TRUE(belongs("directory:/etc/ssh", {"openssh-server"}));
  EXPECT_TRUE(belongs("file:/usr/bin/zsh", {"zsh"}));
  EXPECT_FALSE(belongs("directory:/srv/www", {"nginx"}));
  EXPECT_FALSE(belongs("directory:/var/lib/data", {"geoip-data", "x-common"}));
  EXPECT_TRUE(belongs("unit:anything.service", {"nginx"}));
  EXPECT_FALSE(belongs("unit:anything.service", {}));
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

TEST_F(Package, UndoAsksForTheOldVersion) {
  const Desired jq = want({{"name", "jq"}, {"state", "absent"}});
  apt_says("Remv jq [1.6-2.1]\n");
  EXPECT_EQ(provider.restore(jq, *look(jq).observed)->attributes,
            (Json{{"name", "jq"}, {"state", "present"}, {"version", "1.6-2.1"}}));
}

}  // namespace
}  // namespace plumb::providers::package
