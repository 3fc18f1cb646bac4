#include "providers/environment/environment.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::environment {
namespace {

class Environment : public ProviderTest<EnvironmentProvider> {
 protected:
  static Desired want(Json attributes) {
    attributes["name"] = "A";
    return wanted("environment", "name", std::move(attributes));
  }
};

TEST_F(Environment, AVariableIsThereOnce) {
  system.make_file("/etc/environment", "B=1\nA=0\nexport A=2\n# A=3\n");
  converge(want({{"value", "x"}}));
  EXPECT_EQ(system.content("/etc/environment"), "B=1\nA=x\n# A=3\n");
  converge(want({{"value", "a b"}}));
  EXPECT_EQ(system.content("/etc/environment"), "B=1\nA=\"a b\"\n# A=3\n");
  converge(want({{"state", "absent"}}));
  EXPECT_EQ(system.content("/etc/environment"), "B=1\n# A=3\n");
}

TEST_F(Environment, QuotesThatChangeNothingAreLeft) {
  system.make_file("/etc/environment", "A='x'\n");
  EXPECT_TRUE(look(want({{"value", "x"}})).change.empty());
}

TEST_F(Environment, AShellTakesTheValueAsItStands) {
  system.make_directory("/etc/profile.d");
  const std::string path = "/etc/profile.d/a.sh";
  converge(want({{"value", "$HOME # it's"}, {"export", true}, {"path", path}}));
  EXPECT_EQ(system.content(path), "export A='$HOME # it'\\''s'\n");
  system.make_file(path, "A=1\n");
  converge(want({{"value", "1"}, {"export", true}, {"path", path}}));
  EXPECT_EQ(system.content(path), "export A=1\n");
}

}  // namespace
}  // namespace plumb::providers::environment
