// Plans that nobody has reason to trust: each breaks one thing that holds of every plan.
#include "engine/plan/verify.h"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/plan/artifact.h"
#include "engine/testing/kinds.h"

namespace plumb::plan {
namespace {

using ::testing::HasSubstr;

Action change(const std::string& address, Op op, std::vector<Operation> operations) {
  Action action;
  action.desired.address = *Address::parse(address);
  action.op = op;
  action.operations = std::move(operations);
  return action;
}

// A text is made, a lamp relit for it, and somebody asked whether it shines; another text waits for all that.
Actions good_actions() {
  Action note = change("note:/a", Op::kCreate, {WriteFile{"/a", digest("new"), {}, false, false, ""}});
  note.desired.attributes = {{"at", "/a"}, {"text", digest("new")}};
  note.after = {{"text", digest("new")}};
  note.confirm_within = 60;
  Action lamp = change("lamp:l", Op::kRestart, {ServiceAction{"systemd", "l.service", "restart"}});
  lamp.desired.attributes = {{"name", "l"}};
  lamp.seen = {true, false, {{"lit", true}}};
  lamp.triggered = true;
  lamp.triggered_by = {"note:/a"};
  Action probe = change("lamp:l", Op::kVerify, {Probe{}});
  probe.triggered = true;
  probe.triggered_by = {"lamp:l"};
  probe.needs = {"lamp:l"};
  Action last = change("note:/b", Op::kUpdate, {});
  last.desired.attributes = {{"at", "/b"}};
  last.seen.exists = true;
  last.after = testing::made_up_kinds().provider("note")->asked_for(last.desired);
  last.fidelity = Fidelity::kBounded;
  last.needs = {"lamp:l", "note:/a"};
  last.unknown_until = {"note:/a"};
  last.owes = {{"lamp:other", Op::kReload}};
  return {note, lamp, probe, last};
}

Plan plan_with(const Actions& actions) {
  Plan plan;
  plan.hosts["h1"].actions = ActionList(actions);
  plan.hosts["h1"].locks = {{"note:/held*", "ada", "", "2026-01-02T05:04:05Z"}};
  plan.hosts["h1"].held_back = {{"note:/held", Op::kUpdate, "note:/held*", ""},
                                {"lamp:held", Op::kNone, "", "note:/held"}};
  plan.blobs[digest("new")] = "new";
  plan.rollout.emplace();
  plan.rollout->waves = {{"", false, {"h1"}}};
  return plan;
}

std::string problem_of(const Plan& plan) {
  return verify(plan, testing::made_up_kinds());
}

TEST(Verify, WhatPlumbMakesHolds) {
  EXPECT_EQ(problem_of(plan_with(good_actions())), "");
  EXPECT_EQ(problem_of(Plan()), "");
  Actions owed = good_actions();
  owed[1].pending = true;
  owed[1].triggered_by = {"note:/of-an-earlier-run"};
  EXPECT_EQ(problem_of(plan_with(owed)), "");
}

struct Break {
  const char* name;
  std::function<void(Actions&)> how;
  const char* said;
};
void PrintTo(const Break& one, std::ostream* out) {
  *out << one.name;
}

class BrokenActions : public ::testing::TestWithParam<Break> {};

TEST_P(BrokenActions, AreTold) {
  Actions actions = good_actions();
  GetParam().how(actions);
  // As they are: packed they would lose what no document can say.
  const Plan plan = plan_with(good_actions());
  const std::string problem = verify(plan.hosts.at("h1"), actions, testing::made_up_kinds());
  EXPECT_THAT(problem.empty() ? verify_contents(plan, actions) : problem, HasSubstr(GetParam().said));
}

INSTANTIATE_TEST_SUITE_P(
    Verify, BrokenActions,
    ::testing::Values(
        Break{"NeedsNothing", [](Actions& a) { a[0].needs = {"note:/b"}; }, "waits for note:/b, which is no earlier"},
        Break{"NeedsItself", [](Actions& a) { a[0].needs = {"note:/a"}; }, "waits for note:/a"},
        Break{"WaitsForNothing", [](Actions& a) { a[3].unknown_until = {"note:/x"}; }, "waits for note:/x"},
        Break{"SetOffByNothing", [](Actions& a) { a[1].triggered_by = {"note:/b"}; }, "note:/b sets it off"},
        Break{"SetOffByNobody", [](Actions& a) { a[1].triggered_by.clear(); }, "nothing sets it off"},
        Break{"Twice", [](Actions& a) { a.push_back(a[3]); }, "stands twice"},
        Break{"ProbeFirst", [](Actions& a) { std::swap(a[1], a[2]); }, "waits for lamp:l"},
        Break{"NoOp", [](Actions& a) { a[3].op = Op::kNone; }, "does nothing"},
        Break{"CreatedTwice",
              [](Actions& a) {
                a[0].before = {{"text", "x"}};
              },
              "there before it is created"},
        Break{"HalfDeleted",
              [](Actions& a) {
                a[3].op = Op::kDelete;
                a[3].after = {{"text", "x"}};
              },
              "left of it"},
        Break{"TooExact", [](Actions& a) { a[3].fidelity = Fidelity::kExact; }, "known only when its turn comes"},
        Break{"Clear",
              [](Actions& a) {
                a[0].desired.sensitive = {"keeper"};
                a[0].after["keeper"] = "hunter2";
              },
              "`keeper` is sensitive and stands there in clear"},
        Break{"UnknownKind", [](Actions& a) { a[3].desired.address.kind = "file"; }, "there is no kind `file`"},
        Break{"OperationOfAnother",
              [](Actions& a) {
                Run run;
                run.script = "rm -rf /";
                a[0].operations.push_back(run);
              },
              "run is no operation of it"},
        Break{"PathOfAnother",
              [](Actions& a) {
                a[0].operations = {WriteFile{"/etc/passwd", digest("new"), {}, false, false, ""}};
              },
              "write_file is about /etc/passwd, which is not its own"},
        Break{"PathBesideIt",
              [](Actions& a) {
                a[0].operations.push_back(Remove{"/ab", false, false});
              },
              "remove is about /ab, which"},
        Break{"PathThatLeadsOut",
              [](Actions& a) {
                a[0].operations.push_back(Remove{"/a/../b", false, false});
              },
              "remove is about /a/../b, which"},
        Break{"PathOfNobody",
              [](Actions& a) {
                a[3].operations = {Remove{"", false, false}};
              },
              "which no project can write"},
        Break{"ProbeThatActs",
              [](Actions& a) {
                a[2].operations.push_back(Remove{"/a", false, false});
              },
              "no operation"},
        Break{"ChangeThatAsks", [](Actions& a) { a[0].operations.push_back(Probe{}); }, "no operation of it"},
        Break{"ProbeThatOwes",
              [](Actions& a) {
                a[2].owes = {{"lamp:x", Op::kReload}};
              },
              "it is no probe"},
        Break{"OwedCreate",
              [](Actions& a) {
                a[3].owes = {{"lamp:x", Op::kCreate}};
              },
              "it owes a create"},
        Break{"CannotBeUndone",
              [](Actions& a) {
                a[3].confirm_within = 60;
                a[3].operations = {Remove{"/b", true, false}};
              },
              "the host cannot undo it"},
        Break{"ContentElsewhere",
              [](Actions& a) {
                a[0].desired.attributes["text"] = a[0].after["text"] = digest("other");
                a[0].operations = {WriteFile{"/a", digest("other"), {}, false, false, ""}};
              },
              "what note:/a writes is not in it"}),
    [](const auto& one) { return one.param.name; });

// What the kind itself would not have made of it.
INSTANTIATE_TEST_SUITE_P(
    Derivation, BrokenActions,
    ::testing::Values(
        Break{"ContentOfAnother",
              [](Actions& a) {
                a[0].operations = {WriteFile{"/a", digest("other"), {}, false, false, ""}};
              },
              "its operations are not those that its kind makes of it"},
        Break{"OneMore",
              [](Actions& a) {
                a[0].confirm_within = 0;
                a[0].operations.push_back(Remove{"/a/left/over", false, false});
              },
              "its operations are not those that its kind makes of it"},
        Break{"OneLess", [](Actions& a) { a[0].operations.clear(); }, "its operations are not those"},
        Break{"AnotherOp", [](Actions& a) { a[0].op = Op::kUpdate; }, "its kind would have it a create"},
        Break{"AnotherResult", [](Actions& a) { a[0].after["text"] = digest("x"); },
              "what it leaves is not what is asked for"},
        Break{"OtherBefore",
              [](Actions& a) {
                a[1].before = {{"lit", false}};
              },
              "what it changes is not what was observed"},
        Break{"AnotherNote", [](Actions& a) { a[0].note = "harmless"; }, "its note is not what its kind says"},
        Break{"LessKnown", [](Actions& a) { a[0].fidelity = Fidelity::kBounded; }, "not known as well as it says"},
        Break{"NothingToRestart", [](Actions& a) { a[1].seen = {}; }, "its kind would do nothing"},
        Break{"NothingToDo", [](Actions& a) { a[3].unknown_until.clear(); }, "its kind would do nothing"},
        Break{"OtherResultLater",
              [](Actions& a) {
                a[3].after = {{"at", "/c"}};
              },
              "what it leaves is not what is asked for"},
        Break{"OtherType",
              [](Actions& a) {
                a[3].seen.attributes = {{"mode", 644}};
              },
              "`mode` has another type"}),
    [](const auto& one) { return one.param.name; });

// A lamp waits for a note, and is to be lit.
Actions waits_for_note_at(const std::string& path, bool decided_later) {
  Action note = change("note:" + path, Op::kCreate, {WriteFile{path, digest("new"), {}, false, false, ""}});
  note.desired.attributes = {{"at", path}, {"text", digest("new")}};
  note.after = {{"text", digest("new")}};
  Action lamp = change("lamp:l", Op::kUpdate, {ServiceAction{"systemd", "l.service", "start"}});
  lamp.desired.attributes = {{"name", "l"}, {"lit", true}};
  lamp.seen = {true, false, {{"lit", false}}};
  lamp.before = {{"lit", false}};
  lamp.after = {{"lit", true}};
  lamp.fidelity = Fidelity::kBounded;
  lamp.needs = lamp.unknown_until = {note.desired.address.str()};
  if (decided_later) {
    lamp.operations.clear();
    lamp.before = Json::object();
    lamp.after = testing::made_up_kinds().provider("lamp")->asked_for(lamp.desired);
  }
  return {note, lamp};
}

TEST(Verify, OperationsAreLeftOutWhereTheyFollowFromWhatIsAwaitedAndNowhereElse) {
  EXPECT_EQ(problem_of(plan_with(waits_for_note_at("/a", false))), "");
  EXPECT_THAT(problem_of(plan_with(waits_for_note_at("/a", true))), HasSubstr("what it changes is not"));
  EXPECT_EQ(problem_of(plan_with(waits_for_note_at("/wires/l", true))), "");
  EXPECT_THAT(problem_of(plan_with(waits_for_note_at("/wires/l", false))), HasSubstr("decided only when its turn"));
}

// Another spelling of a path would be another resource beside the one that a project has at it.
TEST(Verify, APathThatNoProjectCanWriteIsRefused) {
  EXPECT_EQ(problem_of(plan_with(waits_for_note_at("/a/b c/...", false))),
            problem_of(plan_with(waits_for_note_at("/a", false))));
  for (const char* path : {"//a", "/a//b", "/a/../b", "/a/.", "/a/", "a", "/.."})
    EXPECT_THAT(problem_of(plan_with(waits_for_note_at(path, false))), HasSubstr("no project can write the path"))
        << path;
}

TEST(Verify, TurnsAreGivenToThoseWhoHaveSomethingToDo) {
  Plan plan = plan_with(good_actions());
  plan.rollout->waves.push_back({"", false, {"h1"}});
  EXPECT_EQ(problem_of(plan), "h1 has two turns");
  plan.rollout->waves = {{"", false, {"h2"}}};
  EXPECT_EQ(problem_of(plan), "h2 has a turn and nothing to do");
  plan.rollout->waves.clear();
  EXPECT_EQ(problem_of(plan), "h1 has something to do and no turn");
  plan.rollout.reset();
  EXPECT_EQ(problem_of(plan), "");
  plan.unplanned["h1"] = "PL3001";
  EXPECT_EQ(problem_of(plan), "h1 is planned and is not");
}

TEST(Verify, WhatIsHeldBackSaysWhy) {
  Plan plan = plan_with(good_actions());
  const std::vector<HeldBack> good = plan.hosts["h1"].held_back;
  const auto with = [&](std::size_t at, HeldBack held) {
    plan.hosts["h1"].held_back = good;
    plan.hosts["h1"].held_back[at] = std::move(held);
    return problem_of(plan);
  };
  EXPECT_THAT(with(0, {"note:/held", Op::kUpdate, "note:/other", ""}), HasSubstr("a lock that is not there"));
  EXPECT_THAT(with(0, {"note:/held", Op::kUpdate, "", ""}), HasSubstr("by nothing, or by two things"));
  EXPECT_THAT(with(1, {"lamp:held", Op::kNone, "", "note:/free"}), HasSubstr("for note:/free, which is not"));
  EXPECT_THAT(with(0, {"note:/a", Op::kUpdate, "note:/held*", ""}), HasSubstr("is held back and has an action"));
}

TEST(Verify, AFileWithABrokenPlanIsRefused) {
  Actions actions = good_actions();
  actions[3].needs = {"note:/nowhere"};
  Plan plan = plan_with(actions);
  plan.hosts["h1"].facts = plan.hosts["h1"].ir = digest("");
  const Result<Plan> read = read_artifact(write_artifact(plan).bytes, testing::made_up_kinds());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code(), Code::kPlanBroken);
  EXPECT_THAT(read.error().summary(), HasSubstr("on h1, update note:/b: it waits for note:/nowhere"));
}

}  // namespace
}  // namespace plumb::plan
