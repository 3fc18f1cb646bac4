// Simulating a host forward. States are made by hand, and so are the kinds.
#include "engine/simulate/simulate.h"

#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/testing/kinds.h"

namespace plumb::simulate {
namespace {

using plan::Action;
using plan::Due;
using plan::HeldBack;
using plan::Scope;

ir::Node node(const std::string& address, Json attributes) {
  ir::Node result;
  result.desired.address = *Address::parse(address);
  result.desired.attributes = std::move(attributes);
  result.span = {"plumb.yaml", 4, 11, 4, 20};
  return result;
}

Observed absent() {
  return {};
}

Observed there(Json attributes) {
  Observed observed;
  observed.exists = true;
  observed.attributes = std::move(attributes);
  return observed;
}

class SimulateTest : public ::testing::Test {
 protected:
  void add(ir::Node node, Observed observed) {
    graph_.nodes.push_back(std::move(node));
    observation_.states.emplace_back(std::move(observed));
  }
  // Adds a file with this content, as text, beside one with other content on the host (none where it is null).
  void add_file(const std::string& path, const std::string& content, const char* now) {
    texts_[digest(content)] = content;
    add(node("note:" + path, {{"at", path}, {"text", digest(content)}}),
        now == nullptr ? absent() : there({{"text", digest(now)}}));
  }
  std::optional<Simulation> run() {
    diagnostics_ = Diagnostics();
    return simulate_host(graph_, testing::made_up_kinds(), observation_, "web01", diagnostics_, scope_,
                         [this](const std::string& digest) -> std::optional<std::string> {
                           const auto found = texts_.find(digest);
                           return found == texts_.end() ? std::nullopt : std::optional(found->second);
                         });
  }
  const Action& only_action(const std::optional<Simulation>& simulation) {
    EXPECT_EQ(simulation->actions->size(), 1U);
    return simulation->actions->front();
  }

  ir::HostGraph graph_;
  Observation observation_;
  Diagnostics diagnostics_;
  Scope scope_;
  std::map<std::string, std::string> texts_;
};

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

// --- what follows from a file that the same plan changes

class FollowsTest : public SimulateTest {
 protected:
  void add_lamp(bool obstructed, bool lit = false) {
    Observed observed = there({{"lit", lit}});
    if (obstructed) observed.obstacle = Diagnostic(Code::kRefusedByState, "the wire is loose");
    add(node("lamp:desk", {{"name", "desk"}, {"lit", true}}), std::move(observed));
    graph_.nodes.back().span = {"plumb.yaml", 7, 11, 7, 20};
  }
};

TEST_F(FollowsTest, AnObstacleThatAnEarlierActionMayTakeAwayBoundsIt) {
  add_lamp(true);
  EXPECT_FALSE(run()) << "nothing changes the wire";
  graph_.nodes.clear();
  observation_.states.clear();
  add_file("/wires/desk", "other", "loose");
  add_lamp(true);
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation);
  ASSERT_EQ(simulation->actions->size(), 2U);
  const Action& lamp = simulation->actions->back();
  EXPECT_EQ(lamp.fidelity, Fidelity::kBounded);
  EXPECT_EQ(lamp.unknown_until, std::vector<std::string>{"note:/wires/desk"});
  EXPECT_EQ(lamp.needs, std::vector<std::string>{"note:/wires/desk"});
  EXPECT_TRUE(lamp.operations.empty()) << "what is to be done is known then";
  EXPECT_EQ(lamp.note, "decided after note:/wires/desk; now the wire is loose");
  // That of another one, or one that is as it should be, does not.
  graph_.nodes.front().desired.attributes["at"] = "/wires/hall";
  EXPECT_FALSE(run());
  graph_.nodes.front().desired.attributes["at"] = "/wires/desk";
  observation_.states.front() = there({{"text", digest("other")}});
  EXPECT_FALSE(run());
}

TEST_F(FollowsTest, AlsoWhereTheFileIsToGo) {
  add(node("note:/wires/desk", {{"at", "/wires/desk"}, {"gone", true}}), there({{"text", digest("loose")}}));
  add_lamp(true);
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation);
  EXPECT_EQ(simulation->actions->back().unknown_until, std::vector<std::string>{"note:/wires/desk"});
}

