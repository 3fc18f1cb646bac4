#include "providers/capabilities/capabilities.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::capabilities {
namespace {

class Capabilities : public ProviderTest<CapabilitiesProvider> {
 protected:
  Capabilities() {
    system.add_program("getcap");
    system.add_program("setcap");
    system.make_file("/usr/bin/app", "x", 0755);
  }
  static Desired want(Json attributes) {
    attributes.emplace("path", "/usr/bin/app");
    return wanted("capabilities", "path", std::move(attributes));
  }
  void has(const std::string& text) {
    BeyondMode beyond;
    beyond.capabilities = true;
    system.set_beyond_mode("/usr/bin/app", beyond);
    ProcessResult answer;
    answer.output = "/usr/bin/app" + text + "\n";
    system.script("getcap /usr/bin/app", answer);
  }
  static std::vector<std::string> words(const Change& change) {
    return std::get<plumb::Run>(change.operations.at(0)).argv;
  }
};

TEST_F(Capabilities, EqualOnesAreEqualHoweverTheyAreWritten) {
  EXPECT_EQ(plain_capability("CAP_NET_RAW,cap_chown+pe"), "cap_chown,cap_net_raw=ep");
  EXPECT_EQ(plain_capability("cap_b=p cap_a=ep"), "cap_a=ep cap_b=p");
  has(" = cap_net_raw+ep");
  EXPECT_TRUE(look(want({{"capability", "cap_net_raw=ep"}})).change.empty());
  has(" cap_net_raw=ep");
  EXPECT_TRUE(look(want({{"capability", "cap_net_raw+ep"}})).change.empty());
}

TEST_F(Capabilities, AreGivenChangedAndTakenAway) {
  EXPECT_EQ(words(look(want({{"capability", "cap_net_raw+ep"}})).change),
            (std::vector<std::string>{"setcap", "cap_net_raw=ep", "/usr/bin/app"}));
  EXPECT_TRUE(system.ran().empty()) << "the kernel says that there are none";
  has(" cap_chown=ep");
  const Desired desired = want({{"capability", "cap_net_raw+ep"}});
  EXPECT_EQ(look(desired).change.before, (Json{{"capability", "cap_chown=ep"}}));
  EXPECT_EQ(provider.restore(desired, *look(desired).observed)->attributes["capability"], "cap_chown=ep");
  EXPECT_EQ(words(look(want({{"state", "absent"}})).change),
            (std::vector<std::string>{"setcap", "-r", "/usr/bin/app"}));
}

// setcap(8) goes by the name, and whoever may rename could have another program get them.
TEST_F(Capabilities, AreGivenToNothingThatOthersMayExchange) {
  const std::string home =
      "somebody other than root may put another file in the place of /home/ada/bin/app, in /home/ada";
  system.make_file("/home/ada/bin/app", "x", 0755);
  system.own("/home/ada", 1000, 1000);
  EXPECT_EQ(obstacle(want({{"path", "/home/ada/bin/app"}, {"capability", "cap_chown=ep"}})), home);
  system.make_directory("/open", 0777);
  system.make_file("/open/app", "x", 0755);
  EXPECT_NE(obstacle(want({{"path", "/open/app"}, {"capability", "cap_chown=ep"}})), "none");
  system.make_directory("/sticky", 01777);
  system.make_file("/sticky/app", "x", 0755);
  EXPECT_EQ(obstacle(want({{"path", "/sticky/app"}, {"capability", "cap_chown=ep"}})), "none");
  system.own("/sticky/app", 1000, 1000);
  EXPECT_NE(obstacle(want({{"path", "/sticky/app"}, {"capability", "cap_chown=ep"}})), "none");
}

TEST_F(Capabilities, AreGivenInNoImage) {
  system.set_image(true);
  EXPECT_EQ(obstacle(want({{"capability", "cap_chown=ep"}})), "programs of an image are not run");
  EXPECT_EQ(obstacle(want({{"state", "absent"}})), "none");
}

TEST_F(Capabilities, WhatTheyAreGivenToHasToBeAFile) {
  EXPECT_EQ(look(want({{"path", "/none"}, {"capability", "cap_chown=ep"}})).observed->missing,
            (std::vector<Missing>{{{"", "file", "/none"}, "path"}}));
  system.make_link("/usr/bin/link", "app");
  EXPECT_EQ(obstacle(want({{"path", "/usr/bin/link"}, {"capability", "cap_chown=ep"}})),
            "/usr/bin/link is no regular file, and only those have capabilities");
  for (const char* path : {"/none", "/usr/bin/link"})
    EXPECT_TRUE(look(want({{"path", path}, {"state", "absent"}})).change.empty()) << path;
}

}  // namespace
}  // namespace plumb::providers::capabilities
