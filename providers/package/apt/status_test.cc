// What is on a host, by dpkg's own files, and by which names it goes.
#include "providers/package/apt/testing/apt_host.h"

namespace plumb::providers::package::apt {
namespace {

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
  const Installed status = read_dpkg_status(kStatus, {"gone", "half", "held", "not"});
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
  apt_says(
      "Package hello is a virtual package provided by:\n  hello-traditional 2.10-6\n\n"
      "E: Version '9.9' for 'hello' was not found\n",
      100);
  EXPECT_EQ(coded_obstacle(want({{"name", "hello"}, {"version", "9.9"}})),
            "PL2006 hello is not available in version 9.9");
}

TEST_F(Package, ANameIsNoOrder) {
  for (const auto& [name, argument] : {std::pair{"jq-", "jq-:native"}, std::pair{"jq+", "jq+:native"}}) {
    apt_says("E: Unable to locate package " + std::string(argument) + "\n", 100);
    EXPECT_EQ(coded_obstacle(want({{"name", name}})), "PL2006 no package is called " + std::string(name));
    EXPECT_TRUE(system.ran().back().ends_with(" install -- " + std::string(argument))) << system.ran().back();
  }
}

TEST_F(Package, WhatIsHalfThereCanGo) {
  apt_says("Remv half [3.0]\n", 0, "*install -- half-");
  const auto half = look(want({{"name", "half"}, {"state", "absent"}}));
  EXPECT_EQ(half.change.op, Op::kDelete);
  EXPECT_EQ(half.change.before, (Json{{"state", "half-configured"}, {"version", "3.0"}}));
  EXPECT_TRUE(look(want({{"name", "gone"}, {"state", "absent"}})).change.empty());
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

TEST_F(Package, OtherManagersAreNamed) {  // K29
  FakeSystem other;
  other.add_program("apt-get");
  other.add_program("dnf");
  EXPECT_EQ(see(provider, want({{"name", "x"}}), other).problem->summary,
            "packages are managed through apk, apt, brew, dnf, dnf5, pacman, zypper, and this host has dnf")
      << "apt-get without dpkg's database is no back end";
  FakeSystem none;
  EXPECT_EQ(see(provider, want({{"name", "x"}}), none).problem->code, Code::kNoBackEnd);
}

TEST_F(Package, AnImageIsReadButNotChanged) {
  system.set_image(true);
  EXPECT_TRUE(look(want({{"name", "jq"}})).change.empty());
  EXPECT_EQ(coded_obstacle(want({{"name", "nginx"}})), "PL2005 packages of an image are not changed");
}

}  // namespace
}  // namespace plumb::providers::package::apt
