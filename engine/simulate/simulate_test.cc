// Simulating a host forward.
#include "engine/simulate/testing/simulate_fixture.h"

namespace plumb::simulate {
namespace {

using plan::Action;
using plan::Due;
using plan::HeldBack;

TEST_F(SimulateTest, NothingToDoIsAPlanWithoutActions) {
  add_file("/etc/motd", "hello", "hello");
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation);
  EXPECT_TRUE(simulation->actions->empty());
  EXPECT_EQ(simulation->host.unchanged, 1);
}

TEST_F(SimulateTest, TellsDriftFromIntent) {
  add_file("/etc/motd", "new", "old");
  EXPECT_EQ(only_action(run()).because.at("text"), "first");
  observation_.recorded["note:/etc/motd"] = {{"text", digest("old")}};
  EXPECT_EQ(only_action(run()).because.at("text"), "config");
  observation_.recorded["note:/etc/motd"] = {{"text", digest("new")}};
  EXPECT_EQ(only_action(run()).because.at("text"), "drift");
  observation_.recorded["note:/etc/motd"] = {{"text", digest("third")}};
  EXPECT_EQ(only_action(run()).because.at("text"), "both");
}

TEST_F(SimulateTest, AnOwnerThatNothingCreatesIsAnErrorWithBothPlaces) {
  ir::Node file = node("note:/srv/x", {{"at", "/srv/x"}, {"text", digest("x")}, {"keeper", "deploy"}});
  file.attribute_spans = std::make_shared<const std::map<std::string, SourceSpan>>(
      std::map<std::string, SourceSpan>{{"keeper", {"plumb.yaml", 6, 12, 6, 18}}});
  Observed observed = absent();
  observed.missing.push_back({*Address::parse("person:deploy"), "keeper"});
  add(std::move(file), std::move(observed));
  EXPECT_FALSE(run());
  ASSERT_EQ(diagnostics_.items().size(), 1U);
  const Diagnostic& problem = diagnostics_.items().front();
  EXPECT_EQ(problem.code, Code::kNothingProvides);
  EXPECT_EQ(problem.span->line, 6);
  ASSERT_EQ(problem.related.size(), 1U);
  EXPECT_EQ(problem.related.front().span.line, 4);
  EXPECT_EQ(problem.host, "web01");
}

TEST_F(SimulateTest, OneThatHoldsAndIsTakenBackIsRefusedWithBothPlaces) {
  ir::Node held = node("note:/a", {{"at", "/a"}, {"text", digest("x")}});
  Observed observed = there({{"text", digest("x")}});
  observed.undone_by = "note:/b";
  add(held, observed);
  add_file("/b", "new", "old");
  graph_.nodes.back().span = {"plumb.yaml", 7, 11, 7, 20};
  EXPECT_FALSE(run());
  ASSERT_EQ(diagnostics_.items().size(), 1U);
  const Diagnostic& problem = diagnostics_.items().front();
  EXPECT_EQ(problem.summary, "`note:/b` takes back what `note:/a` asks for");
  EXPECT_EQ(problem.span->line, 7);
  ASSERT_EQ(problem.related.size(), 1U);
  EXPECT_EQ(problem.related.front().span.line, 4);
  graph_.nodes.front().ignore = {"text"};
  EXPECT_TRUE(run());
}

TEST_F(SimulateTest, OneThingUnderTwoNamesIsToldWithBothPlaces) {
  add(node("lamp:desk", {{"name", "desk"}, {"lit", true}}), there({{"lit", true}, {"socket", "a"}}));
  add(node("lamp:table", {{"name", "table"}, {"lit", false}}), there({{"lit", true}, {"socket", "a"}}));
  graph_.nodes.back().span = {"plumb.yaml", 7, 11, 7, 20};
  EXPECT_FALSE(run());
  ASSERT_EQ(diagnostics_.items().size(), 1U);
  const Diagnostic& problem = diagnostics_.items().front();
  EXPECT_EQ(problem.code, Code::kConflict);
  EXPECT_EQ(problem.summary, "`lamp:desk` and `lamp:table` are both the socket a on this host");
  EXPECT_EQ(problem.span->line, 7);
  EXPECT_EQ(problem.related.front().span.line, 4);
  observation_.states.back() = there({{"lit", true}, {"socket", "b"}});
  EXPECT_TRUE(run());
}

TEST_F(SimulateTest, AnEarlierActionProvidesWhatIsMissing) {
  add(node("person:deploy", {{"name", "deploy"}}), absent());
  Observed observed = absent();
  observed.missing.push_back({*Address::parse("person:deploy"), "keeper"});
  add(node("note:/srv/x", {{"at", "/srv/x"}, {"text", digest("x")}, {"keeper", "deploy"}}), std::move(observed));
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation);
  ASSERT_EQ(simulation->actions->size(), 2U);
  EXPECT_EQ(simulation->actions->back().needs, std::vector<std::string>{"person:deploy"});
  EXPECT_EQ(simulation->actions->back().fidelity, Fidelity::kExact);
}

