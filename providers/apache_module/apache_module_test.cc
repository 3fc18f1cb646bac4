#include "providers/apache_module/apache_module.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::apache_module {
namespace {

class ApacheModule : public ProviderTest<ApacheModuleProvider> {
 protected:
  ApacheModule() {
    system.add_program("a2enmod");
    system.make_file(available + "ssl.load", "# Depends: setenvif mime\nLoadModule ssl_module x\n");
    system.make_file(available + "ssl.conf", "");
    system.make_file(available + "setenvif.load", "LoadModule setenvif_module x\n");
    system.make_file(available + "mpm_event.load", "# Conflicts: mpm_worker mpm_prefork\n");
    system.make_directory(enabled);
  }
  static Desired want(const char* name, Json attributes = Json::object()) {
    attributes["name"] = name;
    return wanted("apache_module", "name", std::move(attributes));
  }
  void enable(const std::string& name) { system.make_link(enabled + name, "../mods-available/" + name); }

  const std::string available = "/etc/apache2/mods-available/";
  const std::string enabled = "/etc/apache2/mods-enabled/";
};

TEST_F(ApacheModule, IsEnabledByBothOfItsLinks) {
  EXPECT_EQ(look(want("ssl")).change.op, Op::kCreate);
  enable("ssl.load");
  EXPECT_EQ(look(want("ssl")).change.op, Op::kCreate) << "its configuration is not";
  enable("ssl.conf");
  EXPECT_TRUE(look(want("ssl")).change.empty());
  EXPECT_EQ(look(want("ssl", {{"state", "absent"}})).change.op, Op::kDelete);
}

TEST_F(ApacheModule, WhatModulesSayOfEachOtherIsKept) {
  enable("mpm_prefork.load");
  EXPECT_EQ(obstacle(want("mpm_event")), "mpm_event cannot be enabled beside mpm_prefork");
  enable("ssl.load");
  enable("setenvif.load");
  EXPECT_EQ(obstacle(want("setenvif", {{"state", "absent"}})), "ssl is enabled, and needs setenvif");
  EXPECT_EQ(obstacle(want("setenvif", {{"state", "absent"}, {"force", true}})), "none");
}

TEST_F(ApacheModule, OneThatIsNotThereIsMissed) {
  EXPECT_EQ(look(want("php")).observed->missing,
            (std::vector<Missing>{{{"", "file", available + "php.load"}, "name"}}));
}

}  // namespace
}  // namespace plumb::providers::apache_module
