#include "providers/npm/npm.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::npm {
namespace {

class Npm : public ProviderTest<NpmProvider> {
 protected:
  Npm() {
    system.add_program("npm");
    system.make_directory("/srv/app");
  }
  static Desired want(Json attributes) {
    attributes.emplace("name", "leaf");
    return wanted("npm", "name", std::move(attributes));
  }
  std::string trouble(const Desired& desired) {
    const Seen seen = look(desired);
    return seen.problem ? seen.problem->summary : "none";
  }
  void has(const std::string& modules, const std::string& version) {
    system.make_file(modules + "/leaf/package.json", "{\"version\": \"" + version + "\"}");
  }
};

TEST_F(Npm, TheVersionIsReadFromItsFile) {
  has("/srv/app/node_modules", "1.2.0");
  EXPECT_TRUE(look(want({{"path", "/srv/app"}})).change.empty());
  EXPECT_TRUE(look(want({{"path", "/srv/app"}, {"version", "1.2.0"}})).change.empty());
  EXPECT_EQ(look(want({{"path", "/srv/app"}, {"version", "2.0.0"}})).change.before, (Json{{"version", "1.2.0"}}));
  EXPECT_TRUE(system.ran().empty());
}

TEST_F(Npm, OfTheWholeHostNpmSaysWhereThatIs) {
  ProcessResult answer;
  answer.output = "/usr/local/lib/node_modules\n";
  system.script("/bin/sh -c * npm root --global", answer);
  has("/usr/local/lib/node_modules", "1.0.0");
  EXPECT_TRUE(look(want(Json::object())).change.empty());
}

// One that hangs is named, and one that has nothing to say is told with how it ended.
TEST_F(Npm, OneThatDoesNotAnswerIsNamed) {
  system.script("/bin/sh -c * npm root --global", {0, "", "", false});
  EXPECT_EQ(trouble(want(Json::object())), "npm does not answer: it printed no errors and ended with 0");
  system.script("/bin/sh -c * npm root --global", {143, "half", "", true});
  EXPECT_EQ(trouble(want(Json::object())), "`npm root --global` did not end within 120 s");
}

TEST_F(Npm, WhatItsFilesAskForIsInstalledOnce) {
  const Desired desired = want({{"path", "/srv/app"}, {"dependencies", true}});
  EXPECT_EQ(look(desired).observed->missing, (std::vector<Missing>{{{"", "file", "/srv/app/package.json"}, "path"}}));
  system.make_file("/srv/app/package.json", "{}");
  EXPECT_EQ(look(desired).change.op, Op::kCreate);
  const std::string digest = *system.file_digest("/srv/app/package.json");
  system.make_file("/srv/app/node_modules/.plumb-installed", digest.substr(digest.find(':') + 1) + "\n");
  EXPECT_TRUE(look(desired).change.empty());
  system.make_file("/srv/app/package-lock.json", "{}");
  EXPECT_EQ(look(desired).change.before, (Json{{"installed", false}}));
}

TEST_F(Npm, RunsAsWhoeverTheFolderBelongsTo) {
  system.own("/srv/app", 1500, 1500);
  EXPECT_EQ(std::get<plumb::Run>(look(want({{"path", "/srv/app"}})).change.operations.at(0)).user, "1500");
}

}  // namespace
}  // namespace plumb::providers::npm
