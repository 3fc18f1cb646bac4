#include "providers/gem/gem.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::gem {
namespace {

class Gem : public ProviderTest<GemProvider> {
 protected:
  Gem() {
    system.add_program("gem");
    system.make_directory("/srv/app/gems");
    ProcessResult answer;
    answer.output =
        "RubyGems Environment:\n  - INSTALLATION DIRECTORY: /var/lib/gems/3.1.0\n"
        "  - USER INSTALLATION DIRECTORY: /home/app/.gems\n  - RUBYGEMS PLATFORMS:\n     - ruby\n  - GEM PATHS:\n"
        "     - /var/lib/gems/3.1.0\n     - /usr/share/rubygems-integration/all\n  - REMOTE SOURCES:\n"
        "     - https://rubygems.org/\n";
    system.script("/bin/sh -c * gem environment", answer);
  }
  static Desired want(Json attributes) {
    attributes.emplace("name", "plumb-leaf");
    return wanted("gem", "name", std::move(attributes));
  }
  void has(const std::string& folder, const std::string& version) {
    system.make_file(folder + "/specifications/plumb-leaf-" + version + ".gemspec", "");
  }
  std::vector<std::string> words(const Desired& desired) {
    return std::get<plumb::Run>(look(desired).change.operations.at(0)).argv;
  }
};

TEST_F(Gem, VersionsAreReadFromNamesOfFiles) {
  has("/srv/app/gems", "1.2.0");
  has("/srv/app/gems", "1.10.0-x86_64-linux");
  system.make_file("/srv/app/gems/specifications/plumb-leaf-extras-9.0.gemspec", "");
  EXPECT_TRUE(look(want({{"path", "/srv/app/gems"}})).change.empty());
  EXPECT_TRUE(look(want({{"path", "/srv/app/gems"}, {"version", "1.2.0"}})).change.empty());
  const Change other = look(want({{"path", "/srv/app/gems"}, {"version", "2.0.0"}})).change;
  EXPECT_EQ(other.before, (Json{{"version", "1.10.0"}})) << "the newest";
  EXPECT_TRUE(system.ran().empty());
}

TEST_F(Gem, OfTheHostGemSaysOnceWhereTheyLie) {
  has("/usr/share/rubygems-integration/all", "1.0.0");
  const Desired one = want(Json::object());
  const Desired other = want({{"name", "rack"}});
  const Desired* const both[] = {&one, &other};
  const auto results = provider.observe(both, system);
  EXPECT_TRUE(results[0]->exists);
  EXPECT_FALSE(results[1]->exists);
  EXPECT_EQ(system.ran().size(), 1U);
}

TEST_F(Gem, WhatThePackagesOfTheHostBroughtIsTheirs) {
  has("/usr/share/rubygems-integration/all", "1.0.0");
  EXPECT_TRUE(look(want({{"state", "absent"}})).change.empty());
  has("/var/lib/gems/3.1.0", "1.1.0");
  EXPECT_EQ(words(want({{"state", "absent"}})).back(), "plumb-leaf");
}

TEST_F(Gem, TheNewestIsAskedWhilePlanning) {
  has("/var/lib/gems/3.1.0", "1.0.0");
  ProcessResult answer;
  answer.output = "plumb-leaf (1.1.0 ruby java)\n";
  system.script("/bin/sh -c * gem list --remote --exact --clear-sources --source file:///srv/repo plumb-leaf", answer);
  const Desired desired = want({{"state", "latest"}, {"source", "file:///srv/repo"}});
  EXPECT_EQ(look(desired).change.after, (Json{{"version", "1.1.0"}}));
  EXPECT_EQ(look(desired).change.note, "1.0.0 stays beside it");
  has("/var/lib/gems/3.1.0", "1.1.0");
  EXPECT_TRUE(look(desired).change.empty());
  for (const ProcessRequest& request : system.requests()) EXPECT_TRUE(request.changes_nothing);
}

TEST_F(Gem, RunsAsWhoeverTheFolderBelongsTo) {
  system.own("/srv/app/gems", 1500, 1500);
  const auto run = std::get<plumb::Run>(look(want({{"path", "/srv/app/gems"}})).change.operations.at(0));
  EXPECT_EQ(run.user, "1500");
  EXPECT_EQ(run.env.at("GEM_HOME"), "/srv/app/gems");
}

TEST_F(Gem, OfAUserItLiesInHisOwnFolder) {
  system.add_user({"app", 1500, 1500, "", "/home/app", "/bin/sh"});
  has("/home/app/.gems", "1.0.0");
  EXPECT_EQ(words(want({{"state", "absent"}, {"user", "app"}})).at(2), "--user-install");
}

TEST_F(Gem, UndoTakesAwayWhatCameBesideAnother) {
  Observed before;
  before.exists = true;
  before.attributes = {{"version", "1.0.0"}};
  const Desired again = *provider.restore(want({{"version", "1.1.0"}}), before);
  EXPECT_EQ(again.text("state"), "absent");
  EXPECT_EQ(again.text("version"), "1.1.0");
  EXPECT_EQ(provider.restore(want({{"state", "absent"}}), before)->text("version"), "1.0.0");
  before.attributes["versions"] = 2;
  EXPECT_FALSE(provider.restore(want({{"state", "absent"}}), before).has_value());
}

TEST(GemVersions, AreInRubysOrder) {
  for (const auto& [older, newer] : std::vector<std::pair<const char*, const char*>>{
           {"1.0", "1.1"}, {"1.9", "1.10"}, {"1.0.rc1", "1.0"}, {"1.0.a", "1.0.b"}, {"1.0.rc1", "1.0.rc2"}}) {
    EXPECT_LT(compare_versions(older, newer), 0) << older << ' ' << newer;
    EXPECT_GT(compare_versions(newer, older), 0) << older << ' ' << newer;
  }
  EXPECT_EQ(compare_versions("1.0", "1"), 0);
  EXPECT_EQ(compare_versions("1.0.0", "1.0"), 0);
}

// As Gem::Version of Debian's RubyGems 3.3 has them.
TEST(GemVersions, ZerosAndHyphensSayWhatTheySayThere) {
  struct Pair {
    const char* one;
    const char* other;
    int order;
  };
  for (const auto& [one, other, order] : std::vector<Pair>{{"0.0.a1.0a", "0-a1", -1},
                                                           {"0.a1.a", "0.a1.a-00", 1},
                                                           {"1.0.a", "1.a", 0},
                                                           {"1.a.0", "1.a", 0},
                                                           {"1", "1-1", 1},
                                                           {"1-pre", "1-pre-1", 1},
                                                           {"1-a", "1.a1.2-2", 1},
                                                           {"1-1", "1.pre.1", 0},
                                                           {"2.01", "2.1", 0},
                                                           {"2", "2-1a", 1},
                                                           {"10.1-00.Z-a", "10.1-00.Z-a.00", 0},
                                                           {"1.A", "1.a", -1},
                                                           {"0", "0.1a", -1}}) {
    const int found = compare_versions(one, other);
    EXPECT_EQ(found < 0 ? -1 : found > 0 ? 1 : 0, order) << one << ' ' << other;
  }
}

}  // namespace
}  // namespace plumb::providers::gem
