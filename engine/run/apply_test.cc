// Requests from end to end over hosts that a test scripts: waves, resuming, late reports, lost connections, stopping.
#include "engine/run/apply.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "engine/base/memory_files.h"
#include "engine/history/sqlite_history.h"
#include "engine/run/testing/broken_history.h"
#include "engine/run/testing/scripted_hosts.h"
#include "engine/testing/kinds.h"
#include "engine/testing/scratch_folder.h"

namespace plumb::run {
namespace {

class ApplyTest : public ::testing::Test {
 protected:
  ApplyTest() { write("", "h[1:3]"); }

  // Each host is to have three files.
  void write(const std::string& rollout, const std::string& hosts) {
    folder_.write("plumb.yaml", "plumb: v1\nproject: edge\n" + rollout +
                                    "resources:\n"
                                    "  - note: /etc/one\n    text: \"1\\n\"\n"
                                    "  - note: /etc/two\n    text: \"2\\n\"\n"
                                    "  - note: /etc/three\n    text: \"3\\n\"\n");
    folder_.write("hosts.yaml", "plumb: v1\nhosts:\n  " + hosts + ":\n");
  }

  std::unique_ptr<Workspace> workspace() { return workspace(folder_.path()); }
  std::unique_ptr<Workspace> workspace(const Folder& folder) {
    Diagnostics found;
    WorkspaceRequest request;
    request.folder = folder;
    request.limit = limit_;
    auto workspace = Workspace::load(request, kinds_, history_, found, sources_);
    for (const Diagnostic& one : found.items()) ADD_FAILURE() << one.summary;
    return workspace;
  }

  RunContext context() {
    FleetOptions options;
    options.forks = 1;  // so that hosts come one after the other, by name
    return {broken_ ? static_cast<history::RunStore&>(*broken_) : history_,
            hosts_,
            control_,
            options,
            [this](const RunEvent& event) {
              if (on_event_) on_event_(event);
            },
            [this](const Diagnostics& found) {
              for (const Diagnostic& one : found.items()) told_ += code_name(one.code) + " " + one.summary + "\n";
            }};
  }

  ApplyResult apply(ApplyRequest request, const std::string& run) {
    request.run = run;
    request.operator_name = "ada@desk";
    const auto loaded = workspace();
    return run::apply(*loaded, std::move(request), context());
  }
  ApplyResult apply(const std::string& run) {
    ApplyRequest request;
    request.what = PlanRequest();
    return apply(std::move(request), run);
  }
  ApplyResult resume(const std::string& earlier, const std::string& run) {
    Diagnostics found;
    Result<SavedPlan> saved = plan_to_resume(history_, kinds_, earlier, found);
    if (!saved) {
      ADD_FAILURE() << saved.error().summary();
      return {};
    }
    context().tell(found);
    ApplyRequest request;
    request.what = std::move(*saved);
    return apply(std::move(request), run);
  }

  history::RunRecord recorded(const std::string& run) {
    Result<history::RunRecord> record = history_.run(run);
    EXPECT_TRUE(record.has_value()) << record.error().summary();
    return record ? *record : history::RunRecord();
  }
  std::map<std::string, std::optional<HostState>> states(const std::string& run) {
    std::map<std::string, std::optional<HostState>> states;
    for (const history::HostEntry& host : recorded(run).hosts) states[host.name] = host.state;
    return states;
  }
  static std::map<std::string, HostOutcome> outcomes(const ApplyResult& result) {
    std::map<std::string, HostOutcome> outcomes;
    for (const auto& [name, host] : result.hosts) outcomes[name] = host.outcome;
    return outcomes;
  }