TEST_F(SimulateTest, APackageMayComeFromASourceOfTheSamePlan) {
  Observed observed = absent();
  observed.missing.push_back({*Address::parse("crate:vendor-app"), "name"});
  observed.attributes["old_lists"] = true;
  const ir::Node package = node("crate:vendor-app", {{"name", "vendor-app"}});
  add_file("/etc/motd", "new", "old");
  add(package, observed);
  EXPECT_FALSE(run());
  graph_.nodes.pop_back();
  observation_.states.pop_back();
  add_file("/stores/vendor", "new", nullptr);
  add(package, observed);
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation) << diagnostics_.items().front().summary;
  const Action& action = simulation->actions->back();
  EXPECT_EQ(action.needs, std::vector<std::string>{"note:/stores/vendor"});
  EXPECT_EQ(action.unknown_until, action.needs);
}

TEST_F(SimulateTest, WhatAManagerMakesOfAFileOfTheSamePlanIsThere) {
  add_file("/wires/app", "new", nullptr);
  Observed observed = absent();
  observed.missing.push_back({*Address::parse("socket:app"), "name"});
  add(node("lamp:app", {{"name", "app"}, {"lit", true}}), observed);
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation) << diagnostics_.items().front().summary;
  EXPECT_EQ(simulation->actions->back().needs, std::vector<std::string>{"note:/wires/app"});
}

TEST_F(SimulateTest, AnOwedReloadIsPlannedAgain) {
  add(node("lamp:nginx", {{"name", "nginx"}, {"lit", true}, {"tune_on", Json::array({"note:/etc/nginx/*"})}}),
      there({{"lit", true}, {"can_tune", true}}));
  EXPECT_TRUE(run()->actions->empty());
  observation_.owed["lamp:nginx"] = {Op::kReload, {"note:/etc/nginx/nginx.conf"}};
  const std::optional<Simulation> simulation = run();
  const Action& action = only_action(simulation);
  EXPECT_TRUE(action.pending);
  EXPECT_TRUE(action.triggered);
  EXPECT_EQ(action.triggered_by, std::vector<std::string>{"note:/etc/nginx/nginx.conf"});
}

TEST_F(SimulateTest, WhatIsDoneAnywayIsNotDoneOnceMoreForWhatItWatches) {
  add_file("/etc/app", "new", "old");
  add(node("chore:c", {{"name", "c"}, {"does", "x"}, {"done_when", "/made"}, {"do_on", Json::array({"note:/etc/*"})}}),
      there({{"due", true}}));
  graph_.edges.push_back({1, 0, ir::EdgeKind::kTrigger, Op::kRun, {}});
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation);
  ASSERT_EQ(simulation->actions->size(), 2U);
  EXPECT_FALSE((*simulation->actions)[1].triggered);
  ASSERT_EQ((*simulation->actions)[0].owes.size(), 1U) << "until it has been done";
  EXPECT_EQ((*simulation->actions)[0].owes[0].address, "chore:c");
  observation_.states.back()->attributes["due"] = false;
  EXPECT_TRUE(run()->actions->back().triggered);
}

