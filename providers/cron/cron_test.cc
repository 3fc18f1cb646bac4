#include "providers/cron/cron.h"

#include <gmock/gmock.h>

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::cron {
namespace {

class Cron : public ProviderTest<CronProvider> {
 protected:
  Cron() {
    system.add_user({"deploy", 1500, 1500, "", "/home/deploy", "/bin/sh"});
    system.make_directory(spool);
    system.own(spool, 0, 105);
    system.make_directory("/etc/cron.d");
  }
  static Desired want(Json attributes) { return wanted("cron", "name", std::move(attributes)); }
  static Desired job(Json attributes = Json::object()) {
    Json whole = {{"name", "backup"}, {"user", "deploy"}, {"job", "/bin/b \"a b\" 50\\%"}, {"special", "daily"}};
    whole.update(attributes);
    return want(std::move(whole));
  }

  const std::string spool = "/var/spool/cron/crontabs";
  const std::string crontab = spool + "/deploy";
};

TEST_F(Cron, AJobIsMadeChangedAndTakenAway) {  // C01, C02, C07
  converge(job());
  EXPECT_EQ(system.content(crontab), "# plumb: backup\n@daily /bin/b \"a b\" 50\\%\n");
  const auto info = *system.stat(crontab, false);
  EXPECT_EQ(info->mode, 0600U);
  EXPECT_EQ(info->uid, 1500U);
  EXPECT_EQ(info->gid, 105U) << "that of the folder";
  converge(want({{"name", "backup"}, {"user", "deploy"}, {"job", "b"}, {"minute", "*/5"}, {"weekday", "mon"}}));
  EXPECT_EQ(system.content(crontab), "# plumb: backup\n*/5 * * * mon b\n");
  converge(want({{"name", "backup"}, {"user", "deploy"}, {"state", "absent"}}));
  EXPECT_EQ(system.content(crontab), "");
}

TEST_F(Cron, APercentSignThatEndsTheCommandIsTold) {
  EXPECT_EQ(look(job()).change.note, "");
  EXPECT_EQ(look(job({{"job", "date +%F"}})).change.note,
            "cron ends the command at the first %, and gives it the rest to read; a percent sign is \\%");
}

TEST_F(Cron, OneThatSomebodyWroteIsTakenOver) {
  system.make_file(crontab, "MAILTO=x\n@daily  /bin/b \"a b\" 50\\%\n0 0 * * * other\n");
  converge(job());
  EXPECT_EQ(system.content(crontab), "MAILTO=x\n# plumb: backup\n@daily  /bin/b \"a b\" 50\\%\n0 0 * * * other\n");
  system.make_file(crontab, "#Ansible: backup\n0 0 * * * old\n");
  converge(job());
  EXPECT_EQ(system.content(crontab), "#Ansible: backup\n@daily /bin/b \"a b\" 50\\%\n");
}

TEST_F(Cron, RemarksBetweenTheMarkAndItsJobStay) {
  system.make_file(crontab, "# plumb: backup\n# asked for by mail\n# again\n0 0 * * * old\n");
  converge(job());
  EXPECT_EQ(system.content(crontab), "# plumb: backup\n# asked for by mail\n# again\n@daily /bin/b \"a b\" 50\\%\n");
  system.make_file(crontab, "# plumb: backup\n# plumb: other\n0 0 * * * other\n");
  converge(job());
  EXPECT_EQ(system.content(crontab), "# plumb: backup\n@daily /bin/b \"a b\" 50\\%\n# plumb: other\n0 0 * * * other\n");
  system.make_file(crontab, "# plumb: other\n# a remark\n@daily /bin/b \"a b\" 50\\%\n");
  converge(job());
  EXPECT_EQ(system.content(crontab),
            "# plumb: other\n# a remark\n@daily /bin/b \"a b\" 50\\%\n# plumb: backup\n"
            "@daily /bin/b \"a b\" 50\\%\n")
      << "it is another one's";
}

TEST_F(Cron, MarksOfOtherToolsAreKnown) {
  for (const char* mark : {"#Ansible: backup", "# Puppet Name: backup", "# Chef Name: backup", "# pyinfra-name=backup",
                           "# SALT_CRON_IDENTIFIER:backup", "# each night SALT_CRON_IDENTIFIER:backup"}) {
    system.make_file(crontab, std::string(mark) + "\n0 0 * * * old\n");
    converge(job());
    EXPECT_EQ(system.content(crontab), std::string(mark) + "\n@daily /bin/b \"a b\" 50\\%\n");
  }
}

// cron passes over a file whose last line has no end.
TEST_F(Cron, TheFileEnds) {
  system.make_file("/etc/cron.d/app", "0 0 * * * root other");
  converge(job({{"file", "app"}}));
  EXPECT_EQ(system.content("/etc/cron.d/app"),
            "0 0 * * * root other\n# plumb: backup\n@daily deploy /bin/b \"a b\" 50\\%\n");
}

TEST_F(Cron, ADisabledOneIsAComment) {
  converge(job({{"disabled", true}}));
  EXPECT_EQ(system.content(crontab), "# plumb: backup\n#@daily /bin/b \"a b\" 50\\%\n");
  converge(job());
  EXPECT_EQ(system.content(crontab), "# plumb: backup\n@daily /bin/b \"a b\" 50\\%\n");
}

TEST_F(Cron, ASharedFileSaysAsWhom) {  // C04
  converge(job({{"file", "app"}}));
  EXPECT_EQ(system.content("/etc/cron.d/app"), "# plumb: backup\n@daily deploy /bin/b \"a b\" 50\\%\n");
  EXPECT_EQ((*system.stat("/etc/cron.d/app", false))->mode, 0644U);
}

TEST_F(Cron, AFileThatCronPassesOverIsTold) {
  system.make_file("/etc/cron.d/app", "# plumb: backup\n@daily deploy /bin/b \"a b\" 50\\%\n", 0664);
  EXPECT_EQ(obstacle(job({{"file", "app"}})), "/etc/cron.d/app has the mode 0664, and cron passes over such files");
  system.make_file("/etc/cron.d/app", "");
  system.own("/etc/cron.d/app", 1500, 0);
  EXPECT_EQ(obstacle(job({{"file", "app"}})),
            "/etc/cron.d/app does not belong to root, and cron passes over such files");
}

TEST_F(Cron, AVariableComesBeforeTheJobs) {  // C06
  system.make_file(crontab, "0 0 * * * other\n");
  const Desired variable = want({{"name", "MAILTO"}, {"user", "deploy"}, {"value", "ops"}});
  converge(variable);
  EXPECT_EQ(system.content(crontab), "MAILTO=ops\n0 0 * * * other\n");
  system.make_file(crontab, "MAILTO = \"ops\"\n");
  EXPECT_TRUE(look(variable).change.empty());
  converge(want({{"name", "MAILTO"}, {"user", "deploy"}, {"env", true}, {"state", "absent"}}));
  EXPECT_EQ(system.content(crontab), "");
}

TEST_F(Cron, TheCrontabIsWhereTheHostHasIt) {
  system.remove(spool);
  converge(job());
  EXPECT_EQ(system.content("/var/spool/cron/deploy"), "# plumb: backup\n@daily /bin/b \"a b\" 50\\%\n");
  const Seen seen = look(job());
  EXPECT_EQ(seen.observed->text("at"), "/var/spool/cron/deploy");
  EXPECT_THAT(provider.own_paths(job(), {}), ::testing::Contains("/var/spool/cron/deploy"));
}

TEST_F(Cron, WhatIsMissingIsNamed) {
  system.remove("/var/spool/cron");
  const auto missing = look(want({{"name", "x"}, {"job", "y"}, {"user", "nobody2"}})).observed->missing;
  ASSERT_EQ(missing.size(), 2U);
  EXPECT_EQ(missing[0].what.str(), "user:nobody2");
  EXPECT_EQ(missing[1].what.str(), "directory:" + spool);
}

TEST_F(Cron, UndoPutsTheOldOneBack) {
  system.make_file(crontab, "# plumb: backup\n@weekly x\n");
  const Observed before = *look(job()).observed;
  converge(job());
  converge(*provider.restore(job(), before));
  EXPECT_EQ(system.content(crontab), "# plumb: backup\n@weekly x\n");
  system.make_file(crontab, "");
  const Observed none = *look(job()).observed;
  converge(job());
  converge(*provider.restore(job(), none));
  EXPECT_EQ(system.content(crontab), "");
}

}  // namespace
}  // namespace plumb::providers::cron