  const Registry kinds_ = ::plumb::testing::made_up_kinds();
  ::plumb::testing::ScratchFolder folder_;
  history::SqliteHistory history_{folder_.path() / ".plumb" / "history.db"};
  std::optional<testing::BrokenHistory> broken_;  // in its place
  testing::ScriptedHosts hosts_;
  Control control_;
  lang::SourceMap sources_;
  std::function<void(const RunEvent&)> on_event_;
  std::string told_;
  std::string limit_;  // of --limit
};

using States = std::map<std::string, std::optional<HostState>>;
using Outcomes = std::map<std::string, HostOutcome>;

TEST_F(ApplyTest, WhatWasDoneIsInTheHistory) {
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kOk);
  EXPECT_TRUE(result.begun);
  const history::RunRecord record = recorded("r1");
  EXPECT_EQ(record.summary.outcome, RunOutcome::kOk);
  EXPECT_EQ(record.summary.exit_code, 0);
  EXPECT_EQ(record.summary.operator_name, "ada@desk");
  EXPECT_EQ(record.summary.changed, 9);
  EXPECT_EQ(record.summary.plan, result.plan_id);
  ASSERT_EQ(record.actions.size(), 9U);
  EXPECT_EQ(record.actions[0].action.outcome, ActionOutcome::kChanged);
  EXPECT_FALSE(history_.verify()->broken.has_value());
}

TEST_F(ApplyTest, WavesGoOneAfterTheOther) {
  write("rollout: {canary: 1, batch: 2}\n", "h[1:5]");
  std::string order;
  on_event_ = [&](const RunEvent& event) {
    if (event.kind == RunEvent::Kind::kWave) order += event.wave->canary ? "canary:" : "wave:";
    if (event.kind == RunEvent::Kind::kApplying) order += " " + event.host;
    if (event.kind == RunEvent::Kind::kHostDone) order += ".";
  };
  EXPECT_EQ(apply("r1").outcome, RunOutcome::kOk);
  EXPECT_EQ(order, "canary: h1.wave: h2. h3.wave: h4. h5.");
}

TEST_F(ApplyTest, ACanaryThatFailsHoldsTheOthers) {
  write("rollout: {canary: 1}\n", "h[1:3]");
  hosts_.scripts["h1"].fails_at = 1;
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kFailed);
  EXPECT_EQ(outcomes(result),
            (Outcomes{{"h1", HostOutcome::kFailed}, {"h2", HostOutcome::kHeld}, {"h3", HostOutcome::kHeld}}));
  EXPECT_EQ(states("r1"),
            (States{{"h1", HostState::kFailed}, {"h2", HostState::kNotStarted}, {"h3", HostState::kNotStarted}}));
  EXPECT_EQ(hosts_.count("apply"), 1);
  EXPECT_NE(told_.find("the roll-out was stopped: 1 of 3 hosts failed, and 0 are tolerated in the run"),
            std::string::npos)
      << told_;
}

TEST_F(ApplyTest, AResumedRunTakesTheHostsThatDidNotEndWell) {
  hosts_.scripts["h2"].fails_at = 0;
  EXPECT_EQ(apply("r1").outcome, RunOutcome::kFailed);
  hosts_.scripts.erase("h2");
  const int observed = hosts_.count("observe");

  const ApplyResult result = resume("r1", "r2");
  EXPECT_EQ(result.outcome, RunOutcome::kOk);
  EXPECT_EQ(outcomes(result), (Outcomes{{"h2", HostOutcome::kOk}}));
  EXPECT_EQ(states("r2"), (States{{"h2", HostState::kOk}}));
  EXPECT_EQ(recorded("r2").summary.plan, recorded("r1").summary.plan);
  EXPECT_EQ(hosts_.count("observe"), observed) << "a plan that was made before is not made again";

  const ApplyResult rest = resume("last", "r3");
  EXPECT_TRUE(rest.nothing);
  EXPECT_FALSE(rest.begun);
  Diagnostics found;
  EXPECT_EQ(plan_to_resume(history_, kinds_, "r9", found).error().code(), Code::kNoSuchRun);
}

