// Packages from a file of the host.
#include "providers/package/apt/testing/apt_host.h"

namespace plumb::providers::package::apt {
namespace {

TEST_F(Package, FromAFileOfTheHost) {
  system.make_file("/srv/jq.deb", "");
  system.script("sh -c dpkg-deb --ctrl-tarfile * sh /srv/jq.deb",
                {0, "Package: jq\nVersion: 1.7\nDescription: a\n Version: 2\n", "", false});
  apt_says("Note, selecting 'jq' instead of '/srv/jq.deb'\nInst jq [1.6-2.1] (1.7 local-deb [amd64])\n");
  const Change change = look(want({{"name", "jq"}, {"file", "/srv/jq.deb"}})).change;
  EXPECT_TRUE(system.ran().back().ends_with(" install -- /srv/jq.deb")) << system.ran().back();
  EXPECT_EQ(change.before, (Json{{"version", "1.6-2.1"}}));
  EXPECT_EQ(change.after, (Json{{"version", "1.7"}}));
  EXPECT_EQ(transaction(change).install, (std::vector<PackageRequest>{{"jq", "1.7", "/srv/jq.deb"}}));
  const Change with = look(want({{"name", "jq"}, {"file", "/srv/jq.deb"}, {"version", "1.7"}})).change;
  EXPECT_EQ(transaction(with).install, (std::vector<PackageRequest>{{"jq", "1.7", "/srv/jq.deb"}}));
  system.script("sh -c dpkg-deb*", {0, "Package: jq\nVersion: 1.6-2.1\n", "", false});
  EXPECT_TRUE(look(want({{"name", "jq"}, {"file", "/srv/jq.deb"}})).change.empty());
  EXPECT_EQ(coded_obstacle(want({{"name", "tzdata"}, {"file", "/srv/jq.deb"}})),
            "PL2005 /srv/jq.deb is the package jq, and not tzdata");
  EXPECT_EQ(coded_obstacle(want({{"name", "jq"}, {"file", "/srv/jq.deb"}, {"version", "1.7"}})),
            "PL2005 /srv/jq.deb is jq 1.6-2.1, and not 1.7");
  system.script("sh -c dpkg-deb*", {2, "", "dpkg-deb: error: '/srv/jq.deb' is not a Debian format archive\n", false});
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

}  // namespace
}  // namespace plumb::providers::package::apt
