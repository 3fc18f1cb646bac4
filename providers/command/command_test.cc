#include "providers/command/command.h"

#include <gtest/gtest.h>

#include "providers/sdk/fake_system.h"

namespace plumb::providers::command {
namespace {

class Command : public testing::Test {
 protected:
  Desired want(Json attributes) {
    attributes["name"] = "it";
    if (!attributes.contains("run")) attributes["run"] = {"/bin/true"};
    Desired desired;
    desired.address = {"", "command", "it"};
    desired.attributes = std::move(attributes);
    return desired;
  }
  Seen look(const Desired& desired) { return see(provider, desired, system); }
  // "run: why" or "skip: why"
  std::string verdict(const Desired& desired) {
    const Seen seen = look(desired);
    if (!seen.observed) return "error: " + seen.problem->summary;
    EXPECT_EQ(seen.change.op, seen.observed->attributes["guard"] == "run" ? Op::kRun : Op::kNone);
    if (!seen.change.empty()) {
      EXPECT_EQ(seen.change.note, seen.observed->attributes["why"]);
    }
    return seen.observed->attributes["guard"].get<std::string>() + ": " +
           seen.observed->attributes["why"].get<std::string>();
  }
  plumb::Run run(const Desired& desired) { return std::get<plumb::Run>(look(desired).change.operations.at(0)); }