TEST_F(ApplyTest, WhereNothingIsLeftNoRunBegins) {
  hosts_.scripts["h2"].fails_at = 0;
  EXPECT_EQ(apply("r1").outcome, RunOutcome::kFailed);
  hosts_.scripts.erase("h2");

  limit_ = "h1";
  const ApplyResult none = resume("last", "r2");
  EXPECT_EQ(none.outcome, RunOutcome::kOk);
  EXPECT_TRUE(none.nothing);
  EXPECT_FALSE(none.begun);
  EXPECT_FALSE(history_.run("r2"));

  limit_.clear();
  EXPECT_EQ(outcomes(resume("last", "r3")), (Outcomes{{"h2", HostOutcome::kOk}}));
}

TEST_F(ApplyTest, AResumedRunFindsThePlansFolderOfContents) {
  folder_.write("plumb.yaml", "plumb: v1\nproject: edge\nresources:\n  - note: /etc/large\n    from: large\n");
  folder_.write("large", std::string(plan::kLargeContent + 1, 'x'));
  const auto loaded = workspace();
  const std::optional<Planned> planned = make_plan(*loaded, PlanRequest(), context());
  ASSERT_TRUE(planned);
  const std::filesystem::path kept = folder_.path() / "plan.json.contents";
  ASSERT_TRUE(write_contents(planned->plan, planned->contents, kept, true));
  folder_.write("large", std::string(plan::kLargeContent + 1, 'y'));

  hosts_.scripts["h2"].fails_at = 0;
  ApplyRequest request;
  request.what = SavedPlan{planned->plan, planned->plan_id, kept};
  EXPECT_EQ(apply(std::move(request), "r1").outcome, RunOutcome::kFailed);
  hosts_.scripts.erase("h2");

  std::filesystem::rename(kept, folder_.path() / "aside");
  told_.clear();
  EXPECT_EQ(resume("r1", "r2").outcome, RunOutcome::kStale) << "the project has another content by now";
  EXPECT_NE(told_.find(code_name(Code::kContentChanged)), std::string::npos) << told_;
  std::filesystem::rename(folder_.path() / "aside", kept);
  EXPECT_EQ(outcomes(resume("r1", "r3")), (Outcomes{{"h2", HostOutcome::kOk}})) << told_;
}

TEST_F(ApplyTest, APlanSaysWhoWorksOnTheHost) {
  hosts_.scripts["h2"].busy = Diagnostic(Code::kHostLocked, "run r0 works on this host");
  const auto loaded = workspace();
  const std::optional<Planned> planned = make_plan(*loaded, PlanRequest(), context());
  ASSERT_TRUE(planned.has_value());
  EXPECT_EQ(planned->outcome, RunOutcome::kOk);
  EXPECT_TRUE(planned->plan.hosts.contains("h2"));
  EXPECT_EQ(told_, "PL3105 run r0 works on this host\n");
}

TEST_F(ApplyTest, OfAHostThatIsLostTheActionInHandIsUnknown) {
  hosts_.scripts["h2"].lost_at = 1;
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kUnreachable);
  EXPECT_EQ(states("r1"), (States{{"h1", HostState::kOk}, {"h2", HostState::kNoAnswer}, {"h3", HostState::kOk}}));
  const history::RunRecord record = recorded("r1");
  EXPECT_EQ(record.summary.outcome, RunOutcome::kUnreachable);
  EXPECT_EQ(record.summary.exit_code, 4);
  std::vector<ActionOutcome> of_h2;
  for (const history::ActionRecord& one : record.actions) {
    if (one.host == "h2") of_h2.push_back(one.action.outcome);
  }
  EXPECT_EQ(of_h2, (std::vector{ActionOutcome::kChanged, ActionOutcome::kUnknown}));
}

