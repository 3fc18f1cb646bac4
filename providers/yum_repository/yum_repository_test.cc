#include "providers/yum_repository/yum_repository.h"

#include <algorithm>

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::yum_repository {
namespace {

constexpr const char* kFile = "/etc/yum.repos.d/epel.repo";

class YumRepository : public ProviderTest<YumRepositoryProvider> {
 protected:
  YumRepository() { system.make_directory("/etc/yum.repos.d"); }
  static Desired want(Json attributes) {
    attributes.emplace("name", "epel");
    return wanted("yum_repository", "name", std::move(attributes));
  }
};

TEST_F(YumRepository, IsMadeAndChanged) {
  converge(want({{"description", "Extra packages"},
                 {"baseurl", {"https://a.example/9", "https://b.example/9"}},
                 {"gpgcheck", true},
                 {"enabled", false},
                 {"priority", 10},
                 {"exclude", {"kernel*", "nginx"}}}));
  EXPECT_EQ(system.content(kFile),
            "[epel]\nbaseurl=https://a.example/9 https://b.example/9\nenabled=0\nexclude=kernel* nginx\ngpgcheck=1\n"
            "name=Extra packages\npriority=10\n");
  converge(want({{"enabled", true}}));
  EXPECT_NE(system.content(kFile).find("enabled=1\n"), std::string::npos);
  converge(want({{"state", "absent"}}));
  EXPECT_EQ(system.content(kFile), "");
}

TEST_F(YumRepository, WhatItDoesNotSayStaysAsItStands) {
  system.make_file(kFile,
                   "# of the package\n[epel]\nname = Extra\nmetalink=https://m.example/x\ncountme=1\n\n[other]\n");
  converge(want({{"description", "Extra"}, {"baseurl", {"https://mirror.example/9"}}}));
  EXPECT_EQ(system.content(kFile),
            "# of the package\n[epel]\nname = Extra\ncountme=1\nbaseurl=https://mirror.example/9\n\n[other]\n")
      << "it lies in one place";
  EXPECT_TRUE(look(want({{"name", "other"}, {"file", "epel"}, {"state", "absent"}})).observed->exists);
}

TEST_F(YumRepository, ZyppersFolderWhereThereIsNoOther) {
  system.remove("/etc/yum.repos.d");
  const Desired desired = want({{"baseurl", {"https://a.example"}}, {"options", {{"autorefresh", 1}}}});
  EXPECT_EQ(look(desired).observed->missing, (std::vector<Missing>{{{"", "directory", "/etc/yum.repos.d"}, "path"}}));
  system.make_directory("/etc/zypp/repos.d");
  converge(desired);
  EXPECT_EQ(system.content("/etc/zypp/repos.d/epel.repo"), "[epel]\nautorefresh=1\nbaseurl=https://a.example\n");
}

TEST_F(YumRepository, ComesBehindTheKeysThatItNames) {
  const std::vector<Address> edges =
      provider.infers(want({{"baseurl", {"https://a.example"}},
                            {"gpgkey", {"file:///etc/pki/k", "https://a.example/k", "file:///k-$arch"}}}));
  const auto names = [&](const Address& one) { return std::count(edges.begin(), edges.end(), one); };
  EXPECT_EQ(names({"", "file", "/etc/pki/k"}), 1);
  EXPECT_EQ(names({"", "download", "/etc/pki/k"}), 1);
  EXPECT_EQ(names({"", "directory", "/etc/yum.repos.d"}), 1);
  EXPECT_EQ(std::count_if(edges.begin(), edges.end(), [](const Address& one) { return one.kind == "file"; }), 1);
}

TEST_F(YumRepository, UndoPutsValuesBack) {
  const std::string old = "[epel]\nenabled=0\nmirrorlist=https://m.example\n";
  system.make_file(kFile, old);
  const Desired desired = want({{"enabled", true}, {"baseurl", {"https://a.example"}}, {"priority", 3}});
  const Observed before = *look(desired).observed;
  converge(desired);
  EXPECT_EQ(system.content(kFile), "[epel]\nenabled=1\nbaseurl=https://a.example\npriority=3\n");
  converge(*provider.restore(desired, before));
  EXPECT_EQ(system.content(kFile), old);
  const Desired fresh = want({{"name", "new"}, {"file", "epel"}, {"baseurl", {"https://a.example"}}});
  EXPECT_EQ(provider.restore(fresh, *look(fresh).observed)->attributes,
            (Json{{"name", "new"}, {"file", "epel"}, {"state", "absent"}, {"remove", {"\n[new]"}}}));
  converge(fresh);
  const Desired again = want({{"name", "new"}, {"file", "epel"}, {"gpgcheck", true}});
  const Observed had = *look(again).observed;
  converge(again);
  converge(*provider.restore(again, had));
  EXPECT_EQ(system.content(kFile), old + "\n[new]\nbaseurl=https://a.example\n") << "what the section had before";
}

}  // namespace
}  // namespace plumb::providers::yum_repository
