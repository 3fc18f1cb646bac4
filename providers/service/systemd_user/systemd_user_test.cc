// Units that an account's own systemd runs.
#include <gtest/gtest.h>

#include "providers/sdk/testing/provider_test.h"
#include "providers/service/back_end.h"
#include "providers/service/service.h"

namespace plumb::providers::service::systemd_user {

const BackEnd& back_end();

namespace {

constexpr const char* kFile = "/home/deploy/.config/systemd/user/app.service";

class UserService : public ProviderTest<ServiceProvider> {
 protected:
  UserService() {
    system.make_directory("/run/systemd/system");
    system.make_directory("/etc/systemd/system");
    system.add_program("systemctl");
    system.add_user({"deploy", 1500, 1500, "", "/home/deploy", "/bin/sh"});
    system.make_file("/run/user/1500/systemd/private", "");
  }
  Desired want(Json attributes) {
    attributes["scope"] = "user";
    if (!attributes.contains("as")) attributes["as"] = "deploy";
    return wanted("service", "name", std::move(attributes));
  }
  void show(const std::string& state, const std::string& enabled) {
    system.script("systemctl --user show *",
                  {0,
                   "Id=app.service\nLoadState=loaded\nActiveState=" + state + "\nUnitFileState=" + enabled +
                       "\nCanReload=no\nNeedDaemonReload=no\nType=simple\nFragmentPath=" + kFile + "\n",
                   "", false});
  }
  std::string verbs(const Change& change) {
    std::string text;
    for (const Operation& operation : change.operations) {
      const auto& action = std::get<ServiceAction>(operation);
      EXPECT_EQ(action.manager, "systemd_user");
      EXPECT_EQ(action.user, "deploy");
      text += (text.empty() ? "" : ", ") + action.verb + " " + action.unit;
    }
    return text;
  }
};

TEST_F(UserService, ItsOwnManagerIsAskedAsTheAccount) {
  show("inactive", "disabled");
  const Change change = look(want({{"name", "app"}, {"state", "running"}, {"enabled", true}})).change;
  EXPECT_EQ(verbs(change), "enable app.service, start app.service");
  ASSERT_EQ(system.requests().size(), 1U);
  const ProcessRequest& asked = system.requests().front();
  EXPECT_EQ(asked.user, "deploy");
  EXPECT_EQ(asked.env.at("XDG_RUNTIME_DIR"), "/run/user/1500");
  const std::vector<Step> steps = back_end().steps(std::get<ServiceAction>(change.operations.front()), false).value();
  EXPECT_EQ(steps.at(0).program.user, "deploy");
  EXPECT_EQ(steps.at(0).program.argv.back(), "app.service");
}

TEST_F(UserService, AUnitOfTheHostAndOneOfEachAccountAreThree) {
  const auto claim = [&](const Desired& desired) { return provider.claims(desired).at(0); };
  EXPECT_EQ(claim(want({{"name", "app"}})), "the unit app.service of deploy");
  EXPECT_EQ(claim(want({{"name", "app"}, {"as", "web"}})), "the unit app.service of web");
  EXPECT_EQ(claim(wanted("service", "name", {{"name", "app"}})), "the unit app.service");
}

TEST_F(UserService, HostsAndAccountsAreAskedApart) {
  show("active", "enabled");
  system.script("systemctl show *",
                {0, "Id=app.service\nLoadState=loaded\nActiveState=failed\nUnitFileState=disabled\n", "", false});
  const Desired of_host = wanted("service", "name", {{"name", "app"}, {"state", "running"}});
  const Desired of_account = want({{"name", "app"}, {"state", "running"}});
  const Desired* const all[] = {&of_account, &of_host};
  const auto told = provider.observe(all, system);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[0]->text("state"), "running");
  EXPECT_EQ(told[1]->text("state"), "failed");
}

TEST_F(UserService, WhereNobodyIsLoggedInUnitsAreFiles) {
  system.remove("/run/user/1500");
  system.make_file(kFile, "[Service]\nExecStart=/x\n[Install]\nWantedBy=default.target\n");
  const Desired enabled = want({{"name", "app"}, {"enabled", true}});
  EXPECT_EQ(verbs(look(enabled).change), "enable app.service");
  system.make_link("/home/deploy/.config/systemd/user/default.target.wants/app.service", kFile);
  EXPECT_TRUE(look(enabled).change.empty());
  const Desired running = want({{"name", "app"}, {"state", "running"}});
  EXPECT_EQ(obstacle(running),
            "app.service cannot be started: nobody is logged in as deploy, so no manager of its units runs");
  EXPECT_EQ(look(running).observed->obstacle->goes, ObstacleGoes::kWithAnything);
  EXPECT_TRUE(system.ran().empty());
}

TEST_F(UserService, ItIsMissedByTheFileThatWouldMakeIt) {
  system.remove("/run/user/1500");
  const Seen seen = look(want({{"name", "app"}, {"enabled", true}}));
  ASSERT_EQ(seen.observed->missing.size(), 1U);
  EXPECT_EQ(seen.observed->missing[0].what, *back_end().made_by(kFile));
  EXPECT_FALSE(back_end().made_by("/etc/systemd/system/app.service"));
  EXPECT_FALSE(back_end().made_by("/home/deploy/.config/systemd/user/app.service.d/x.conf"));
  EXPECT_TRUE(provider.is_made_of(want({{"name", "app"}}), kFile));
  EXPECT_FALSE(provider.is_made_of(want({{"name", "app"}}), "/etc/systemd/system/app.service"));
}

TEST_F(UserService, AnAccountThatIsMadeBeforeIsWaitedFor) {
  const Desired desired = want({{"name", "app"}, {"state", "running"}, {"as", "nobody-yet"}});
  const Seen seen = look(desired);
  ASSERT_EQ(seen.observed->missing.size(), 2U);
  EXPECT_EQ(seen.observed->missing[0].what.str(), "user:nobody-yet");
  EXPECT_EQ(seen.observed->missing[1].what, *back_end().made_by("/etc/systemd/user/app.service"));
  system.make_file("/usr/lib/systemd/user/app.service", "[Service]\n");
  EXPECT_EQ(look(desired).observed->missing.size(), 1U) << "a unit of every account";
  EXPECT_EQ(seen.change.fidelity, Fidelity::kBounded);
  EXPECT_EQ(provider.infers(desired).front().str(), "user:nobody-yet");
}

TEST_F(UserService, UndoAsksTheSameManager) {
  show("inactive", "disabled");
  const Desired desired = want({{"name", "app"}, {"state", "running"}, {"enabled", true}});
  EXPECT_EQ(provider.restore(desired, *look(desired).observed)->attributes,
            (Json{{"name", "app"}, {"scope", "user"}, {"as", "deploy"}, {"state", "stopped"}, {"enabled", false}}));
}

}  // namespace
}  // namespace plumb::providers::service::systemd_user