TEST_F(ApplyTest, WhatAHostTellsLateIsKeptWithItsRun) {
  hosts_.scripts["h2"].lost_at = 0;
  (void)apply("r1");
  hosts_.scripts["h2"] = {};
  hosts_.scripts["h2"].as_asked = true;
  hosts_.scripts["h2"].unreported = {
      {"r1", "", "note:/etc/one", JournalOutcome::kUnknown, "cut off", Op::kCreate},
      {"r1", "", "note:/etc/two", JournalOutcome::kUnknown, "cut off", Op::kRestart},
      {"r1", "", "note:/etc/shadow", JournalOutcome::kChanged, "", Op::kCreate},
  };
  told_.clear();
  (void)apply("r2");
  const std::vector<history::LateReport> late = recorded("r1").late;
  ASSERT_EQ(late.size(), 2U);
  EXPECT_EQ(late[0].address, "note:/etc/one");
  EXPECT_EQ(late[0].outcome, JournalOutcome::kChanged) << "the host shows that it was done";
  EXPECT_EQ(late[1].outcome, JournalOutcome::kUnknown) << "a restart leaves nothing to see";
  EXPECT_NE(told_.find("run r1 was cut off on this host"), std::string::npos) << told_;
  EXPECT_NE(told_.find("of what that run was not to do there: note:/etc/shadow changed"), std::string::npos) << told_;
  EXPECT_TRUE(hosts_.scripts["h2"].unreported.empty()) << "it was told that the history has it";
}

TEST_F(ApplyTest, WhatAHostTellsOfARunThatNobodyBeganHereIsNotKept) {
  hosts_.scripts["h2"].unreported = {{"r0", "", "note:/etc/one", JournalOutcome::kChanged, "", Op::kCreate}};
  (void)apply("r1");
  EXPECT_NE(told_.find("it tells of run r0, which this history does not hold: note:/etc/one changed"),
            std::string::npos)
      << told_;
  EXPECT_FALSE(history_.run("r0").has_value());
  EXPECT_EQ(history_.runs(10)->size(), 1U);
}

TEST_F(ApplyTest, NothingIsChangedWhereTheHistoryDoesNotTakeThePlan) {
  write("", "h[1:3]");
  broken_.emplace(history_, testing::Refused::kBegin);
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kFailed);
  EXPECT_FALSE(result.begun);
  EXPECT_EQ(told_.find("the disk is full"), told_.rfind("the disk is full")) << "told once: " << told_;
  EXPECT_NE(told_.find("the disk is full"), std::string::npos) << told_;
  EXPECT_EQ(hosts_.count("apply"), 0);
  EXPECT_TRUE(history_.runs(9)->empty());
}

TEST_F(ApplyTest, ARunThatTheHistoryDoesNotTakeHasFailed) {
  write("", "h1");
  broken_.emplace(history_, testing::Refused::kActions);
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kFailed);
  EXPECT_EQ(outcomes(result), (Outcomes{{"h1", HostOutcome::kOk}})) << "the host is as it should be all the same";
  EXPECT_EQ(recorded("r1").summary.exit_code, 1);
  EXPECT_NE(told_.find("the disk is full"), std::string::npos) << told_;

  broken_.emplace(history_, testing::Refused::kHosts);
  EXPECT_EQ(apply("r2").outcome, RunOutcome::kFailed);

  // Of a host without a plan there is an entry too.
  write("", "h[1:2]");
  broken_.emplace(history_, testing::Refused::kUnreachableHosts);
  hosts_.scripts["h2"].unreachable = true;
  EXPECT_EQ(apply("r3").outcome, RunOutcome::kFailed);
  broken_.reset();
  EXPECT_EQ(apply("r4").outcome, RunOutcome::kUnreachable);
}

// A host forgets what it told once it is applied to, so nothing is applied before the history has it.
TEST_F(ApplyTest, WhatTheHistoryDoesNotTakeTheHostsGoOnTelling) {
  hosts_.scripts["h2"].lost_at = 0;
  (void)apply("r1");
  hosts_.scripts["h2"] = {};
  hosts_.scripts["h2"].unreported = {{"r1", "", "note:/etc/one", JournalOutcome::kChanged, "", Op::kCreate}};
  broken_.emplace(history_, testing::Refused::kLateReports);
  const ApplyResult result = apply("r2");
  EXPECT_EQ(result.outcome, RunOutcome::kFailed);
  EXPECT_FALSE(result.begun);
  EXPECT_EQ(hosts_.scripts["h2"].unreported.size(), 1U);
  EXPECT_NE(told_.find("the disk is full"), std::string::npos) << told_;
}

