#include "providers/wait/wait.h"

#include <gtest/gtest.h>

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::wait {
namespace {

class WaitKind : public ProviderTest<WaitProvider> {
 protected:
  static Desired want(Json attributes) {
    attributes["name"] = "it";
    return wanted("wait", "name", std::move(attributes));
  }
  // "reached: why" or "waits: why"
  std::string verdict(const Desired& desired) {
    const Seen seen = look(desired);
    if (!seen.observed) return "error: " + seen.problem->summary;
    EXPECT_EQ(seen.change.op, seen.observed->flag("reached", false) ? Op::kNone : Op::kRun);
    return (seen.change.empty() ? "reached: " : "waits: ") + seen.observed->text("why");
  }
};

TEST_F(WaitKind, APort) {
  const Desired desired = want({{"tcp", 8080}, {"within", 60}, {"stable", 2}});
  system.set_answer("port 127.0.0.1:8080 is open", "Connection refused");
  EXPECT_EQ(verdict(desired), "waits: Connection refused");
  const Change change = look(desired).change;
  EXPECT_EQ(to_json(change), Json::parse(R"({"op":"run","before":{"reached":false},"after":{"reached":true},
    "fidelity":"bounded","note":"Connection refused","operations":[{"wait":{"probe":
    {"tcp":"127.0.0.1:8080","within_seconds":60,"stable":2}}}]})"));
  system.set_answer("port 127.0.0.1:8080 is open", "");
  EXPECT_EQ(verdict(desired), "reached: port 127.0.0.1:8080 is open");
  EXPECT_EQ(provider.why_passed_over(desired, *look(desired).observed), "port 127.0.0.1:8080 is open");
}

TEST_F(WaitKind, APortThatIsToClose) {
  const Desired desired = want({{"tcp", "db.example.com:5432"}, {"state", "absent"}});
  system.set_answer("port db.example.com:5432 is open", "");
  EXPECT_EQ(verdict(desired), "waits: it is not so yet that port db.example.com:5432 is closed");
  system.set_answer("port db.example.com:5432 is open", "Connection refused");
  EXPECT_EQ(verdict(desired), "reached: port db.example.com:5432 is closed");
}

TEST_F(WaitKind, AServer) {
  const Desired desired = want({{"http", "https://app.example.com/health"}, {"status", {200, 204}}, {"body", "ok"}});
  const std::string asked = "https://app.example.com/health answers 200 or 204 with the text that is asked for";
  system.set_answer(asked, "it answered 503");
  EXPECT_EQ(verdict(desired), "waits: it answered 503");
  system.set_answer(asked, "");
  EXPECT_EQ(verdict(desired), "reached: " + asked);
}

TEST_F(WaitKind, AProgram) {
  const Desired desired = want({{"command", {"pg_isready", "-q"}}, {"expect", {0, 1}}, {"timeout", 7}});
  EXPECT_EQ(verdict(desired), "waits: `pg_isready -q` cannot be asked yet");
  system.script("pg_isready -q", {2, "", "", false});
  EXPECT_EQ(verdict(desired), "waits: `pg_isready -q` gave 2");
  system.script("pg_isready -q", {143, "", "", true});
  EXPECT_EQ(verdict(desired), "waits: `pg_isready -q` did not end within 7 s");
  system.script("pg_isready -q", {1, "", "", false});
  EXPECT_EQ(verdict(desired), "reached: `pg_isready -q` ends with 0 or 1");
  EXPECT_TRUE(system.requests().back().changes_nothing) << "a plan asks it too";
  EXPECT_EQ(system.requests().back().timeout, std::chrono::seconds(7));
}

TEST_F(WaitKind, APath) {
  const Desired desired = want({{"path", "/run/app.sock"}});
  EXPECT_EQ(verdict(desired), "waits: nothing is there");
  system.make_file("/run/app.sock", "");
  EXPECT_EQ(verdict(desired), "reached: /run/app.sock is there");
  EXPECT_EQ(verdict(want({{"path", "/run/app.sock"}, {"state", "absent"}})),
            "waits: it is not so yet that /run/app.sock is gone");
}

TEST_F(WaitKind, ATextInAFile) {
  const Desired desired = want({{"path", "/var/log/app.log"}, {"contains", "ready"}});
  system.make_file("/var/log/app.log", "starting\n");
  EXPECT_EQ(verdict(desired), "waits: the text that is asked for is not in it");
  system.make_file("/var/log/app.log", "starting\nready\n");
  EXPECT_EQ(verdict(desired), "reached: /var/log/app.log holds the text that is asked for");
  system.make_directory("/srv");
  EXPECT_EQ(verdict(want({{"path", "/srv"}, {"contains", "x"}})), "waits: it is no file");
}

TEST_F(WaitKind, WhatItWatchesMakesItWaitAnew) {
  const Desired desired = want({{"path", "/run/x"}, {"run_on", {"service:app"}}});
  system.make_file("/run/x", "");
  const Change change = provider.triggered(desired, *look(desired).observed, Op::kRun);
  EXPECT_EQ(change.op, Op::kRun);
  EXPECT_TRUE(std::holds_alternative<Wait>(change.operations.at(0)));
  EXPECT_TRUE(provider.triggered(desired, *look(desired).observed, Op::kReload).empty());
  system.remove("/run/x");
  EXPECT_TRUE(provider.triggered(desired, *look(desired).observed, Op::kRun).empty()) << "the change waits already";
}

TEST_F(WaitKind, ItAsksAboutWhatItNames) {
  const Desired desired = want({{"path", "/run/app/ready"}});
  EXPECT_TRUE(provider.asks_about(desired, "/run/app/ready"));
  EXPECT_TRUE(provider.asks_about(desired, "/run/app"));
  EXPECT_FALSE(provider.asks_about(desired, "/srv"));
  EXPECT_TRUE(provider.asks_about(want({{"command", {"test", "-e", "/srv/x"}}}), "/srv/x"));
}

TEST_F(WaitKind, FromTheControllerItIsNoMatterWhatTheHostHas) {
  const Desired desired = want({{"path", "/run/app/ready"}, {"via", "controller"}});
  EXPECT_FALSE(provider.asks_about(desired, "/run/app/ready"));
  EXPECT_EQ(look(desired).change.note, "from the controller: nothing is there");
}

TEST_F(WaitKind, NothingOfAnImageIsWaitedFor) {
  system.set_image(true);
  EXPECT_EQ(verdict(want({{"command", {"x"}}})), "reached: nothing of an image runs that could be waited for");
  const Desired watches = want({{"command", {"x"}}, {"run_on", {"file:*"}}});
  EXPECT_TRUE(provider.triggered(watches, *look(watches).observed, Op::kRun).empty());
}

}  // namespace
}  // namespace plumb::providers::wait