TEST_F(SimulateTest, PreventDestroyForbidsADelete) {
  ir::Node file = node("note:/srv/x", {{"at", "/srv/x"}, {"gone", true}});
  file.prevent_destroy = true;
  add(std::move(file), there({}));
  EXPECT_FALSE(run());
  EXPECT_EQ(diagnostics_.items().front().code, Code::kPreventDestroy);
}

TEST_F(SimulateTest, WhatMustBeConfirmedGuardsWhatSetsItOff) {
  add_file("/etc/ssh/a", "new", "old");
  add_file("/etc/motd", "new", "old");
  add(node("lamp:ssh", {{"name", "ssh"}, {"lit", true}, {"relight_on", Json::array({"note:/etc/ssh/*"})}}),
      there({{"lit", true}}));
  graph_.nodes.back().confirm_within = 120;
  graph_.edges.push_back({2, 0, ir::EdgeKind::kTrigger, Op::kRestart, {}});
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation);
  ASSERT_EQ(simulation->actions->size(), 3U);
  EXPECT_EQ((*simulation->actions)[0].confirm_within, 120);
  EXPECT_EQ((*simulation->actions)[1].confirm_within, 0);
  EXPECT_EQ((*simulation->actions)[2].confirm_within, 120);
}

// Whatever the host, or a text that it does not know, says of it.
TEST_F(SimulateTest, WhatTakesTheLoginAwayIsRefusedUnlessItIsGuardedOrAllowed) {
  Observed observed = there({{"text", digest("old")}});
  observed.cuts = "sshd would be gone";
  add(node("note:/srv/x", {{"at", "/srv/x"}, {"text", digest("x")}}), observed);
  EXPECT_FALSE(run());
  ASSERT_EQ(diagnostics_.items().size(), 1U);
  EXPECT_EQ(diagnostics_.items().front().summary,
            "`note:/srv/x` would cut the line over which this host is reached: sshd would be gone");
  diagnostics_ = {};
  graph_.nodes[0].allow_lock_out = true;
  EXPECT_TRUE(run());
  graph_.nodes[0].allow_lock_out = false;
  graph_.nodes[0].confirm_within = 60;
  EXPECT_TRUE(run());
  graph_.nodes[0].confirm_within = 0;
  add(node("lamp:ssh", {{"name", "ssh"}, {"lit", true}, {"relight_on", Json::array({"note:/srv/*"})}}),
      there({{"lit", true}}));
  graph_.nodes.back().confirm_within = 60;
  graph_.edges.push_back({1, 0, ir::EdgeKind::kTrigger, Op::kRestart, {}});
  EXPECT_TRUE(run()) << "by what it sets off";
  scope_.addresses = {"note:/srv/x"};
  EXPECT_FALSE(run()) << "which this plan leaves out";
}

// Whoever sets it off guards nothing that the host cannot take back.
TEST_F(SimulateTest, AWholeTreeThatTakesTheLoginAwayIsGuardedByNobody) {
  Observed observed = there({{"empty", false}});
  observed.cuts = "no key of deploy would be left";
  add(node("shelf:/srv/x", {{"at", "/srv/x"}, {"gone", true}, {"with_all", true}}), observed);
  add(node("lamp:ssh", {{"name", "ssh"}, {"lit", true}, {"relight_on", Json::array({"shelf:/srv/*"})}}),
      there({{"lit", true}}));
  graph_.nodes.back().confirm_within = 60;
  graph_.edges.push_back({1, 0, ir::EdgeKind::kTrigger, Op::kRestart, {}});
  EXPECT_FALSE(run());
}