TEST_F(ApplyTest, AStopFinishesTheActionInHandAndBeginsNoHost) {
  on_event_ = [&](const RunEvent& event) {
    if (event.kind == RunEvent::Kind::kAction && event.event->kind == wire::EventKind::kChanged &&
        control_.level() == StopLevel::kNone) {
      control_.request_stop();
    }
  };
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kInterrupted);
  EXPECT_EQ(outcomes(result), (Outcomes{{"h1", HostOutcome::kInterrupted},
                                        {"h2", HostOutcome::kNotStarted},
                                        {"h3", HostOutcome::kNotStarted}}));
  EXPECT_EQ(result.hosts.at("h1").changed, 1);
  EXPECT_EQ(result.hosts.at("h1").skipped, 2);
  EXPECT_EQ(hosts_.count("apply"), 1);
  EXPECT_EQ(recorded("r1").summary.exit_code, 130);
}

TEST_F(ApplyTest, ASecondStopLeavesAtOnce) {
  on_event_ = [&](const RunEvent& event) {
    if (event.kind == RunEvent::Kind::kAction && event.event->kind == wire::EventKind::kStarted) {
      control_.request_stop();
      control_.request_stop();
    }
  };
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kInterrupted);
  EXPECT_EQ(result.hosts.at("h1").state, HostState::kFailed);
  EXPECT_EQ(hosts_.count("stop"), 0);
}

TEST_F(ApplyTest, AStopWhilePlanningBeginsNoRun) {
  on_event_ = [&](const RunEvent& event) {
    if (event.kind == RunEvent::Kind::kPlanned && control_.level() == StopLevel::kNone) control_.request_stop();
  };
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kInterrupted);
  EXPECT_FALSE(result.begun);
  EXPECT_EQ(hosts_.count("observe"), 1);
  EXPECT_TRUE(history_.runs(9)->empty());
}

TEST_F(ApplyTest, HostsThatAreNotReachedDoNotKeepTheOthersBack) {
  hosts_.scripts["h1"].unreachable = true;
  hosts_.scripts["h3"].stale = true;
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kStale) << "what was refused counts before what was not reached";
  EXPECT_EQ(states("r1"),
            (States{{"h1", HostState::kUnreachable}, {"h2", HostState::kOk}, {"h3", HostState::kFailed}}));
  EXPECT_TRUE(result.plan.unplanned.contains("h1"));
}

TEST_F(ApplyTest, ASecondRunChangesNothing) {
  for (const char* host : {"h1", "h2", "h3"}) hosts_.scripts[host].as_asked = true;
  const ApplyResult result = apply("r1");
  EXPECT_EQ(result.outcome, RunOutcome::kOk);
  EXPECT_TRUE(result.plan.changes_nothing());
  EXPECT_EQ(recorded("r1").summary.changed, 0);
}

TEST_F(ApplyTest, WhatIsNotApprovedIsNotBegun) {
  ApplyRequest request;
  request.what = PlanRequest();
  int shown = 0;
  request.show = [&](const Proposal& proposal) { shown += static_cast<int>(proposal.plan.hosts.size()); };
  request.approve = [](const Proposal&) { return false; };
  const ApplyResult refused = apply(request, "r1");
  EXPECT_EQ(refused.outcome, RunOutcome::kFailed);
  EXPECT_FALSE(refused.begun);
  EXPECT_EQ(shown, 3);
  EXPECT_EQ(hosts_.count("apply"), 0);

  request.approve = [](const Proposal&) { return Result<bool>(fail(Code::kInterrupted, "left")); };
  EXPECT_EQ(apply(request, "r2").outcome, RunOutcome::kInterrupted);
  EXPECT_TRUE(history_.runs(9)->empty());
}

