#include "providers/timezone/timezone.h"

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::timezone {
namespace {

class Timezone : public ProviderTest<TimezoneProvider> {
 protected:
  Timezone() {
    system.make_file("/usr/share/zoneinfo/Europe/Berlin", "TZif");
    system.make_file("/usr/share/zoneinfo/Etc/UTC", "TZif");
    system.make_directory("/etc");
  }
  Desired want(const std::string& name) { return wanted("timezone", "name", {{"name", name}}); }
};

TEST_F(Timezone, SetAndAgain) {  // O08
  converge(want("Europe/Berlin"));
  EXPECT_EQ((*system.stat("/etc/localtime", false))->link_target, "/usr/share/zoneinfo/Europe/Berlin");
  EXPECT_FALSE(*system.stat("/etc/timezone", false)) << "only where the host has it";
  system.make_file("/etc/timezone", "Etc/UTC\n");
  converge(want("Europe/Berlin"));
  EXPECT_EQ(system.content("/etc/timezone"), "Europe/Berlin\n");
}

TEST_F(Timezone, ARelativeLinkIsTheSame) {
  system.make_link("/etc/localtime", "../usr/share/zoneinfo/Etc/UTC");
  EXPECT_TRUE(look(want("Etc/UTC")).change.empty());
  EXPECT_EQ(provider.restore(want("Europe/Berlin"), *look(want("Europe/Berlin")).observed)->text("name"), "Etc/UTC");
}

TEST_F(Timezone, WhatWasThereComesBackAsItWas) {
  const Desired desired = want("Europe/Berlin");
  for (const char* target : {"../usr/share/zoneinfo/Etc/UTC", "/usr/share/zoneinfo/Etc/UTC", "/srv/zone"}) {
    system.make_link("/etc/localtime", target);
    system.make_file("/etc/timezone", "# ours\nEtc/UTC");
    const std::optional<Desired> back = provider.restore(desired, *look(desired).observed);
    ASSERT_TRUE(back);
    converge(desired);
    converge(*back);
    EXPECT_EQ((*system.stat("/etc/localtime", false))->link_target, target);
    EXPECT_EQ(system.content("/etc/timezone"), "# ours\nEtc/UTC");
    system.remove("/etc/localtime");
  }
  const std::optional<Desired> back = provider.restore(desired, *look(desired).observed);
  ASSERT_TRUE(back);
  converge(desired);
  converge(*back);
  EXPECT_FALSE(*system.stat("/etc/localtime", false)) << "there was none";
  EXPECT_EQ(system.content("/etc/timezone"), "# ours\nEtc/UTC");
}

TEST_F(Timezone, ACopyGivesWay) {
  system.make_file("/etc/localtime", "TZif");
  const Desired desired = want("Etc/UTC");
  EXPECT_EQ(look(desired).change.before, Json({{"name", ""}}));
  EXPECT_FALSE(provider.restore(desired, *look(desired).observed));
  converge(desired);
}

TEST_F(Timezone, ANameThatNoZoneHas) {
  EXPECT_EQ(look(want("Europe/Berlim")).observed->missing,
            (std::vector<Missing>{{{"", "file", "/usr/share/zoneinfo/Europe/Berlim"}, "name"}}));
  EXPECT_EQ(obstacle(want("Europe")), "`Europe` is no time zone, but a folder of them");
}

}  // namespace
}  // namespace plumb::providers::timezone