TEST_F(SimulateTest, AWholeTreeCannotWaitToBeConfirmed) {
  ir::Node folder = node("shelf:/srv/x", {{"at", "/srv/x"}, {"gone", true}, {"with_all", true}});
  folder.confirm_within = 60;
  add(std::move(folder), there({{"empty", false}}));
  EXPECT_FALSE(run());
  EXPECT_EQ(diagnostics_.items().front().code, Code::kRefusedByState);
}

TEST_F(SimulateTest, WhatIsLockedIsLeftAloneAndSoIsWhatNeedsIt) {
  add(node("person:deploy", {{"name", "deploy"}}), absent());
  Observed observed = absent();
  observed.missing.push_back({*Address::parse("person:deploy"), "keeper"});
  add(node("note:/srv/x", {{"at", "/srv/x"}, {"text", digest("x")}, {"keeper", "deploy"}}), std::move(observed));
  add_file("/srv/y", "new", "old");
  add_file("/srv/locked-and-well", "same", "same");
  observation_.locks = {{"person:*", "ada", "a trial", "2026-01-02T05:04:05Z"},
                        {"note:/srv/locked*", "ada", "", "2026-01-02T05:04:05Z"}};
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation);
  EXPECT_EQ(only_action(simulation).desired.address.str(), "note:/srv/y");
  EXPECT_EQ(simulation->host.locks, observation_.locks);
  const std::vector<HeldBack> held = {{"person:deploy", Op::kCreate, "person:*", ""},
                                      {"note:/srv/x", Op::kCreate, "", "person:deploy"}};
  EXPECT_EQ(simulation->host.held_back, held);
  EXPECT_EQ(simulation->host.unchanged, 1);
}

TEST_F(SimulateTest, ALockedResourceMayBeInAnyState) {
  add(node("note:/srv/x", {{"at", "/srv/x"}, {"text", digest("x")}}), absent());
  observation_.states.back() = fail(Code::kCannotObserve, "somebody works on it");
  graph_.nodes.back().prevent_destroy = true;
  observation_.locks = {{"note:/srv/x", "ada", "", "2026-01-02T05:04:05Z"}};
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation);
  const std::vector<HeldBack> held = {{"note:/srv/x", Op::kNone, "note:/srv/x", ""}};
  EXPECT_EQ(simulation->host.held_back, held);
}

TEST_F(SimulateTest, ARestartOfALockedServiceIsOwed) {
  add_file("/etc/ssh/a", "new", "old");
  add(node("lamp:ssh", {{"name", "ssh"}, {"lit", true}, {"relight_on", Json::array({"note:/etc/ssh/*"})}}),
      there({{"lit", true}}));
  graph_.edges.push_back({1, 0, ir::EdgeKind::kTrigger, Op::kRestart, {}});
  observation_.locks = {{"lamp:ssh", "ada", "", "2026-01-02T05:04:05Z"}};
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation);
  EXPECT_EQ(only_action(simulation).owes, (std::vector<Due>{{"lamp:ssh", Op::kRestart}}));
  const std::vector<HeldBack> held = {{"lamp:ssh", Op::kRestart, "lamp:ssh", ""}};
  EXPECT_EQ(simulation->host.held_back, held);
}

TEST_F(SimulateTest, IgnoredAttributesOfWhatExistsAreLeftAlone) {
  ir::Node file = node("note:/srv/x", {{"at", "/srv/x"}, {"text", digest("x")}});
  file.ignore = {"text"};
  add(std::move(file), there({{"text", digest("by hand")}}));
  EXPECT_TRUE(run()->actions->empty());
}

TEST_F(SimulateTest, AddressesThatTheConfigurationNoLongerHoldsAreOrphans) {
  add_file("/etc/motd", "hello", "hello");
  observation_.recorded["note:/etc/motd"] = Json::object();
  observation_.recorded["note:/etc/old"] = Json::object();
  EXPECT_EQ(run()->host.orphans, std::vector<std::string>{"note:/etc/old"});
}

}  // namespace
}  // namespace plumb::simulate