TEST_F(ApplyTest, OutsideTheWindowNothingIsBegunUnlessItIsIgnored) {
  write("rollout: {window: {days: [sun], from: \"02:00\", to: \"03:00\"}}\n", "h[1:3]");
  ApplyRequest request;
  request.what = PlanRequest();
  // A Monday.
  request.clock = [] { return std::chrono::sys_seconds(std::chrono::sys_days(std::chrono::January / 5 / 2026)); };
  const ApplyResult refused = apply(request, "r1");
  EXPECT_EQ(refused.outcome, RunOutcome::kStale);
  EXPECT_FALSE(refused.begun);
  EXPECT_NE(told_.find(code_name(Code::kOutsideWindow)), std::string::npos) << told_;

  request.window = WindowPolicy::kIgnore;
  EXPECT_EQ(apply(request, "r2").outcome, RunOutcome::kOk);
  EXPECT_EQ(recorded("r2").summary.kind, "apply, window ignored");
}

TEST_F(ApplyTest, AWindowThatClosesHoldsTheHostsThatAreLeft) {
  write("rollout: {batch: 1, window: {days: [sun], from: \"02:00\", to: \"03:00\"}}\n", "h[1:3]");
  const std::chrono::sys_seconds sunday(std::chrono::sys_days(std::chrono::January / 4 / 2026));
  std::chrono::sys_seconds time = sunday + std::chrono::hours(2);
  ApplyRequest request;
  request.what = PlanRequest();
  request.clock = [&] { return time; };
  on_event_ = [&](const RunEvent& event) {
    if (event.kind == RunEvent::Kind::kHostDone) time = sunday + std::chrono::hours(4);
  };
  const ApplyResult result = apply(request, "r1");
  EXPECT_EQ(result.outcome, RunOutcome::kWindowClosed);
  EXPECT_EQ(outcomes(result),
            (Outcomes{{"h1", HostOutcome::kOk}, {"h2", HostOutcome::kHeld}, {"h3", HostOutcome::kHeld}}));
  EXPECT_EQ(recorded("r1").summary.outcome, RunOutcome::kWindowClosed);
  EXPECT_EQ(recorded("r1").summary.exit_code, 5);
}

TEST_F(ApplyTest, GraphsThatReadFactsAreMadeOfThoseThatHostsTell) {
  const std::set<std::string> hosts{"h1", "h2"};
  write("", "h[1:2]");
  const auto plain = workspace();
  const CompiledFleet at_once = compile_graphs(*plain, hosts, context());
  ASSERT_NE(at_once.fleet, nullptr);
  EXPECT_NE(at_once.fleet->graph("h1"), nullptr);
  EXPECT_TRUE(at_once.asked.empty()) << "nobody had to be asked";

  folder_.write("plumb.yaml", "plumb: v1\nproject: edge\nresources:\n  - note: /etc/${facts.arch}\n    text: a\n");
  hosts_.scripts["h2"].unreachable = true;
  const auto reads = workspace();
  const CompiledFleet asked = compile_graphs(*reads, hosts, context());
  ASSERT_NE(asked.fleet, nullptr);
  ASSERT_NE(asked.fleet->graph("h1"), nullptr);
  EXPECT_EQ(asked.fleet->graph("h1")->nodes.at(0).desired.address.str(), "note:/etc/amd64");
  EXPECT_EQ(asked.fleet->graph("h2"), nullptr);
  EXPECT_EQ(asked.asked.at("h2").state, HostState::kUnreachable);
  EXPECT_FALSE(findings_of(asked.asked).empty());
}

