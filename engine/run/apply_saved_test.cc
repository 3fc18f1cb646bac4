// Plans that were made before: runs that are gone on with, plans from a file.
#include "engine/base/memory_files.h"
#include "engine/run/testing/apply_fixture.h"

namespace plumb::run {
namespace {

class ResumeTest : public ApplyTest {};

TEST_F(ResumeTest, AResumedRunTakesTheHostsThatDidNotEndWell) {
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

TEST_F(ResumeTest, WhereNothingIsLeftNoRunBegins) {
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

TEST_F(ResumeTest, AResumedRunFindsThePlansFolderOfContents) {
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

// Who does not look at a host hears nothing of earlier runs, and so does not have it forget them: the next plan hears
// it.
TEST_F(SavedPlanTest, WhatAHostTellsLateGoesOnBeingTold) {
  const std::string plan = bytes();
  hosts_.scripts["h2"].lost_at = 0;
  (void)apply_saved(plan, "r1");
  const std::map<std::string, std::function<ApplyResult(const std::string&)>> ways = {
      {"plan", [&](const std::string& run) { return apply_saved(plan, run); }},
      {"resume", [&](const std::string& run) { return resume("r1", run); }},
  };
  for (const auto& [way, go] : ways) {
    hosts_.scripts["h2"] = {};
    hosts_.scripts["h2"].unreported = {{"r1", "", "note:/etc/one", JournalOutcome::kChanged, "", Op::kCreate}};
    EXPECT_EQ(go(way).outcome, RunOutcome::kOk) << way << ": " << told_;
    EXPECT_EQ(hosts_.scripts["h2"].unreported.size(), 1U) << way;
    EXPECT_TRUE(recorded("r1").late.empty()) << way;
  }
  (void)apply({}, "next");
  EXPECT_EQ(recorded("r1").late.size(), 1U);
  EXPECT_TRUE(hosts_.scripts["h2"].unreported.empty());
}

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
}

TEST_F(SavedPlanTest, WhoOnlyLooksIsWarnedOfFactsThatTheHistoryDoesNotTake) {
  broken_.emplace(history_, testing::Refused::kFacts);
  const std::optional<Planned> planned = make_plan(*workspace(), {}, context());
  ASSERT_TRUE(planned);
  EXPECT_EQ(planned->outcome, RunOutcome::kOk);
  EXPECT_FALSE(planned->kept);
  EXPECT_NE(told_.find(planned->kept.error().summary()), std::string::npos) << told_;
}

TEST_F(SavedPlanTest, OfAnotherProjectIsRefused) {
  const std::string plan = bytes();
  folder_.write("plumb.yaml", "plumb: v1\nproject: other\nresources: []\n");
  EXPECT_EQ(apply_saved(plan, "r1").outcome, RunOutcome::kStale);
  EXPECT_NE(told_.find("the plan is of the project `edge`"), std::string::npos) << told_;
}

}  // namespace
}  // namespace plumb::run
