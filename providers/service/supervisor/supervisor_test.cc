// Programs of supervisor, by what supervisorctl 4.2 prints.
#include <gtest/gtest.h>

#include "providers/sdk/testing/provider_test.h"
#include "providers/service/back_end.h"
#include "providers/service/service.h"

namespace plumb::providers::service::supervisor {

const BackEnd& back_end();

namespace {

class SupervisorService : public ProviderTest<ServiceProvider> {
 protected:
  SupervisorService() {
    system.add_program("supervisorctl");
    system.make_directory("/run/systemd/system");
    system.script("supervisorctl status", {3,
                                           "app                              RUNNING   pid 412, uptime 0:01:02\n"
                                           "broken                           FATAL     Exited too quickly\n"
                                           "idle                             STOPPED   Not started\n"
                                           "web:web_00                       RUNNING   pid 413, uptime 0:01:02\n"
                                           "web:web_01                       STARTING\n",
                                           "", false});
  }
  Desired want(Json attributes) {
    attributes["manager"] = "supervisor";
    return wanted("service", "name", std::move(attributes));
  }
  std::string verbs(const Change& change) {
    std::string text;
    for (const Operation& operation : change.operations) {
      const auto& action = std::get<ServiceAction>(operation);
      EXPECT_EQ(action.manager, "supervisor");
      text += (text.empty() ? "" : ", ") + action.verb + " " + action.unit;
    }
    return text;
  }
};

TEST_F(SupervisorService, StatesAreWhatItPrints) {
  EXPECT_TRUE(look(want({{"name", "app"}, {"state", "running"}})).change.empty());
  EXPECT_EQ(verbs(look(want({{"name", "idle"}, {"state", "running"}})).change), "start idle");
  EXPECT_EQ(look(want({{"name", "broken"}, {"state", "running"}})).change.before, (Json{{"state", "failed"}}));
  EXPECT_EQ(verbs(look(want({{"name", "app"}, {"state", "stopped"}})).change), "stop app");
}

TEST_F(SupervisorService, AGroupRunsWhereAllOfItDoes) {
  const Seen seen = look(want({{"name", "web"}, {"state", "running"}}));
  EXPECT_EQ(seen.observed->text("state"), "starting");
  EXPECT_EQ(verbs(seen.change), "daemon_reload web:*, start web:*");
  EXPECT_TRUE(look(want({{"name", "web:web_00"}, {"state", "running"}})).change.empty());
}

TEST_F(SupervisorService, AProgramOfTheProjectsOwnIsReadAndStarted) {
  Desired desired = want({{"name", "new"}, {"state", "running"}});
  Desired section;
  section.attributes = {{"path", "/etc/supervisor/conf.d/new.conf"}};
  provider.complete(desired, std::span(&section, 1), {});
  const Seen seen = look(desired);
  EXPECT_EQ(verbs(seen.change), "daemon_reload new, start new");
  ASSERT_EQ(seen.observed->missing.size(), 1U);
  EXPECT_EQ(seen.observed->missing[0].what, *back_end().made_by("/etc/supervisor/conf.d/new.conf"));
  EXPECT_TRUE(provider.is_made_of(desired, "/etc/supervisor/conf.d/new.conf"));
  EXPECT_FALSE(provider.is_made_of(desired, "/etc/supervisor/conf.d/other.conf"));
  EXPECT_EQ(back_end().steps({"supervisor", "new", "daemon_reload"}, false).value().at(0).program.argv.back(), "new");
}

TEST_F(SupervisorService, ItCannotReload) {
  const Desired desired = want({{"name", "app"}, {"state", "running"}, {"reload_on", {"file:*"}}});
  EXPECT_EQ(verbs(provider.triggered(desired, *look(desired).observed, Op::kReload)), "restart app");
}

TEST_F(SupervisorService, WhereItDoesNotAnswerNothingCanBeStarted) {
  system.script("supervisorctl status", {4, "unix:///var/run/supervisor.sock no such file\n", "", false});
  EXPECT_EQ(obstacle(want({{"name", "app"}, {"state", "running"}})),
            "app cannot be started: supervisord does not answer: unix:///var/run/supervisor.sock no such file");
  FakeSystem bare;
  const Seen seen = see(provider, want({{"name", "app"}, {"state", "running"}}), bare);
  ASSERT_FALSE(seen.observed->missing.empty());
  EXPECT_EQ(seen.observed->missing[0].what.str(), "package:supervisor");
}

TEST_F(SupervisorService, AUnitOfTheHostIsAnother) {
  const Desired here = want({{"name", "app"}, {"state", "running"}});
  const Desired there = wanted("service", "name", {{"name", "app"}, {"state", "running"}});
  EXPECT_EQ(provider.claims(here), (std::vector<std::string>{"the unit app of supervisor"}));
  EXPECT_EQ(provider.claims(there), (std::vector<std::string>{"the unit app.service"}));
}

}  // namespace
}  // namespace plumb::providers::service::supervisor
