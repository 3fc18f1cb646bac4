// Services of a host with OpenRC, by the folders that OpenRC 0.45 keeps.
#include <gtest/gtest.h>

#include "providers/sdk/testing/provider_test.h"
#include "providers/service/back_end.h"
#include "providers/service/service.h"

namespace plumb::providers::service::openrc {

const BackEnd& back_end();

namespace {

class OpenRcService : public ProviderTest<ServiceProvider> {
 protected:
  OpenRcService() {
    system.add_program("rc-service");
    system.make_file("/run/openrc/softlevel", "default\n");
    for (const char* name : {"nginx", "crond"})
      system.make_file(std::string("/etc/init.d/") + name, "#!/sbin/openrc-run\ncommand=/usr/sbin/x\n", 0755);
    system.make_file("/etc/init.d/sshd",
                     "#!/sbin/openrc-run\nextra_commands=\"checkconfig\"\n"
                     "extra_started_commands=\"reload\"\n",
                     0755);
    system.make_directory("/etc/runlevels/boot");
    system.make_link("/etc/runlevels/default/sshd", "/etc/init.d/sshd");
    counts_as("started", "sshd");
    counts_as("started", "crond");
    system.make_file("/run/openrc/daemons/crond/001", "exec=/usr/sbin/crond\npidfile=/run/crond.pid\n");
    system.make_file("/run/crond.pid", "413\n");
  }
  void counts_as(const std::string& folder, const std::string& name) {
    system.make_link("/run/openrc/" + folder + "/" + name, "/etc/init.d/" + name);
  }
  Desired want(Json attributes) { return wanted("service", "name", std::move(attributes)); }
  // The programs that the change comes to.
  std::vector<std::string> programs(const Change& change) {
    std::vector<std::string> lines;
    for (const Operation& operation : change.operations) {
      const auto& action = std::get<ServiceAction>(operation);
      EXPECT_EQ(action.manager, "openrc");
      const Result<std::vector<Step>> steps = back_end().steps(action, false);
      for (const Step& step : *steps) {
        std::string line;
        const std::vector<std::string>& argv = step.program.argv;
        // A script's own words are no matter of what it is about.
        for (std::size_t i = argv[0] == "sh" ? 4 : 0; i < argv.size(); ++i) line += (line.empty() ? "" : " ") + argv[i];
        lines.push_back(std::move(line));
      }
    }
    return lines;
  }
};

TEST_F(OpenRcService, WhatRunsAndStartsWithTheHostNeedsNothing) {
  EXPECT_TRUE(look(want({{"name", "sshd"}, {"state", "running"}, {"enabled", true}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "sshd.service"}, {"state", "running"}})).change.empty()) << "as for systemd";
  EXPECT_TRUE(look(want({{"name", "nginx"}, {"state", "stopped"}, {"enabled", false}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "nothing"}, {"state", "stopped"}})).change.empty());
  EXPECT_TRUE(system.ran().empty()) << "its folders tell all of it";
}

TEST_F(OpenRcService, StartsAndEnables) {
  const Change change = look(want({{"name", "nginx"}, {"state", "running"}, {"enabled", true}})).change;
  EXPECT_EQ(change.before, (Json{{"enabled", false}, {"state", "stopped"}}));
  EXPECT_EQ(programs(change), (std::vector<std::string>{"rc-update add nginx default", "nginx"}));
  const std::vector<Step> start = back_end().steps({"openrc", "nginx", "start"}, false).value();
  EXPECT_NE(start.at(0).program.argv.at(2).find("zap"), std::string::npos) << "what crashed counts as started";
}

TEST_F(OpenRcService, StatesAreWhatItsFoldersSay) {
  const auto state = [&](const char* name) {
    return look(want({{"name", name}, {"state", "running"}})).observed->text("state");
  };
  EXPECT_EQ(state("sshd"), "running");
  EXPECT_EQ(state("nginx"), "stopped");
  EXPECT_EQ(state("crond"), "failed") << "the process of its pidfile is no more";
  system.make_directory("/proc/413");
  EXPECT_EQ(state("crond"), "running");
  counts_as("starting", "nginx");
  EXPECT_EQ(state("nginx"), "starting");
  system.remove("/run/openrc/starting/nginx");
  counts_as("stopping", "nginx");
  EXPECT_EQ(state("nginx"), "stopping");
}

