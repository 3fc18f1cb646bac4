#include "providers/apt_repository/apt_repository.h"

#include "engine/base/digest.h"
#include "providers/apt_repository/deb822.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::apt_repository {
namespace {

constexpr const char* kFile = "/etc/apt/sources.list.d/docker.sources";

class AptRepository : public ProviderTest<AptRepositoryProvider> {
 protected:
  AptRepository() {
    system.make_directory("/etc/apt/sources.list.d");
    system.make_directory("/etc/apt/keyrings");
    system.make_directory("/var/lib/apt/lists");
    system.add_program("curl");
  }
  Desired want(Json attributes) {
    attributes.emplace("name", "docker");
    if (!attributes.contains("state")) {
      attributes.emplace("uris", Json::array({"https://d.example/debian"}));
      attributes.emplace("suites", Json::array({"bookworm"}));
      attributes.emplace("components", Json::array({"stable"}));
      attributes.emplace("types", Json::array({"deb"}));
    }
    if (attributes.contains("key")) attributes["key"] = system.blob(attributes["key"].get<std::string>());
    return wanted("apt_repository", "name", std::move(attributes));
  }
  // As apt leaves it once it has read its lists.
  void read_lists() { system.make_file("/var/lib/apt/lists/d.example_debian_dists_bookworm_InRelease", ""); }
  // All but what the package manager does.
  void carry_out(const Desired& desired) {
    for (const Operation& operation : look(desired).change.operations) {
      if (std::holds_alternative<PackageTransaction>(operation)) {
        read_lists();
      } else {
        const auto done = system.apply(operation);
        ASSERT_TRUE(done) << done.error().summary();
      }
    }
    EXPECT_TRUE(look(desired).change.empty()) << to_json(look(desired).change).dump(2);
  }
};

TEST_F(AptRepository, TheKeyComesFirstThenTheFileThenTheLists) {  // K27
  const Desired desired = want({{"key", "KEY"}});
  const Seen seen = look(desired);
  ASSERT_EQ(seen.change.operations.size(), 3U);
  EXPECT_EQ(std::get<WriteFile>(seen.change.operations[0]).path, "/etc/apt/keyrings/docker.asc");
  EXPECT_EQ(std::get<WriteFile>(seen.change.operations[1]).path, kFile);
  EXPECT_TRUE(std::get<PackageTransaction>(seen.change.operations[2]).refresh);
  carry_out(desired);
  EXPECT_EQ(system.content(kFile),
            "Types: deb\nURIs: https://d.example/debian\nSuites: bookworm\nComponents: stable\n"
            "Signed-By: /etc/apt/keyrings/docker.asc\n");
  carry_out(want({{"state", "absent"}, {"key", "KEY"}}));
  EXPECT_FALSE((*system.stat("/etc/apt/keyrings/docker.asc", false)).has_value());
}

TEST_F(AptRepository, OptionsAreNotWhatHasAnAttribute) {
  for (const Json& options :
       {Json{{"Languages", "none"}}, Json{{"signed-by", "/k"}}, Json{{"A: b\nC", "d"}}, Json{{"A", " b"}}}) {
    const Seen seen = look(want({{"options", options}}));
    ASSERT_TRUE(seen.observed->obstacle) << options.dump();
    EXPECT_EQ(seen.observed->obstacle->summary, "`options` holds what apt reads otherwise than as a field of its own");
  }
  EXPECT_FALSE(look(want({{"options", {{"Check-Valid-Until", "no"}, {"X-Note", "a  b"}}}})).observed->obstacle);
}

TEST_F(AptRepository, ListsThatWereNeverReadAreADifference) {
  carry_out(want({}));
  system.remove("/var/lib/apt/lists/d.example_debian_dists_bookworm_InRelease");
  EXPECT_EQ(look(want({})).change.after, (Json{{"lists", "read"}}));
  EXPECT_TRUE(look(want({{"refresh", false}})).change.empty());
}

TEST_F(AptRepository, AFileThatSaysTheSameInOtherWordsIsLeftAlone) {
  read_lists();
  system.make_file(
      kFile, "types: deb\nuris:\n https://d.example/debian\nSUITES:   bookworm\nComponents: stable\nEnabled: yes\n");
  EXPECT_TRUE(look(want({})).change.empty()) << to_json(look(want({})).change).dump();
}

TEST_F(AptRepository, OthersLinesGoAndThePlanShowsThem) {
  read_lists();
  system.make_file(kFile,
                   "# by hand\nTypes: deb\nURIs: https://d.example/debian\nSuites: bookworm\nComponents: stable\n\n"
                   "Types: deb\nURIs: https://other\n");
  EXPECT_EQ(look(want({})).change.before.at("other"), (Json{"# by hand", "Types: deb", "URIs: https://other"}));
  carry_out(want({}));
}

TEST_F(AptRepository, AnOlderFileOfTheSameIsTold) {
  system.make_file("/etc/apt/sources.list.d/docker.list",
                   "\n# deb https://d.example/debian/ bookworm stable\n"
                   "deb https://d.example/debian/ bookworm stable\n");
  EXPECT_EQ(look(want({})).change.note, "declared a second time in /etc/apt/sources.list.d/docker.list:3");
  EXPECT_EQ(obstacle(want({{"key", "KEY"}})),
            "/etc/apt/sources.list.d/docker.list:3 declares this repository with another key, and apt refuses both");
  system.make_file(
      "/etc/apt/sources.list.d/docker.list",
      "deb [arch=amd64 signed-by=/etc/apt/keyrings/docker.asc] https://d.example/debian bookworm stable\n");
  EXPECT_EQ(obstacle(want({{"key", "KEY"}})), "none");
  system.remove("/etc/apt/sources.list.d/docker.list");
  system.make_file("/etc/apt/sources.list.d/x.sources",
                   "Enabled: no\nTypes: deb\nURIs: https://d.example/debian\nSuites: bookworm\nSigned-By: /x\n");
  EXPECT_EQ(obstacle(want({})), "none") << "one that apt does not use is nobody's rival";
}

TEST_F(AptRepository, AKeyFromAUrlIsHeldByItsDigest) {
  const Desired desired = want({{"key_url", "https://d.example/gpg"}, {"key_digest", digest("KEY")}});
  const Change change = look(desired).change;
  const auto& fetch = std::get<Fetch>(change.operations.at(0));
  EXPECT_EQ(fetch.digest, digest("KEY"));
  EXPECT_EQ(fetch.path, "/etc/apt/keyrings/docker.asc");
  system.make_file("/etc/apt/keyrings/docker.asc", "KEY");
  EXPECT_FALSE(std::holds_alternative<Fetch>(look(desired).change.operations.at(0)));
}

TEST_F(AptRepository, AKeyOfSomebodyElseHasToBeThere) {
  const Desired desired = want({{"signed_by", "/usr/share/keyrings/k.gpg"}});
  const Seen seen = look(desired);
  ASSERT_EQ(seen.observed->missing.size(), 1U);
  EXPECT_EQ(seen.observed->missing[0].what.str(), "file:/usr/share/keyrings/k.gpg");
  EXPECT_EQ(provider.manages_paths(desired), std::vector<std::string>{kFile});
  system.make_file("/usr/share/keyrings/k.gpg", "KEY");
  carry_out(desired);
}

TEST_F(AptRepository, AnImageIsNotRefreshedAndAHostWithoutAptRefused) {
  system.set_image(true);
  EXPECT_EQ(look(want({})).change.operations.size(), 1U);
  system.set_image(false);
  FakeSystem other;
  EXPECT_EQ(see(provider, want({}), other).observed->obstacle->summary,
            "the host has no /etc/apt, so its packages are not apt's");
}

TEST_F(AptRepository, UndoBringsTheFieldsBack) {
  const Desired desired = want({{"suites", Json::array({"trixie"})}});
  carry_out(want({{"options", {{"PDiffs", "no"}}}}));
  const std::optional<Desired> again = provider.restore(desired, *look(desired).observed);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->attribute("suites"), Json::array({"bookworm"}));
  EXPECT_EQ(again->attribute("options"), (Json{{"PDiffs", "no"}}));
  system.make_file(kFile, "# mine\nTypes: deb\n");
  EXPECT_FALSE(provider.restore(desired, *look(desired).observed));
}

TEST(Deb822, NamesOfLists) {
  EXPECT_EQ(list_prefix("https://u:p@d.example/linux_x/", "a/b"), "d.example_linux%5fx_dists_a_b_");
  EXPECT_EQ(list_prefix("file:/srv/repo", "./"), "_srv_repo_._");
}

TEST(Deb822, BothFormsAreRead) {
  const auto lines =
      declared_in("deb [ signed-by=/k ] http://a/ x y # z\ndeb-src http://b c\nrpm http://c d\ndeb [broken\n", true);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].uri + " " + lines[0].suite + " " + lines[0].signed_by, "http://a x /k");
  EXPECT_EQ(lines[1].line, 2U);
  EXPECT_EQ(declared_in("URIs: a b\nSuites: c d\n", false).size(), 4U);
}

}  // namespace
}  // namespace plumb::providers::apt_repository
