// Lists of packages that are old, empty or yet to come.
#include "providers/package/apt/testing/apt_host.h"

namespace plumb::providers::package::apt {
namespace {

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

TEST_F(Package, Sources) {
  EXPECT_TRUE(back_end().is_source("/etc/apt/sources.list.d/vendor.sources"));
  EXPECT_TRUE(back_end().is_source("/usr/share/keyrings/vendor.gpg"));
  EXPECT_FALSE(back_end().is_source("/etc/motd"));
}

}  // namespace
}  // namespace plumb::providers::package::apt
