// Packages of brew, by its folders and what brew 4 prints.
#include <gtest/gtest.h>

#include "providers/package/back_end.h"
#include "providers/package/package.h"
#include "providers/package/upgrade.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::package::brew {

const BackEnd& back_end();

namespace {

constexpr const char* kJq =
    R"({"name":"jq","full_name":"jq","aliases":["jq@1"],"versions":{"stable":"1.7.1"},"revision":0})";

class BrewPackage : public ProviderTest<PackageProvider> {
 protected:
  BrewPackage() {
    system.make_directory("/System/Library/CoreServices");
    system.make_file("/opt/homebrew/bin/brew", "", 0755);
    system.own("/opt/homebrew/bin/brew", 501, 20);
    system.add_user({"maria", 501, 20, "", "/Users/maria", "/bin/zsh"});
    keg("oniguruma", "6.9.9", false);
    keg("tree", "2.1.1", true);
  }
  void keg(const std::string& name, const std::string& version, bool requested) {
    const std::string folder = "/opt/homebrew/Cellar/" + name + "/" + version;
    system.make_file(folder + "/INSTALL_RECEIPT.json",
                     std::string(R"({"installed_on_request":)") + (requested ? "true}" : "false}"));
    system.make_link("/opt/homebrew/opt/" + name, "../Cellar/" + name + "/" + version);
  }
  Desired want(Json attributes) { return wanted("package", "name", std::move(attributes)); }
  void info(const std::string& names, const std::string& formulae, const std::string& casks = {}) {
    system.script("brew info --json=v2 -- " + names,
                  {0, R"({"formulae":[)" + formulae + R"(],"casks":[)" + casks + "]}", "", false});
  }
  PackageTransaction transaction(const Change& change) { return std::get<PackageTransaction>(change.operations.at(0)); }
  std::vector<std::string> programs(const PackageTransaction& transaction) {
    std::vector<std::string> lines;
    for (const Step& step : back_end().steps(transaction)) {
      EXPECT_EQ(step.program.user, transaction.user);
      EXPECT_EQ(step.program.env.at("HOMEBREW_NO_AUTOREMOVE"), "1");
      std::string line;
      for (const std::string& word : step.program.argv) line += (line.empty() ? "" : " ") + word;
      lines.push_back(std::move(line));
    }
    return lines;
  }
};

TEST_F(BrewPackage, WhatIsThereNeedsNoQuestion) {
  EXPECT_TRUE(look(want({{"name", "tree"}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "tree"}, {"version", "2.1.1"}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "jq"}, {"state", "absent"}})).change.empty());
  EXPECT_TRUE(system.ran().empty());
  EXPECT_EQ(back_end().installed_version("tree", system).value(), "2.1.1");
}

TEST_F(BrewPackage, ItIsAMacsOwnAndHasToBeNamedElsewhere) {
  EXPECT_TRUE(*back_end().manages(system));
  system.remove("/System");
  EXPECT_FALSE(*back_end().manages(system));
  EXPECT_TRUE(look(want({{"name", "tree"}, {"manager", "brew"}})).change.empty());
  EXPECT_EQ(provider.claims(want({{"name", "tree"}, {"manager", "brew"}})).at(0), "the package tree of brew");
}

TEST_F(BrewPackage, ItRunsAsWhoItsFilesBelongTo) {
  info("jq", kJq);
  system.script("brew install --dry-run -- jq", {0,
                                                 "==> Would install 1 formula:\njq\n==> Would install 1 dependency for "
                                                 "jq:\nlibsodium\n",
                                                 "", false});
  const Change change = look(want({{"name", "jq"}})).change;
  EXPECT_EQ(change.after, (Json{{"state", "present"}, {"version", "1.7.1"}}));
  EXPECT_NE(change.note.find("brings libsodium"), std::string::npos) << change.note;
  EXPECT_EQ(transaction(change).user, "maria");
  EXPECT_EQ(programs(transaction(change)), (std::vector<std::string>{"brew install -- jq"}));
  for (const ProcessRequest& request : system.requests()) EXPECT_EQ(request.user, "maria");
}

TEST_F(BrewPackage, ItDoesNotRunAsRoot) {
  system.own("/opt/homebrew/bin/brew", 0, 0);
  info("jq", kJq);
  EXPECT_EQ(obstacle(want({{"name", "jq"}})), "brew does not run as root, to whom /opt/homebrew belongs");
  // Nor as root in the place of somebody whom nobody knows.
  system.own("/opt/homebrew/bin/brew", 4242, 20);
  EXPECT_EQ(obstacle(want({{"name", "jq"}})),
            "/opt/homebrew belongs to no account, so brew cannot be run as its owner");
}

TEST_F(BrewPackage, NamesThatItDoesNotKnowAreToldOneByOne) {
  system.script("brew info --json=v2 -- jq nosuch",
                {1, "", "Error: No available formula or cask with the name \"nosuch\".\n", false});
  system.script("brew info --json=v2 -- nosuch",
                {1, "", "Error: No available formula or cask with the name \"nosuch\".\n", false});
  info("jq", kJq);
  system.script("brew install --dry-run -- jq", {0, "==> Would install 1 formula:\njq\n", "", false});
  const Desired jq = want({{"name", "jq"}});
  const Desired nosuch = want({{"name", "nosuch"}});
  const Desired* const all[] = {&jq, &nosuch};
  const auto told = provider.observe(all, system);
  EXPECT_FALSE(told[0]->obstacle);
  EXPECT_EQ(told[0]->text("candidate"), "1.7.1");
  ASSERT_TRUE(told[1]->obstacle);
  EXPECT_EQ(told[1]->obstacle->summary, "no formula or cask is called nosuch");
}