class SavedPlanTest : public ApplyTest {
 protected:
  std::string bytes() {
    const auto loaded = workspace();
    std::optional<Planned> planned = make_plan(*loaded, {}, context());
    return planned ? plan::write_artifact(planned->plan).bytes : "";
  }
  ApplyResult apply_saved(const std::string& bytes, const std::string& run) {
    ApplyRequest request;
    request.what = *read_saved_plan(bytes, kinds_);
    return apply(std::move(request), run);
  }
};

TEST_F(SavedPlanTest, IsCarriedOutWithoutCompilingTheConfiguration) {
  const std::string plan = bytes();
  // No graph could be made of this.
  folder_.write("plumb.yaml",
                "plumb: v1\nproject: edge\ninputs: {name: {type: string}}\nresources:\n"
                "  - note: /etc/${inputs.name}\n    text: \"\"\n");
  const ApplyResult result = apply_saved(plan, "r1");
  EXPECT_EQ(result.outcome, RunOutcome::kOk) << told_;
  EXPECT_EQ(recorded("r1").summary.changed, 9);
  EXPECT_NE(told_.find("the configuration was changed since the plan was made"), std::string::npos) << told_;
}

TEST_F(SavedPlanTest, HostsThatJoinedAreToldAndThoseThatAreGoneRefuseIt) {
  const std::string plan = bytes();
  write("", "h[1:4]");
  EXPECT_EQ(apply_saved(plan, "r1").outcome, RunOutcome::kOk);
  EXPECT_NE(told_.find("not in the plan and not touched: h4"), std::string::npos) << told_;
  EXPECT_FALSE(states("r1").contains("h4"));

  write("", "h[1:2]");
  const ApplyResult refused = apply_saved(plan, "r2");
  EXPECT_EQ(refused.outcome, RunOutcome::kStale);
  EXPECT_FALSE(refused.begun);
  EXPECT_NE(told_.find("names the host `h3`"), std::string::npos) << told_;
}

// A saved plan is carried out without compiling, so its large sources are read for the first time.
TEST_F(SavedPlanTest, IsCarriedOutFromTheFilesThatTheProjectIsAmong) {
  MemoryFiles files;
  files.add("/edge/plumb.yaml", "plumb: v1\nproject: edge\nresources:\n  - note: /etc/large\n    from: large\n");
  files.add("/edge/hosts.yaml", "plumb: v1\nhosts:\n  h1:\n");
  files.add("/edge/large", std::string(plan::kLargeContent + 1, 'x'));
  const auto loaded = workspace({files, "/edge"});
  const std::optional<Planned> planned = make_plan(*loaded, {}, context());
  ASSERT_TRUE(planned.has_value()) << told_;
  ASSERT_EQ(planned->plan.contents.size(), 1U);
  ApplyRequest request;
  request.what = *read_saved_plan(plan::write_artifact(planned->plan).bytes, kinds_);
  request.run = "r1";
  const ApplyResult result = run::apply(*workspace({files, "/edge"}), std::move(request), context());
  EXPECT_EQ(result.outcome, RunOutcome::kOk) << told_;
  EXPECT_EQ(recorded("r1").summary.changed, 1);
}

TEST_F(SavedPlanTest, FactsThatTheHistoryDoesNotTakeAreAFailureToo) {
  const std::string plan = bytes();
  broken_.emplace(history_, testing::Refused::kFacts);
  EXPECT_EQ(apply_saved(plan, "r1").outcome, RunOutcome::kFailed);
  EXPECT_EQ(make_plan(*workspace(), {}, context())->outcome, RunOutcome::kFailed);
}

TEST_F(SavedPlanTest, OfAnotherProjectIsRefused) {
  const std::string plan = bytes();
  folder_.write("plumb.yaml", "plumb: v1\nproject: other\nresources: []\n");
  EXPECT_EQ(apply_saved(plan, "r1").outcome, RunOutcome::kStale);
  EXPECT_NE(told_.find("the plan is of the project `edge`"), std::string::npos) << told_;
}

}  // namespace
}  // namespace plumb::run