TEST_F(OpenRcService, StopsAndTakesItOutOfEveryRunlevel) {
  const Change change = look(want({{"name", "sshd"}, {"state", "stopped"}, {"enabled", false}})).change;
  EXPECT_EQ(programs(change), (std::vector<std::string>{"sshd", "sshd"}));
  const std::vector<Step> steps = back_end().steps({"openrc", "sshd", "disable"}, false).value();
  EXPECT_NE(steps.at(0).program.argv.at(2).find("rc-update del"), std::string::npos);
}

TEST_F(OpenRcService, ReloadsWhatCanReload) {
  const auto set_off = [&](const char* name) {
    const Desired desired = want({{"name", name}, {"state", "running"}, {"reload_on", {"file:*"}}});
    return programs(provider.triggered(desired, *look(desired).observed, Op::kReload));
  };
  EXPECT_EQ(set_off("sshd"), (std::vector<std::string>{"rc-service --nocolor sshd reload"}));
  counts_as("started", "nginx");
  EXPECT_EQ(set_off("nginx"), (std::vector<std::string>{"rc-service --nocolor nginx restart"}));
}

TEST_F(OpenRcService, AServiceThatIsNotThereIsMissing) {
  const Seen seen = look(want({{"name", "nothing"}, {"state", "running"}}));
  EXPECT_EQ(seen.observed->missing, (std::vector<Missing>{{{"", "unit", "nothing"}, "name"}}));
  EXPECT_EQ(back_end().made_by("/etc/init.d/nothing")->str(), "unit:nothing");
  EXPECT_FALSE(back_end().made_by("/etc/init.d/a/b"));
}

TEST_F(OpenRcService, WhatItCannotDoIsRefused) {
  EXPECT_EQ(obstacle(want({{"name", "nginx"}, {"masked", true}})), "nginx cannot be masked: OpenRC masks no services");
  EXPECT_TRUE(look(want({{"name", "nginx"}, {"masked", false}})).change.empty());
  system.make_file("/etc/init.d/nginx", "#!/sbin/openrc-run\n", 0644);
  EXPECT_EQ(obstacle(want({{"name", "nginx"}, {"state", "running"}})),
            "nginx cannot be loaded: /etc/init.d/nginx cannot be executed");
}

TEST_F(OpenRcService, NothingIsLoadedThatWouldHaveToBeLoadedAnew) {
  Desired desired = want({{"name", "nginx"}, {"state", "running"}});
  Desired script;
  script.attributes = {{"path", "/etc/init.d/nginx"}};
  provider.complete(desired, std::span(&script, 1), {});
  EXPECT_TRUE(desired.flag("unit_files", false));
  EXPECT_EQ(programs(look(desired).change), (std::vector<std::string>{"nginx"}));
}

TEST_F(OpenRcService, HowAStartEndedIsToldByItsFolders) {
  const auto state = [](const char* said) { return back_end().read_state({0, said, "", false}); };
  EXPECT_FALSE(state("started\n").failed);
  EXPECT_FALSE(state("inactive\n").failed) << "it waits for something outside";
  EXPECT_TRUE(state("starting\n").moving);
  EXPECT_TRUE(state("stopped\n").failed);
}

TEST_F(OpenRcService, OnlyWhereItStartsTheHost) {
  EXPECT_TRUE(back_end().starts(system).value());
  system.add_program("rc-update");
  system.remove("/run/openrc");
  EXPECT_FALSE(back_end().starts(system).value());
  EXPECT_TRUE(back_end().serves(system).value()) << "nothing started this host, as in a container";
  EXPECT_EQ(obstacle(want({{"name", "nginx"}, {"state", "running"}})),
            "nginx cannot be started: OpenRC is not the init system that runs here");
  EXPECT_EQ(programs(look(want({{"name", "nginx"}, {"enabled", true}})).change),
            (std::vector<std::string>{"rc-update add nginx default"}));
  system.make_directory("/run/systemd/system");
  EXPECT_FALSE(back_end().serves(system).value());
}

}  // namespace
}  // namespace plumb::providers::service::openrc