TEST_F(FollowsTest, WhatIsAsItShouldBeIsLookedAtAgainWhereItMayNotBeThen) {
  add_file("/wires/desk", "same", "loose");
  add_lamp(false, true);
  EXPECT_EQ(run()->actions->size(), 1U);
  add_file("/wires/desk", "other", "loose");
  std::swap(graph_.nodes.front(), graph_.nodes.back());
  graph_.nodes.pop_back();
  observation_.states.pop_back();
  ASSERT_EQ(run()->actions->size(), 2U);
  EXPECT_EQ(run()->actions->back().fidelity, Fidelity::kBounded);
}

TEST_F(FollowsTest, WhereTheProjectContradictsItselfBothPlacesAreTold) {
  add_file("/wires/desk", "cut", "loose");
  add_lamp(false);
  EXPECT_FALSE(run());
  ASSERT_EQ(diagnostics_.items().size(), 1U);
  const Diagnostic& problem = diagnostics_.items().front();
  EXPECT_EQ(problem.summary, "it cannot be lit, because its wire is cut");
  EXPECT_EQ(problem.span->line, 7);
  ASSERT_EQ(problem.related.size(), 1U);
  EXPECT_EQ(problem.related.front().span.line, 4);
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

// --- tags

class TagsTest : public SimulateTest {
 protected:
  // A configuration file and the service that reloads for it, each with a tag.
  void add_server() {
    add_file("/etc/nginx/nginx.conf", "new", "old");
    graph_.nodes[0].tags = {"config"};
    ir::Node service = node("lamp:nginx", {{"name", "nginx"}, {"lit", true}});
    service.tags = {"service"};
    add(std::move(service), there({{"lit", true}, {"can_tune", true}}));
    graph_.edges.push_back({1, 0, ir::EdgeKind::kTrigger, Op::kReload, {}});
  }
};

TEST_F(TagsTest, OnlyWhatIsChosenIsPlanned) {
  add_server();
  EXPECT_EQ(run()->actions->size(), 2U);
  EXPECT_EQ(run()->host.unchanged, 0) << "what is only reloaded is counted as that";
  scope_.tags = {"service"};
  const std::optional<Simulation> simulation = run();
  EXPECT_TRUE(simulation->actions->empty());
  EXPECT_EQ(simulation->host.unchanged, 1);
  EXPECT_EQ(simulation->host.left_out, 1);
}

TEST_F(TagsTest, WhatIsLeftOutIsNoOrphanAndNeedNotBeObserved) {
  add_server();
  observation_.recorded["lamp:nginx"] = Json::object();
  observation_.states[1] = Error(Diagnostic(Code::kCannotObserve, "it does not say"));
  scope_.skip_tags = {"service"};
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation);
  EXPECT_TRUE(simulation->host.orphans.empty());
}

TEST_F(TagsTest, AReloadOfWhatIsLeftOutIsOwed) {
  add_server();
  scope_.tags = {"config"};
  EXPECT_EQ(only_action(run()).owes, (std::vector<Due>{{"lamp:nginx", Op::kReload}}));
  observation_.states[1] = there({{"lit", false}});
  EXPECT_TRUE(only_action(run()).owes.empty()) << "what does not run need not be reloaded";
}

TEST_F(TagsTest, WhatAnEarlierRunOwesStaysOwedWhereItIsLeftOut) {
  add_server();
  observation_.owe("lamp:nginx", Op::kRestart, {"note:/etc/other"});
  scope_.skip_tags = {"service"};
  EXPECT_EQ(run()->actions->size(), 1U);
}

TEST_F(TagsTest, NeedingWhatIsLeftOutIsAnErrorThatSaysSo) {
  ir::Node user = node("person:deploy", {{"name", "deploy"}});
  add(std::move(user), absent());
  Observed observed = absent();
  observed.missing.push_back({*Address::parse("person:deploy"), "keeper"});
  ir::Node file = node("note:/srv/x", {{"at", "/srv/x"}, {"text", digest("x")}, {"keeper", "deploy"}});
  file.tags = {"files"};
  add(std::move(file), std::move(observed));
  EXPECT_TRUE(run());
  scope_.tags = {"files"};
  EXPECT_FALSE(run());
  EXPECT_EQ(diagnostics_.items().at(0).code, Code::kNothingProvides);
  EXPECT_NE(diagnostics_.items().at(0).summary.find("this plan leaves out"), std::string::npos);
}

