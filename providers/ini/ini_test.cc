#include "providers/ini/ini.h"

#include "engine/base/digest.h"
#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::ini {
namespace {

class Ini : public ProviderTest<IniProvider> {
 protected:
  static Desired want(Json attributes) {
    attributes["path"] = "/etc/x.ini";
    return wanted("ini", "path", std::move(attributes));
  }
};

TEST_F(Ini, OptionsAreSetInTheirSectionAndAllElseStays) {  // N26
  system.make_file("/etc/x.ini", "# c\n[a]\n;x=9\ny=1\n\n[b]\nx=7\n");
  converge(want({{"section", "a"}, {"options", {{"x", 1}, {"y", 2}}}}));
  EXPECT_EQ(system.content("/etc/x.ini"), "# c\n[a]\n;x=9\nx=1\ny=2\n\n[b]\nx=7\n");
  converge(want({{"section", "a"}, {"remove", {"x"}}}));
  converge(want({{"section", "b"}, {"state", "absent"}}));
  EXPECT_EQ(system.content("/etc/x.ini"), "# c\n[a]\n;x=9\ny=2\n\n");
}

TEST_F(Ini, BytesThatAreNoTextPassThrough) {  // N25
  system.make_file("/etc/x.ini", "[a]\nn=\xe9\nx=1\n");
  converge(want({{"section", "a"}, {"options", {{"x", 2}}}}));
  EXPECT_EQ(system.content("/etc/x.ini"), "[a]\nn=\xe9\nx=2\n");
}

TEST_F(Ini, AMissingFileIsMadeWhereThatIsAskedFor) {
  system.make_directory("/etc");
  Json attributes = {{"options", {{"x", 1}}}};
  EXPECT_EQ(look(want(attributes)).observed->missing.at(0).what.str(), "file:/etc/x.ini");
  attributes["create"] = true;
  converge(want(attributes));
  EXPECT_EQ(system.content("/etc/x.ini"), "x = 1\n");
}

TEST_F(Ini, UndoPutsValuesBackAndTakesNewOnesAway) {
  system.make_file("/etc/x.ini", "[a]\nx=1\nx=2\nz=1\n");
  const Desired desired = want({{"section", "a"}, {"options", {{"x", 3}, {"y", 1}}}, {"remove", {"z"}}});
  const Observed before = *look(desired).observed;
  converge(desired);
  EXPECT_EQ(system.content("/etc/x.ini"), "[a]\nx=3\ny=1\n");
  converge(*provider.restore(desired, before));
  EXPECT_EQ(system.content("/etc/x.ini"), "[a]\nx=1\nx=2\nz=1\n");
}

TEST_F(Ini, UndoOfUndoMakesTheSectionAgain) {
  system.make_file("/etc/x.ini", "[b]\nz=1\n");
  const Desired desired = want({{"section", "a"}, {"options", {{"x", 3}}}});
  const Observed before = *look(desired).observed;
  converge(desired);
  const Desired back = *provider.restore(desired, before);
  const Observed made = *look(back).observed;
  EXPECT_EQ(made.text("settings"), "[a]\nx=3") << "the plan of the undo shows that the section goes";
  converge(back);
  EXPECT_EQ(system.content("/etc/x.ini"), "[b]\nz=1\n");
  converge(*provider.restore(back, made));
  EXPECT_EQ(system.content("/etc/x.ini"), "[b]\nz=1\n\n[a]\nx=3\n");
  Observed lied = before;
  lied.attributes["header"] = "z";
  EXPECT_EQ(provider.restore(desired, lied)->attribute("remove"), Json({"x"})) << "a host names no option to be taken";
}

TEST_F(Ini, OfOneThatIsDeclaredNoMoreTheOptionsGoAndNothingElse) {
  system.make_file("/etc/x.ini", "[a]\nx=1\nothers=2\ny=1\n[b]\nx=1\n");
  const Desired going =
      want({{"section", "a"}, {"options", {{"x", 1}, {"y", 2}}}, {"state", "absent"}, {"prune", true}});
  const Observed before = *look(going).observed;
  EXPECT_EQ(look(going).change.op, Op::kDelete);
  converge(going);
  EXPECT_EQ(system.content("/etc/x.ini"), "[a]\nothers=2\n[b]\nx=1\n");
  converge(*provider.restore(going, before));
  EXPECT_EQ(system.content("/etc/x.ini"), "[a]\nothers=2\nx=1\ny=1\n[b]\nx=1\n");
}

TEST_F(Ini, WhatAnotherOneAsksForByNowStays) {
  const auto going = [] {
    return want({{"section", "a"}, {"options", {{"x", 1}, {"y", 2}}}, {"state", "absent"}, {"prune", true}});
  };
  Desired one = going();
  EXPECT_TRUE(provider.spare(one, want({{"section", "b"}, {"options", {{"x", 1}}}})));
  EXPECT_EQ(one.attribute("options"), (Json{{"x", 1}, {"y", 2}}));
  EXPECT_TRUE(provider.spare(one, want({{"section", "a"}, {"options", {{"x", 7}}}})));
  EXPECT_EQ(one.attribute("options"), (Json{{"y", 2}}));
  EXPECT_FALSE(provider.spare(one, want({{"section", "a"}, {"remove", {"y"}}})));
  Desired other = going(), secret = want({{"section", "a"}, {"options", "sealed"}});
  secret.sensitive = {"options"};
  EXPECT_FALSE(provider.spare(other, secret)) << "nobody knows which these are";
}

TEST_F(Ini, SensitiveOptionsAndWhatWasThereAreSealed) {
  const std::string key(64, 'a');
  system.set_key(key);
  system.make_file("/etc/x.ini", "[a]\npassword=old\n");
  Desired desired = want({{"section", "a"}, {"options", {{"password", "new"}}}});
  desired.sensitive = {"options"};
  const Seen seen = look(desired);
  EXPECT_EQ(seen.change.before, Json({{"settings", keyed_digest(key, "password=old")}}));
  EXPECT_EQ(seen.change.after, Json({{"settings", keyed_digest(key, "password=new")}}));
  EXPECT_FALSE(provider.restore(desired, *seen.observed));
  converge(desired);
  EXPECT_EQ(system.content("/etc/x.ini"), "[a]\npassword=new\n");
  desired.attributes["options"] = keyed_digest(key, "x");
  EXPECT_EQ(coded_obstacle(desired).substr(0, 6), code_name(Code::kSecretUnresolved));
}

}  // namespace
}  // namespace plumb::providers::ini
