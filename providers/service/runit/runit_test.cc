// Services of a host with runit, by the folders that runit 2.1 keeps.
#include <filesystem>

#include <gtest/gtest.h>

#include "providers/sdk/testing/provider_test.h"
#include "providers/service/back_end.h"
#include "providers/service/service.h"

namespace plumb::providers::service::runit {

const BackEnd& back_end();

namespace {

class RunitService : public ProviderTest<ServiceProvider> {
 protected:
  RunitService() {
    system.make_directory("/run/runit");
    system.make_directory("/var/service");
    for (const char* name : {"nginx", "sshd"})
      system.make_file("/etc/sv/" + std::string(name) + "/run", "#!/bin/sh\n", 0755);
    look_after("sshd", "run\n");
  }
  void look_after(const std::string& name, const std::string& said) {
    if (!std::filesystem::is_symlink(system.real("/var/service/" + name)))
      system.make_link("/var/service/" + name, "/etc/sv/" + name);
    system.make_file("/etc/sv/" + name + "/supervise/stat", said);
    system.make_file("/etc/sv/" + name + "/supervise/pid", "77\n");
    system.make_directory("/proc/77");
  }
  Desired want(Json attributes) { return wanted("service", "name", std::move(attributes)); }
  std::string verbs(const Change& change) {
    std::string text;
    for (const Operation& operation : change.operations) {
      const auto& action = std::get<ServiceAction>(operation);
      EXPECT_EQ(action.manager, "runit");
      text += (text.empty() ? "" : ", ") + action.verb + " " + action.unit;
    }
    return text;
  }
};

TEST_F(RunitService, WhatRunsAndIsLookedAfterNeedsNothing) {
  EXPECT_TRUE(look(want({{"name", "sshd"}, {"state", "running"}, {"enabled", true}})).change.empty());
  EXPECT_TRUE(look(want({{"name", "sshd.service"}, {"state", "running"}})).change.empty()) << "as for systemd";
  EXPECT_TRUE(look(want({{"name", "nginx"}, {"state", "stopped"}, {"enabled", false}})).change.empty());
  EXPECT_TRUE(system.ran().empty()) << "its folders tell all of it";
}

TEST_F(RunitService, StartsAndEnables) {
  const Change change = look(want({{"name", "nginx"}, {"state", "running"}, {"enabled", true}})).change;
  EXPECT_EQ(verbs(change), "enable nginx, start nginx");
  EXPECT_EQ(change.before, (Json{{"enabled", false}, {"state", "stopped"}}));
}

TEST_F(RunitService, AFileDownIsWhatIsNotEnabled) {
  system.make_file("/etc/sv/sshd/down", "");
  EXPECT_EQ(verbs(look(want({{"name", "sshd"}, {"state", "running"}, {"enabled", true}})).change), "enable sshd");
  EXPECT_TRUE(look(want({{"name", "sshd"}, {"state", "running"}, {"enabled", false}})).change.empty());
}

TEST_F(RunitService, StatesAreWhatItsSupervisorWrote) {
  const auto state = [&](const char* said) {
    look_after("nginx", said);
    return look(want({{"name", "nginx"}, {"state", "running"}})).observed->text("state");
  };
  EXPECT_EQ(state("run\n"), "running");
  EXPECT_EQ(state("run, want down\n"), "stopping");
  EXPECT_EQ(state("finish\n"), "stopping");
  EXPECT_EQ(state("down\n"), "stopped");
  system.make_file("/etc/sv/nginx/supervise/status", std::string(17, 'x') + "u..");
  EXPECT_EQ(state("down\n"), "starting");
  system.make_file("/etc/sv/nginx/supervise/status", std::string(17, 'x') + "d..");
  EXPECT_EQ(state("down\n"), "stopped");
  look_after("nginx", "run\n");
  system.remove("/proc/77");
  EXPECT_EQ(look(want({{"name", "nginx"}, {"state", "running"}})).observed->text("state"), "stopped")
      << "nobody looks after it any more";
}

TEST_F(RunitService, ReloadsWhatSaysHow) {
  const auto set_off = [&] {
    const Desired desired = want({{"name", "sshd"}, {"state", "running"}, {"reload_on", {"file:*"}}});
    return verbs(provider.triggered(desired, *look(desired).observed, Op::kReload));
  };
  EXPECT_EQ(set_off(), "restart sshd") << "a signal would end what does not know it";
  system.make_file("/etc/sv/sshd/control/h", "", 0755);
  EXPECT_EQ(set_off(), "reload sshd");
}

TEST_F(RunitService, AServiceThatIsNotThereIsMissing) {
  const Seen seen = look(want({{"name", "nothing"}, {"state", "running"}}));
  EXPECT_EQ(seen.observed->missing, (std::vector<Missing>{{{"", "unit", "nothing"}, "name"}}));
  EXPECT_EQ(back_end().made_by("/etc/sv/nothing/run")->str(), "unit:nothing");
  EXPECT_FALSE(back_end().made_by("/etc/sv/nothing/log/run"));
  EXPECT_EQ(obstacle(want({{"name", "nginx"}, {"masked", true}})), "nginx cannot be masked: runit masks no services");
  system.make_file("/etc/sv/nginx/run", "", 0644);
  EXPECT_EQ(obstacle(want({{"name", "nginx"}, {"state", "running"}})),
            "nginx cannot be loaded: /etc/sv/nginx/run cannot be executed");
}

TEST_F(RunitService, HowAStartEndedIsToldByTheStatus) {
  const auto state = [](const char* said) { return back_end().read_state({0, said, "", false}); };
  EXPECT_FALSE(state("run: /var/service/x: (pid 413) 1s; run: log: (pid 4) 9s\n").failed);
  EXPECT_TRUE(state("down: /var/service/x: 1s, normally up, want up\n").moving);
  EXPECT_TRUE(state("down: /var/service/x: 1s, normally up; run: log: (pid 4) 9s, want up\n").failed);
  EXPECT_TRUE(state("fail: /var/service/x: unable to change to service directory\n").failed);
}

TEST_F(RunitService, BesideAnotherManagerItHasToBeNamed) {
  EXPECT_TRUE(back_end().starts(system).value());
  system.make_directory("/run/systemd/system");
  EXPECT_FALSE(back_end().starts(system).value());
  const Desired named = want({{"name", "nginx"}, {"manager", "runit"}, {"state", "running"}});
  EXPECT_EQ(verbs(look(named).change), "start nginx");
  EXPECT_EQ(provider.restore(named, *look(named).observed)->text("manager"), "runit");
  system.remove("/var/service");
  EXPECT_EQ(obstacle(named), "nginx cannot be started: nothing looks after services here");
}

}  // namespace
}  // namespace plumb::providers::service::runit