  FakeSystem system;
  CommandProvider provider;
};

TEST_F(Command, WithoutAGuardItAlwaysRunsAndSaysSo) {  // X17
  EXPECT_EQ(verdict(want({})), "run: no guard");
  EXPECT_EQ(to_json(look(want({})).change), Json::parse(R"({"op":"run","before":{},"after":{},"fidelity":"opaque",
    "note":"no guard","operations":[{"run":{"argv":["/bin/true"]}}]})"));
}

TEST_F(Command, ListsRunAsTheyAreAndTextsByAShell) {  // X01, X20
  EXPECT_EQ(run(want({{"run", {"echo", "*", "$HOME"}}})).argv, (std::vector<std::string>{"echo", "*", "$HOME"}));
  const plumb::Run script = run(want({{"run", "cat <<E\n  two\nE\n"}}));
  EXPECT_TRUE(script.argv.empty());
  EXPECT_EQ(script.script, "cat <<E\n  two\nE\n");
}

TEST_F(Command, EverythingElseGoesIntoTheOperation) {  // X06, X08, X09, X14
  system.make_directory("/srv");
  const plumb::Run made = run(want(
      {{"cwd", "/srv"}, {"env", {{"A", "1"}}}, {"as", "root"}, {"stdin", "x"}, {"timeout", 90}, {"expect", {0, 2}}}));
  EXPECT_EQ(made.cwd, "/srv");
  EXPECT_EQ(made.env.at("A"), "1");
  EXPECT_EQ(made.user, "root");
  EXPECT_EQ(made.stdin_text, "x");
  EXPECT_EQ(made.timeout_seconds, 90);
  EXPECT_EQ(made.expect, (std::vector<int>{0, 2}));
}

TEST_F(Command, CreatesAndRemoves) {  // X03, X04
  EXPECT_EQ(verdict(want({{"creates", "/opt/x"}})), "run: /opt/x does not exist");
  EXPECT_EQ(verdict(want({{"creates", {"/opt/x", "/opt/y"}}})), "run: /opt/x does not exist; /opt/y does not exist");
  EXPECT_EQ(verdict(want({{"removes", "/opt/x"}})), "skip: /opt/x does not exist (removes)");
  system.make_file("/opt/y", "");
  EXPECT_EQ(verdict(want({{"creates", {"/opt/x", "/opt/y"}}})), "skip: /opt/y exists (creates)");
  EXPECT_EQ(verdict(want({{"removes", "/opt/y"}})), "run: /opt/y exists");
  EXPECT_EQ(verdict(want({{"removes", "/opt/y"}, {"creates", "/opt/y"}})), "skip: /opt/y exists (creates)");
}

TEST_F(Command, GuardProgramsDecideByExitCode) {  // X05
  system.script("/bin/sh -c is-done", {1, "", "", false});
  system.script("test -e /x", {0, "", "", false});
  EXPECT_EQ(verdict(want({{"unless", "is-done"}})), "run: `is-done` gave 1");
  EXPECT_EQ(verdict(want({{"only_if", {"test", "-e", "/x"}}})), "run: `test -e /x` gave 0");
  EXPECT_EQ(verdict(want({{"only_if", "is-done"}})), "skip: `is-done` gave 1 (only_if)");
  EXPECT_EQ(verdict(want({{"unless", {"test", "-e", "/x"}}})), "skip: `test -e /x` gave 0 (unless)");
  EXPECT_EQ(verdict(want({{"unless", "is-done"}, {"only_if", "is-done"}})), "skip: `is-done` gave 1 (only_if)");
}

TEST_F(Command, AGuardRunsAsTheCommandWould) {
  system.make_directory("/srv");
  system.script("check", {1, "", "", false});
  verdict(want({{"unless", {"check"}}, {"cwd", "/srv"}, {"as", "root"}, {"env", {{"A", "1"}}}}));
  ASSERT_EQ(system.requests().size(), 1U);
  EXPECT_EQ(system.requests()[0].cwd, "/srv");
  EXPECT_EQ(system.requests()[0].user, "root");
  EXPECT_EQ(system.requests()[0].env.at("A"), "1");
  EXPECT_EQ(system.requests()[0].timeout, std::chrono::seconds(30));
  EXPECT_TRUE(system.requests()[0].changes_nothing);
}

TEST_F(Command, AGuardWhoseProgramIsNotThere) {
  EXPECT_EQ(verdict(want({{"unless", {"psql"}}})), "run: `psql` cannot be asked yet") << "nothing is done yet";
  const Seen seen = look(want({{"only_if", {"psql"}}}));
  EXPECT_EQ(seen.observed->missing, (std::vector<Missing>{{{"", "file", "/usr/bin/psql"}, "only_if"}}));
  EXPECT_EQ(seen.change.op, Op::kRun) << "a skip would be silent";
  EXPECT_EQ(look(want({{"only_if", {"/missing", "x"}}})).observed->missing,
            (std::vector<Missing>{{{"", "file", "/missing"}, "only_if"}}));
}

TEST_F(Command, WhatItReadsHasToBeWhatIsWanted) {
  const Desired desired = want({{"read", {"get", "x"}}, {"want", "1000"}});
  system.script("get x", {0, "  500\n", "", false});
  EXPECT_EQ(verdict(desired), "run: `get x` tells `500` instead of `1000`");
  const Change change = look(desired).change;
  EXPECT_EQ(change.before, (Json{{"guard", "run"}, {"want", "500"}}));
  EXPECT_EQ(change.after, (Json{{"guard", "skip"}, {"want", "1000"}}));
  EXPECT_TRUE(system.requests().back().changes_nothing) << "a plan asks it too";
  system.script("get x", {0, "1000\n", "", false});
  EXPECT_EQ(verdict(desired), "skip: `get x` tells what is wanted (read)");
  EXPECT_EQ(provider.why_passed_over(desired, *look(desired).observed), "`get x` tells what is wanted (read)");
  // One that fails, or is not there yet, tells nothing.
  system.script("get x", {1, "1000\n", "", false});
  EXPECT_EQ(verdict(desired), "run: `get x` gave 1");
  EXPECT_EQ(look(desired).change.before, (Json{{"guard", "run"}}));
  EXPECT_EQ(verdict(want({{"read", {"not-there"}}, {"want", "1"}})), "run: `not-there` cannot be asked yet");
  EXPECT_FALSE(provider.is_foreseeable(desired));
  EXPECT_TRUE(provider.asks_about(desired, "x"));
}

TEST_F(Command, WhatItReadsHasToMatch) {
  const Desired desired = want({{"read", "app --version"}, {"want_match", "^app 5\\.[4-9]"}});
  system.script("/bin/sh -c app --version", {0, "app 5.2\nof yesterday\n", "", false});
  EXPECT_EQ(verdict(desired), "run: `app --version` tells `app 5.2`, which `^app 5\\.[4-9]` does not match");
  EXPECT_EQ(look(desired).change.after, (Json{{"guard", "skip"}}));
  system.script("/bin/sh -c app --version", {0, "app 5.4\n", "", false});
  EXPECT_EQ(verdict(desired), "skip: `app --version` tells what is wanted (read)");
}

TEST_F(Command, OfSeveralLinesTheFirstThatIsAnotherIsTold) {
  const Desired desired = want({{"read", {"get", "x"}}, {"want", "a\nb\nc"}});
  system.script("get x", {0, "a\nB\nc\n", "", false});
  EXPECT_EQ(verdict(desired), "run: `get x` tells `B` instead of `b`");
  system.script("get x", {0, "a\nb\n", "", false});
  EXPECT_EQ(verdict(desired), "run: `get x` tells nothing instead of `c`");
  system.script("get x", {0, "a\nb\nc\nd\n", "", false});
  EXPECT_EQ(verdict(desired), "run: `get x` tells `d` instead of nothing");
}

TEST_F(Command, WhatItReadsIsComparedAsAWholeOrNotAtAll) {
  const Desired desired = want({{"read", {"get", "x"}}, {"want_match", "^a+$"}});
  system.script("get x", {0, std::string(std::size_t{64} << 10, 'a') + "b", "", false});
  EXPECT_EQ(verdict(desired), "error: `get x` prints more than 64 KiB, which is not compared");
}

TEST_F(Command, WhatItReadsBesideASecretIsNotTold) {
  Desired desired = want({{"read", {"get", "x"}}, {"want", "1000"}});
  desired.sensitive = {"env"};
  system.script("get x", {0, "hunter2", "", false});
  EXPECT_EQ(verdict(desired), "run: `get x` tells something else instead of `1000`");
  EXPECT_EQ(look(desired).change.before, (Json{{"guard", "run"}}));
}

TEST_F(Command, APlanSaysByWhichGuardItDoesNotRun) {
  system.make_file("/opt/y", "");
  const Desired made = want({{"creates", "/opt/y"}});
  EXPECT_EQ(provider.why_passed_over(made, *look(made).observed), "/opt/y exists (creates)");
  const Desired waits = want({{"run_on", {"file:*"}}});
  EXPECT_EQ(provider.why_passed_over(waits, *look(waits).observed), "") << "no guard says so";
}

TEST_F(Command, SeveralGuardsOfAKind) {  // X05
  for (const char* word : {"yes1", "yes2"}) system.script(word, {0, "", "", false});
  for (const char* word : {"no1", "no2"}) system.script(word, {1, "", "", false});
  const auto both = [](const char* one, const char* two) { return Json{{one}, {two}}; };
  EXPECT_EQ(verdict(want({{"unless", both("no1", "no2")}})), "run: `no1` gave 1; `no2` gave 1");
  EXPECT_EQ(verdict(want({{"unless", both("no1", "yes1")}})), "skip: `yes1` gave 0 (unless)");
  EXPECT_EQ(verdict(want({{"only_if", both("yes1", "yes2")}})), "run: `yes1` gave 0; `yes2` gave 0");
  EXPECT_EQ(verdict(want({{"only_if", both("yes1", "no1")}})), "skip: `no1` gave 1 (only_if)");
}

TEST_F(Command, GlobsInPaths) {  // X03
  const Json jars = "/srv/*/lib/app-[0-9].jar";
  EXPECT_EQ(verdict(want({{"creates", jars}})), "run: /srv/*/lib/app-[0-9].jar does not exist");
  EXPECT_EQ(verdict(want({{"removes", jars}})), "skip: /srv/*/lib/app-[0-9].jar does not exist (removes)");
  for (const char* other : {"/srv/a/lib/app-x.jar", "/srv/a/b/lib/app-1.jar", "/srv/.c/lib/app-1.jar", "/srv/file"})
    system.make_file(other, "");
  EXPECT_EQ(verdict(want({{"creates", jars}})), "run: /srv/*/lib/app-[0-9].jar does not exist");
  system.make_file("/srv/b/lib/app-1.jar", "");
  EXPECT_EQ(verdict(want({{"creates", jars}})), "skip: /srv/*/lib/app-[0-9].jar exists (creates)");
  EXPECT_EQ(verdict(want({{"removes", jars}})), "run: /srv/*/lib/app-[0-9].jar exists");
  system.make_file("/srv/[x]", "");
  EXPECT_EQ(verdict(want({{"creates", "/srv/\\[x\\]"}})), "skip: /srv/\\[x\\] exists (creates)");
}

TEST_F(Command, OnlyIfMayGoOnAskingForIt) {
  system.script("due", {0, "", "", false});
  const Change change = look(want({{"only_if", {"due"}}})).change;
  EXPECT_EQ(change.before, (Json{{"guard", "run"}}));
  EXPECT_EQ(change.after, Json::object());
}

TEST_F(Command, AGuardThatHangsIsAnError) {
  system.script("slow", {143, "", "", true});
  EXPECT_EQ(verdict(want({{"unless", {"slow"}}})), "error: the guard `slow` did not end within 30 s");
}

TEST_F(Command, WhatItNeedsIsToldAsMissing) {  // X06, X14
  const Seen seen = look(want({{"cwd", "/srv/app"}, {"as", "app"}, {"unless", {"check"}}}));
  EXPECT_EQ(seen.observed->missing,
            (std::vector<Missing>{{{"", "user", "app"}, "as"}, {{"", "directory", "/srv/app"}, "cwd"}}));
  EXPECT_EQ(seen.change.op, Op::kRun);
  EXPECT_TRUE(system.ran().empty()) << "a guard is not asked in a folder that is not there";
  system.make_file("/etc/f", "");
  EXPECT_EQ(look(want({{"cwd", "/etc/f"}})).observed->obstacle->summary, "/etc/f is no directory to run in");
}

TEST_F(Command, RunOnAloneRunsOnlyWhenTriggered) {  // X19
  const Desired desired = want({{"run_on", {"file:/etc/x"}}});
  EXPECT_EQ(verdict(desired), "skip: runs only when what it watches changes");
  Registry registry;
  add_to(registry);
  ASSERT_EQ(registry.find("command")->triggers.size(), 1U);
  EXPECT_EQ(registry.find("command")->triggers[0].attribute, "run_on");
  const Change change = provider.triggered(desired, *look(desired).observed, Op::kRun);
  EXPECT_EQ(change.op, Op::kRun);
  EXPECT_EQ(change.operations.size(), 1U);
  EXPECT_TRUE(provider.triggered(desired, *look(desired).observed, Op::kReload).empty());
}

TEST_F(Command, AfterALastingGuardItHasToSkip) {
  EXPECT_EQ(look(want({{"creates", "/opt/x"}})).change.after, (Json{{"guard", "skip"}}));
  system.script("q", {0, "", "", false});
  EXPECT_EQ(look(want({{"only_if", {"q"}}})).change.after, Json::object());
  EXPECT_EQ(look(want({{"only_if", {"q"}}})).change.before, (Json{{"guard", "run"}}));
}

TEST_F(Command, SealedValuesGoThroughAsTheyAre) {  // G08
  const std::string sealed = "hmac-sha256:" + std::string(64, 'a');
  Desired desired = want({{"run", sealed}, {"env", sealed}, {"stdin", sealed}});
  desired.sensitive = {"run", "env", "stdin"};
  const plumb::Run made = run(desired);
  EXPECT_EQ(made.argv, (std::vector<std::string>{sealed}));
  EXPECT_EQ(made.script, "");
  EXPECT_EQ(made.sealed_env, sealed);
  EXPECT_EQ(made.stdin_text, sealed);
  const plumb::Run plain = run(want({{"run", sealed}, {"env", {{"A", sealed}}}}));
  EXPECT_EQ(plain.script, sealed) << "a text that looks sealed is a text";
  EXPECT_EQ(plain.env.at("A"), sealed);
}

TEST_F(Command, AGuardThatIsAProgramRunsWithTheEnvironment) {
  EXPECT_TRUE(provider.observed_with(want({{"creates", "/x"}})).empty());
  for (const char* guard : {"unless", "only_if"})
    EXPECT_EQ(provider.observed_with(want({{guard, {"q"}}})), std::vector<std::string>{"env"});
}

TEST_F(Command, NothingOfAnImageIsRun) {
  system.set_image(true);
  EXPECT_EQ(verdict(want({{"unless", "x"}})),
            "error: the guard `x` cannot be asked, since programs of an image are not run");
  EXPECT_EQ(look(want({{"creates", "/x"}})).observed->obstacle->summary, "programs of an image are not run");
  system.make_file("/x", "");
  EXPECT_TRUE(look(want({{"creates", "/x"}})).change.empty());
}

TEST_F(Command, LongGuardsAreCutAtACharacter) {
  EXPECT_EQ(verdict(want({{"unless", {std::string(59, 'a') + "ää"}}})),
            "run: `" + std::string(59, 'a') + "…` cannot be asked yet");
}

}  // namespace
}  // namespace plumb::providers::command