TEST_F(TagsTest, EachOfManyThatSetOffWhatIsLeftOutOwesIt) {
  for (int i = 0; i < 3; ++i) add_file("/etc/nginx/" + std::to_string(i), "new", i == 1 ? "new" : "old");
  add(node("lamp:nginx", {{"name", "nginx"}, {"lit", true}}), there({{"lit", true}, {"can_tune", true}}));
  graph_.nodes.back().tags = {"service"};
  for (std::size_t i = 0; i < 3; ++i) graph_.edges.push_back({3, i, ir::EdgeKind::kTrigger, Op::kReload, {}});
  scope_.skip_tags = {"service"};
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation);
  ASSERT_EQ(simulation->actions->size(), 2U) << "one is as it should be";
  for (const Action& action : *simulation->actions) {
    EXPECT_EQ(action.owes, (std::vector<Due>{{"lamp:nginx", Op::kReload}}));
  }
}

// --- probes

class ProbesTest : public SimulateTest {
 protected:
  void add_probed(const char* now) {
    add_file("/etc/motd", "new", now);
    Probe probe;
    probe.tcp = "127.0.0.1:80";
    graph_.nodes.back().probes = {probe};
  }
};

TEST_F(ProbesTest, FollowTheActionsOfTheirResource) {
  add_probed("old");
  add_file("/etc/after", "x", nullptr);
  graph_.edges.push_back({1, 0, ir::EdgeKind::kAfter, Op::kNone, {}});
  const std::optional<Simulation> simulation = run();
  ASSERT_EQ(simulation->actions->size(), 3U);
  const Action& probe = (*simulation->actions)[1];
  EXPECT_EQ(probe.op, Op::kVerify);
  EXPECT_EQ(probe.desired.address.str(), "note:/etc/motd");
  EXPECT_TRUE(probe.triggered);
  EXPECT_FALSE(probe.pending);
  EXPECT_EQ(probe.triggered_by, std::vector<std::string>{"note:/etc/motd"});
  EXPECT_EQ(probe.operations.size(), 1U);
  EXPECT_EQ(simulation->actions->back().needs, std::vector<std::string>{"note:/etc/motd"});
}

TEST_F(ProbesTest, AreNotAskedWhereNothingIsDone) {
  add_probed("new");
  EXPECT_TRUE(run()->actions->empty());
}

TEST_F(ProbesTest, ThatAreOwedArePlannedAgain) {
  add_probed("new");
  observation_.owe("note:/etc/motd", Op::kVerify, {"note:/etc/motd"});
  EXPECT_EQ(only_action(run()).op, Op::kVerify);
  EXPECT_TRUE(only_action(run()).pending);
  EXPECT_TRUE(moot_probes(graph_, observation_).empty());
  graph_.nodes.back().probes.clear();
  EXPECT_TRUE(run()->actions->empty());
  EXPECT_EQ(moot_probes(graph_, observation_), std::vector<std::string>{"note:/etc/motd"});
}

TEST_F(ProbesTest, HaveToPassSeveralTimesInARowAfterARestartOrReload) {
  add_file("/etc/nginx/nginx.conf", "new", "old");
  add(node("lamp:nginx", {{"name", "nginx"}, {"lit", true}}), there({{"lit", true}, {"can_tune", true}}));
  Probe plain, once, asked;
  plain.tcp = once.tcp = asked.tcp = "127.0.0.1:80";
  once.within_seconds = 0;
  asked.stable = 7;
  graph_.nodes.back().probes = {plain, once, asked};
  for (const Op op : {Op::kRestart, Op::kReload}) {
    graph_.edges = {{1, 0, ir::EdgeKind::kTrigger, op, {}}};
    const std::optional<Simulation> simulation = run();
    ASSERT_EQ(simulation->actions->size(), 3U);
    const auto stable = [&](std::size_t i) {
      return std::get<Probe>(simulation->actions->back().operations[i]).stable;
    };
    EXPECT_EQ(stable(0), 3);
    EXPECT_EQ(stable(1), 0);
    EXPECT_EQ(stable(2), 7);
  }
}

TEST_F(ProbesTest, ARestartAndAProbeMayBeOwedTogether) {
  add(node("lamp:nginx", {{"name", "nginx"}, {"lit", true}}), there({{"lit", true}}));
  Probe probe;
  probe.http = "http://127.0.0.1/";
  graph_.nodes.back().probes = {probe};
  observation_.owe("lamp:nginx", Op::kVerify, {"lamp:nginx"});
  observation_.owe("lamp:nginx", Op::kRestart, {"note:/etc/nginx/nginx.conf"});
  const std::optional<Simulation> simulation = run();
  ASSERT_EQ(simulation->actions->size(), 2U);
  EXPECT_EQ(simulation->actions->front().op, Op::kRestart);
  EXPECT_EQ(simulation->actions->back().op, Op::kVerify);
}

}  // namespace
}  // namespace plumb::simulate