TEST_F(BrewPackage, OneVersionIsToBeHad) {
  info("tree", R"({"name":"tree","versions":{"stable":"2.2.0"},"revision":1})");
  EXPECT_TRUE(
      obstacle(want({{"name", "tree"}, {"version", "1.0"}})).starts_with("tree is not available in version 1.0"));
  const Change change = look(want({{"name", "tree"}, {"state", "latest"}})).change;
  EXPECT_EQ(change.before, (Json{{"version", "2.1.1"}}));
  EXPECT_EQ(change.after, (Json{{"version", "2.2.0_1"}}));
}

TEST_F(BrewPackage, CasksAreReadAndRemoved) {
  system.make_directory("/opt/homebrew/Caskroom/firefox/120.0");
  EXPECT_TRUE(look(want({{"name", "firefox"}})).change.empty());
  info("iterm2", "", R"({"token":"iterm2","version":"3.5.0"})");
  system.script("brew install --dry-run -- iterm2", {0, "==> Would install 1 cask:\niterm2\n", "", false});
  EXPECT_EQ(look(want({{"name", "iterm2"}})).change.after["version"], "3.5.0");
  EXPECT_EQ(programs(transaction(look(want({{"name", "firefox"}, {"state", "absent"}})).change)),
            (std::vector<std::string>{"brew uninstall -- firefox"}));
}

TEST_F(BrewPackage, NothingGoesThatNobodyDeclared) {
  keg("jq", "1.7.1", true);
  system.script("brew uses --installed -- oniguruma", {0, "jq\n", "", false});
  EXPECT_NE(obstacle(want({{"name", "oniguruma"}, {"state", "absent"}})).find("would remove jq"), std::string::npos);
  system.script("brew uses --installed -- oniguruma", {0, "", "", false});
  EXPECT_EQ(obstacle(want({{"name", "oniguruma"}, {"state", "absent"}})), "none");
  EXPECT_EQ(obstacle(want({{"name", "tree"}, {"state", "purged"}})), "brew keeps no record of what a package left");
}

TEST_F(BrewPackage, WhatCameAlongIsAskedFor) {
  const Change change = look(want({{"name", "oniguruma"}})).change;
  EXPECT_EQ(change.before, (Json{{"automatic", true}}));
  EXPECT_EQ(programs(transaction(change)), (std::vector<std::string>{"brew install -- oniguruma"}));
}

TEST_F(BrewPackage, HoldsByPins) {
  EXPECT_EQ(programs(transaction(look(want({{"name", "tree"}, {"hold", true}})).change)),
            (std::vector<std::string>{"brew pin -- tree"}));
  system.make_link("/opt/homebrew/var/homebrew/pinned/tree", "../../../Cellar/tree/2.1.1");
  EXPECT_TRUE(look(want({{"name", "tree"}, {"hold", true}})).change.empty());
  EXPECT_EQ(programs(transaction(look(want({{"name", "tree"}, {"hold", false}})).change)),
            (std::vector<std::string>{"brew unpin -- tree"}));
}

TEST_F(BrewPackage, UpgradesWhatIsOutdatedAndNotPinned) {
  const char* outdated =
      R"({"formulae":[{"name":"tree","installed_versions":["2.1.1"],"current_version":"2.2.0","pinned":false},)"
      R"({"name":"jq","installed_versions":["1.6"],"current_version":"1.7.1","pinned":true}],)"
      R"("casks":[{"name":"firefox","installed_versions":["120.0"],"current_version":"121.0"}]})";
  system.script("brew outdated --json=v2", {0, outdated, "", false});
  const UpgradeProvider upgrades;
  Desired all;
  all.attributes = {{"extent", "safe"}};
  const Seen seen = see(upgrades, all, system);
  EXPECT_EQ(seen.observed->attribute("pending"), (Json{"firefox 120.0 → 121.0", "tree 2.1.1 → 2.2.0"}));
  const auto transaction = std::get<PackageTransaction>(seen.change.operations.at(0));
  EXPECT_EQ(programs(transaction), (std::vector<std::string>{"brew outdated --json=v2", "brew upgrade"}));
  const Step preview = back_end().steps(transaction).at(0);
  EXPECT_TRUE(back_end().judge(transaction, preview, {0, outdated, "", false}, ""));
  EXPECT_FALSE(back_end().judge(
      transaction, preview,
      {0, R"({"formulae":[{"name":"new","installed_versions":["1"],"current_version":"2"}]})", "", false}, ""));
}

TEST_F(BrewPackage, WhatItSaysWhenItFails) {
  const PackageTransaction transaction{"brew", {{"jq", ""}}};
  const Step step = back_end().steps(transaction).at(0);
  const auto code = [&](const char* errors) {
    const auto judged = back_end().judge(transaction, step, {1, "", errors, false}, "");
    return judged ? Code::kProtocol : judged.error().code();
  };
  EXPECT_EQ(code("Error: No available formula with the name \"jq\".\n"), Code::kPackageUnknown);
  EXPECT_EQ(code("Error: A `brew install jq` process has already locked /opt/homebrew/x.\n"), Code::kPackageLock);
  EXPECT_EQ(code("curl: (6) Could not resolve host\n"), Code::kPackageFailed);
}

}  // namespace
}  // namespace plumb::providers::package::brew
