#include "providers/systemd_unit/systemd_unit.h"

#include "providers/sdk/testing/provider_test.h"
#include "providers/systemd_unit/sections.h"

namespace plumb::providers::systemd_unit {
namespace {

constexpr const char* kTimer = "/etc/systemd/system/backup.timer";

class SystemdUnit : public ProviderTest<SystemdUnitProvider> {
 protected:
  SystemdUnit() { system.make_directory("/etc/systemd/system"); }
  Desired want(Json attributes) { return wanted("systemd_unit", "path", std::move(attributes)); }
  Desired timer() {
    return want({{"path", kTimer}, {"Timer", {{"OnCalendar", "daily"}}}, {"Install", {{"WantedBy", "timers.target"}}}});
  }
};

TEST(Sections, AreReadAsSystemdReadsThem) {
  EXPECT_EQ(sections_in("# x\n[Unit]\nDescription = a \\\n; not this\n  b\n\n[Service]\nExecStart=\nExecStart=/bin/x\n"
                        "junk\n[Unit]\nAfter=c.service\n"),
            Json::parse(R"({"Unit": {"Description": ["a b"], "After": ["c.service"]},
                            "Service": {"ExecStart": ["", "/bin/x"]}})"));
  EXPECT_EQ(sections_in("before=any\nsection"), Json::object());
}

TEST(Sections, MakeTheFileAndBack) {
  const Json sections =
      Json::parse(R"({"Install": {"WantedBy": ["a.target", "b.target"]}, "Unit": {"Description": ["x"]},
                                        "Service": {}})");
  const std::string text = text_of(sections);
  EXPECT_EQ(text, "[Unit]\nDescription=x\n\n[Install]\nWantedBy=a.target\nWantedBy=b.target\n");
  EXPECT_EQ(sections_in(text), Json::parse(R"({"Install": {"WantedBy": ["a.target", "b.target"]},
                                               "Unit": {"Description": ["x"]}})"));
}

TEST_F(SystemdUnit, ATimer) {
  converge(timer());
  EXPECT_EQ(system.content(kTimer), "[Timer]\nOnCalendar=daily\n\n[Install]\nWantedBy=timers.target\n");
  EXPECT_EQ(provider.text_given(timer()), system.content(kTimer));
}

TEST_F(SystemdUnit, WhatSaysTheSameStays) {
  system.make_file(kTimer, "# by hand\n[Install]\nWantedBy = timers.target\n[Timer]\nOnCalendar=\\\ndaily\n");
  EXPECT_TRUE(look(timer()).change.empty());
  system.make_file(kTimer, "[Timer]\nOnCalendar=daily\n[Install]\nWantedBy=timers.target\n[X-Mine]\nA=1\n");
  EXPECT_EQ(look(timer()).change.before, Json({{"others", {"X-Mine"}}}));
  EXPECT_FALSE(provider.restore(timer(), *look(timer()).observed));
  converge(timer());
}

TEST_F(SystemdUnit, TheFolderOfWhatAddsToAUnitIsMade) {
  const Desired desired =
      want({{"path", "/etc/systemd/system/nginx.service.d/x.conf"}, {"Service", {{"LimitNOFILE", "9"}}}});
  converge(desired);
  EXPECT_EQ(system.content("/etc/systemd/system/nginx.service.d/x.conf"), "[Service]\nLimitNOFILE=9\n");
  EXPECT_TRUE(look(want({{"path", "/srv/none/x.timer"}, {"Timer", {{"OnBootSec", "1"}}}})).observed->missing.size() ==
              1);
}

TEST_F(SystemdUnit, ReadsItsUnitsAnewWhereSystemdRuns) {
  EXPECT_EQ(look(timer()).change.operations.size(), 1U);
  system.make_directory("/run/systemd/system");
  const Change change = look(timer()).change;
  ASSERT_EQ(change.operations.size(), 2U);
  EXPECT_EQ(std::get<ServiceAction>(change.operations.back()),
            (ServiceAction{"systemd", "backup.timer", "daemon_reload"}));
  system.set_image(true);
  EXPECT_EQ(look(timer()).change.operations.size(), 1U);
}

TEST_F(SystemdUnit, WhatSystemdDoesNotTakeIsToldBeforehand) {  // S04
  system.add_program("systemd-analyze");
  system.script("sh -c *", {0, "2: Failed to parse calendar specification, ignoring: dayly\n", "", false});
  EXPECT_EQ(coded_obstacle(timer()),
            "PL1103 backup.timer is not what systemd takes, line 2: Failed to parse calendar specification, ignoring: "
            "dayly");
  EXPECT_EQ(system.requests().back().stdin_text, *provider.text_given(timer()));
  EXPECT_TRUE(system.requests().back().changes_nothing);
  system.script("sh -c *", {});
  EXPECT_EQ(obstacle(timer()), "none");
}

TEST_F(SystemdUnit, AMaskIsNotWrittenThrough) {
  system.make_link(kTimer, "/dev/null");
  EXPECT_EQ(obstacle(timer()), std::string(kTimer) + " is a symbolic link to /dev/null");
  EXPECT_EQ(obstacle(want({{"path", kTimer}, {"state", "absent"}})),
            std::string(kTimer) + " is a symbolic link to /dev/null");
}

TEST_F(SystemdUnit, AbsentAndBack) {
  system.make_file(kTimer, "[Timer]\nOnCalendar=daily\n");
  const Desired gone = want({{"path", kTimer}, {"state", "absent"}});
  const Desired back = *provider.restore(gone, *look(gone).observed);
  converge(gone);
  converge(back);
  EXPECT_EQ(system.content(kTimer), "[Timer]\nOnCalendar=daily\n");
}

TEST_F(SystemdUnit, AnUndoTakesTheFolderThatItMadeAlong) {
  const std::string folder = "/etc/systemd/system/nginx.service.d";
  const Desired first = want({{"path", folder + "/a.conf"}, {"Service", {{"LimitNOFILE", "9"}}}});
  const Desired second = want({{"path", folder + "/b.conf"}, {"Service", {{"Nice", "5"}}}});
  const Desired first_back = *provider.restore(first, *look(first).observed);
  converge(first);
  const Desired second_back = *provider.restore(second, *look(second).observed);
  converge(second);
  EXPECT_EQ(look(first_back).change.operations, (std::vector<Operation>{Remove{folder + "/a.conf", false, false}}))
      << "the other file is still in it";
  converge(second_back);
  EXPECT_TRUE(*system.stat(folder, false)) << "it was there before that one";
  system.own(folder, 1000, 1000);
  EXPECT_EQ(look(first_back).change.operations.size(), 1U) << "somebody has taken it";
  system.own(folder, 0, 0);
  converge(first_back);
  EXPECT_FALSE(*system.stat(folder, false));
}

// Undo brings back the very file or does not promise it.
TEST_F(SystemdUnit, WhatIsWrittenByHandDoesNotComeBack) {
  const Desired gone = want({{"path", kTimer}, {"state", "absent"}});
  const auto comes_back = [&](const Desired& desired) {
    return provider.restore(desired, *look(desired).observed).has_value();
  };
  for (const char* text : {"# nightly\n[Timer]\nOnCalendar=daily\n", "[Timer]\n\nOnCalendar=daily\n",
                           "[Timer]\nPersistent=true\nOnCalendar=daily\n"}) {
    system.make_file(kTimer, text);
    EXPECT_FALSE(comes_back(gone)) << text;
    EXPECT_FALSE(comes_back(timer())) << text;
    EXPECT_FALSE(look(gone).change.before.contains("by_hand"));
  }
  system.make_file(kTimer, "[Timer]\nOnCalendar=weekly\n", 0600);
  EXPECT_FALSE(comes_back(gone)) << "a new one has another mode";
  EXPECT_TRUE(comes_back(timer())) << "one that is changed keeps its own";
}

}  // namespace
}  // namespace plumb::providers::systemd_unit
