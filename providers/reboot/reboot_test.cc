#include "providers/reboot/reboot.h"

#include <gtest/gtest.h>

#include "providers/sdk/testing/provider_test.h"

namespace plumb::providers::reboot {
namespace {

class RebootKind : public ProviderTest<RebootProvider> {
 protected:
  static Desired want(Json attributes) {
    attributes["name"] = "it";
    return wanted("reboot", "name", std::move(attributes));
  }
  // "due: why" or "not due: why"
  std::string verdict(const Desired& desired) {
    const Seen seen = look(desired);
    if (!seen.observed) return "error: " + seen.problem->summary;
    EXPECT_EQ(seen.change.op, seen.observed->flag("due", false) ? Op::kRun : Op::kNone);
    return (seen.change.empty() ? "not due: " : "due: ") + seen.observed->text("why");
  }
};

TEST_F(RebootKind, AFileThatAsksForIt) {  // O09
  const Desired desired = want({{"when_exists", {"/run/reboot-required", "/run/other"}}, {"within", 900}});
  EXPECT_EQ(verdict(desired), "not due: /run/reboot-required does not exist (when_exists)");
  EXPECT_EQ(provider.why_passed_over(desired, *look(desired).observed),
            "/run/reboot-required does not exist (when_exists)");
  system.make_file("/run/other", "");
  EXPECT_EQ(verdict(desired), "due: /run/other exists");
  EXPECT_EQ(to_json(look(desired).change), Json::parse(R"({"op":"run","before":{"due":true},"after":{"due":false},
    "fidelity":"bounded","note":"/run/other exists","operations":[{"reboot":{"within_seconds":900}}]})"));
}

TEST_F(RebootKind, AProgramThatAsksForIt) {
  const Desired desired = want({{"unless", {"needs-restarting", "-r"}}});
  EXPECT_EQ(verdict(desired), "not due: `needs-restarting -r` cannot be asked");
  system.script("needs-restarting -r", {0, "", "", false});
  EXPECT_EQ(verdict(desired), "not due: `needs-restarting -r` gave 0 (unless)");
  system.script("needs-restarting -r", {1, "", "", false});
  EXPECT_EQ(verdict(desired), "due: `needs-restarting -r` gave 1");
  EXPECT_TRUE(system.requests().back().changes_nothing);
}

TEST_F(RebootKind, BothHaveToAskForIt) {
  system.script("check", {1, "", "", false});
  const Desired desired = want({{"when_exists", "/run/x"}, {"unless", "check"}});
  system.script("/bin/sh -c check", {1, "", "", false});
  EXPECT_EQ(verdict(desired), "not due: /run/x does not exist (when_exists)");
  system.make_file("/run/x", "");
  EXPECT_EQ(verdict(desired), "due: /run/x exists; `check` gave 1");
}

TEST_F(RebootKind, WhenWhatItWatchesChanges) {
  const Desired desired = want({{"run_on", {"package:linux*"}}, {"notice", "a new kernel"}});
  EXPECT_EQ(verdict(desired), "not due: restarts only when what it watches changes");
  EXPECT_EQ(provider.why_passed_over(desired, *look(desired).observed), "") << "no condition says so";
  const Change change = provider.triggered(desired, *look(desired).observed, Op::kRun);
  EXPECT_EQ(std::get<Reboot>(change.operations.at(0)), (Reboot{600, "a new kernel"}));
  EXPECT_TRUE(provider.triggered(desired, *look(desired).observed, Op::kRestart).empty());
}

TEST_F(RebootKind, AnImageIsNotRestarted) {
  system.set_image(true);
  const Desired desired = want({{"run_on", {"package:linux*"}}});
  EXPECT_EQ(verdict(desired), "not due: an image is not restarted");
  EXPECT_TRUE(provider.triggered(desired, *look(desired).observed, Op::kRun).empty());
}

}  // namespace
}  // namespace plumb::providers::reboot
