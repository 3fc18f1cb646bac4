// Simulating a host forward. States are made by hand; kinds are the real ones.
#include "engine/simulate/simulate.h"

#include <gtest/gtest.h>

#include "engine/base/digest.h"

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

class SimulateTest : public testing::Test {
 protected:
  void add(ir::Node node, Observed observed) {
    graph_.nodes.push_back(std::move(node));
    observation_.states.emplace_back(std::move(observed));
  }
  // Adds a file with this content, as text, beside one with other content on the host (none where it is null).
  void add_file(const std::string& path, const std::string& content, const char* now) {
    add(node("file:" + path, {{"path", path}, {"content", digest(content)}, {"state", "present"}}),
        now == nullptr ? absent() : there({{"content", digest(now)}, {"state", "present"}}));
  }
  std::optional<Simulation> run() {
    diagnostics_ = Diagnostics();
    return simulate_host(graph_, builtin_providers(), observation_, "web01", diagnostics_, scope_);
  }
  const Action& only_action(const std::optional<Simulation>& simulation) {
    EXPECT_EQ(simulation->host.actions->size(), 1U);
    return simulation->host.actions->front();
  }

  ir::HostGraph graph_;
  Observation observation_;
  Diagnostics diagnostics_;
  Scope scope_;
};

TEST_F(SimulateTest, NothingToDoIsAPlanWithoutActions) {
  add_file("/etc/motd", "hello", "hello");
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation);
  EXPECT_TRUE(simulation->host.actions->empty());
  EXPECT_EQ(simulation->host.unchanged, 1);
}

TEST_F(SimulateTest, TellsDriftFromIntent) {
  add_file("/etc/motd", "new", "old");
  EXPECT_EQ(only_action(run()).because.at("content"), "first");
  observation_.recorded["file:/etc/motd"] = {{"content", digest("old")}};
  EXPECT_EQ(only_action(run()).because.at("content"), "config");
  observation_.recorded["file:/etc/motd"] = {{"content", digest("new")}};
  EXPECT_EQ(only_action(run()).because.at("content"), "drift");
  observation_.recorded["file:/etc/motd"] = {{"content", digest("third")}};
  EXPECT_EQ(only_action(run()).because.at("content"), "both");
}

TEST_F(SimulateTest, AnOwnerThatNothingCreatesIsAnErrorWithBothPlaces) {
  ir::Node file = node("file:/srv/x", {{"path", "/srv/x"}, {"content", digest("x")}, {"owner", "deploy"}});
  file.attribute_spans = std::make_shared<const std::map<std::string, SourceSpan>>(
      std::map<std::string, SourceSpan>{{"owner", {"plumb.yaml", 6, 12, 6, 18}}});
  Observed observed = absent();
  observed.missing.push_back({*Address::parse("user:deploy"), "owner"});
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

TEST_F(SimulateTest, AnEarlierActionProvidesWhatIsMissing) {
  add(node("user:deploy", {{"name", "deploy"}, {"state", "present"}}), absent());
  Observed observed = absent();
  observed.missing.push_back({*Address::parse("user:deploy"), "owner"});
  add(node("file:/srv/x", {{"path", "/srv/x"}, {"content", digest("x")}, {"owner", "deploy"}}), std::move(observed));
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation);
  ASSERT_EQ(simulation->host.actions->size(), 2U);
  EXPECT_EQ(simulation->host.actions->back().needs, std::vector<std::string>{"user:deploy"});
  EXPECT_EQ(simulation->host.actions->back().fidelity, Fidelity::kExact);
}

TEST_F(SimulateTest, APackageMayComeFromASourceOfTheSamePlan) {
  Observed observed = absent();
  observed.missing.push_back({*Address::parse("package:vendor-app"), "name"});
  observed.attributes["refresh"] = true;
  const ir::Node package = node("package:vendor-app", {{"name", "vendor-app"}, {"state", "present"}});
  add_file("/etc/motd", "new", "old");
  add(package, observed);
  EXPECT_FALSE(run());
  graph_.nodes.pop_back();
  observation_.states.pop_back();
  add_file("/etc/apt/sources.list.d/vendor.sources", "new", nullptr);
  add(package, observed);
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation) << diagnostics_.items().front().summary;
  const Action& action = simulation->host.actions->back();
  EXPECT_EQ(action.needs, std::vector<std::string>{"file:/etc/apt/sources.list.d/vendor.sources"});
  EXPECT_EQ(action.unknown_until, action.needs);
}

TEST_F(SimulateTest, AUnitFileOfTheSamePlanMakesItsUnit) {
  add_file("/etc/systemd/system/app.service", "new", nullptr);
  Observed observed = absent();
  observed.missing.push_back({*Address::parse("unit:app.service"), "name"});
  add(node("service:app", {{"name", "app"}, {"state", "running"}}), observed);
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation) << diagnostics_.items().front().summary;
  EXPECT_EQ(simulation->host.actions->back().needs, std::vector<std::string>{"file:/etc/systemd/system/app.service"});
}

TEST_F(SimulateTest, AnOwedReloadIsPlannedAgain) {
  add(node("service:nginx",
           {{"name", "nginx"}, {"state", "running"}, {"reload_on", Json::array({"file:/etc/nginx/*"})}}),
      there({{"state", "running"}, {"can_reload", true}}));
  EXPECT_TRUE(run()->host.actions->empty());
  observation_.owed["service:nginx"] = {Op::kReload, {"file:/etc/nginx/nginx.conf"}};
  const std::optional<Simulation> simulation = run();
  const Action& action = only_action(simulation);
  EXPECT_TRUE(action.pending);
  EXPECT_TRUE(action.triggered);
  EXPECT_EQ(action.triggered_by, std::vector<std::string>{"file:/etc/nginx/nginx.conf"});
}

TEST_F(SimulateTest, PreventDestroyForbidsADelete) {
  ir::Node file = node("file:/srv/x", {{"path", "/srv/x"}, {"state", "absent"}});
  file.prevent_destroy = true;
  add(std::move(file), there({{"state", "present"}}));
  EXPECT_FALSE(run());
  EXPECT_EQ(diagnostics_.items().front().code, Code::kRefusedByState);
}

TEST_F(SimulateTest, WhatMustBeConfirmedGuardsWhatSetsItOff) {
  add_file("/etc/ssh/a", "new", "old");
  add_file("/etc/motd", "new", "old");
  add(node("service:ssh", {{"name", "ssh"}, {"state", "running"}, {"restart_on", Json::array({"file:/etc/ssh/*"})}}),
      there({{"state", "running"}}));
  graph_.nodes.back().confirm_within = 120;
  graph_.edges.push_back({2, 0, ir::EdgeKind::kTrigger, Op::kRestart, {}});
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation);
  ASSERT_EQ(simulation->host.actions->size(), 3U);
  EXPECT_EQ((*simulation->host.actions)[0].confirm_within, 120);
  EXPECT_EQ((*simulation->host.actions)[1].confirm_within, 0);
  EXPECT_EQ((*simulation->host.actions)[2].confirm_within, 120);
}

TEST_F(SimulateTest, AWholeTreeCannotWaitToBeConfirmed) {
  ir::Node folder = node("directory:/srv/x", {{"path", "/srv/x"}, {"state", "absent"}, {"recursive", true}});
  folder.confirm_within = 60;
  add(std::move(folder), there({{"state", "present"}, {"empty", false}}));
  EXPECT_FALSE(run());
  EXPECT_EQ(diagnostics_.items().front().code, Code::kRefusedByState);
}

TEST_F(SimulateTest, WhatIsLockedIsLeftAloneAndSoIsWhatNeedsIt) {
  add(node("user:deploy", {{"name", "deploy"}, {"state", "present"}}), absent());
  Observed observed = absent();
  observed.missing.push_back({*Address::parse("user:deploy"), "owner"});
  add(node("file:/srv/x", {{"path", "/srv/x"}, {"content", digest("x")}, {"owner", "deploy"}}), std::move(observed));
  add_file("/srv/y", "new", "old");
  add_file("/srv/locked-and-well", "same", "same");
  observation_.locks = {{"user:*", "ada", "a trial", "2026-01-02T05:04:05Z"},
                        {"file:/srv/locked*", "ada", "", "2026-01-02T05:04:05Z"}};
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation);
  EXPECT_EQ(only_action(simulation).desired.address.str(), "file:/srv/y");
  EXPECT_EQ(simulation->host.locks, observation_.locks);
  const std::vector<HeldBack> held = {{"user:deploy", Op::kCreate, "user:*", ""},
                                      {"file:/srv/x", Op::kCreate, "", "user:deploy"}};
  EXPECT_EQ(simulation->host.held_back, held);
  EXPECT_EQ(simulation->host.unchanged, 1);
}

TEST_F(SimulateTest, ALockedResourceMayBeInAnyState) {
  add(node("file:/srv/x", {{"path", "/srv/x"}, {"content", digest("x")}}), absent());
  observation_.states.back() = fail(Code::kCannotObserve, "somebody works on it");
  graph_.nodes.back().prevent_destroy = true;
  observation_.locks = {{"file:/srv/x", "ada", "", "2026-01-02T05:04:05Z"}};
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation);
  const std::vector<HeldBack> held = {{"file:/srv/x", Op::kNone, "file:/srv/x", ""}};
  EXPECT_EQ(simulation->host.held_back, held);
}

TEST_F(SimulateTest, ARestartOfALockedServiceIsOwed) {
  add_file("/etc/ssh/a", "new", "old");
  add(node("service:ssh", {{"name", "ssh"}, {"state", "running"}, {"restart_on", Json::array({"file:/etc/ssh/*"})}}),
      there({{"state", "running"}}));
  graph_.edges.push_back({1, 0, ir::EdgeKind::kTrigger, Op::kRestart, {}});
  observation_.locks = {{"service:ssh", "ada", "", "2026-01-02T05:04:05Z"}};
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation);
  EXPECT_EQ(only_action(simulation).owes, (std::vector<Due>{{"service:ssh", Op::kRestart}}));
  const std::vector<HeldBack> held = {{"service:ssh", Op::kRestart, "service:ssh", ""}};
  EXPECT_EQ(simulation->host.held_back, held);
}

TEST_F(SimulateTest, IgnoredAttributesOfWhatExistsAreLeftAlone) {
  ir::Node file = node("file:/srv/x", {{"path", "/srv/x"}, {"content", digest("x")}, {"state", "present"}});
  file.ignore = {"content"};
  add(std::move(file), there({{"content", digest("by hand")}, {"state", "present"}}));
  EXPECT_TRUE(run()->host.actions->empty());
}

TEST_F(SimulateTest, AddressesThatTheConfigurationNoLongerHoldsAreOrphans) {
  add_file("/etc/motd", "hello", "hello");
  observation_.recorded["file:/etc/motd"] = Json::object();
  observation_.recorded["file:/etc/old"] = Json::object();
  EXPECT_EQ(run()->host.orphans, std::vector<std::string>{"file:/etc/old"});
}

// --- tags

class TagsTest : public SimulateTest {
 protected:
  // A configuration file and the service that reloads for it, each with a tag.
  void add_server() {
    add_file("/etc/nginx/nginx.conf", "new", "old");
    graph_.nodes[0].tags = {"config"};
    ir::Node service = node("service:nginx", {{"name", "nginx"}, {"state", "running"}});
    service.tags = {"service"};
    add(std::move(service), there({{"state", "running"}, {"can_reload", true}}));
    graph_.edges.push_back({1, 0, ir::EdgeKind::kTrigger, Op::kReload, {}});
  }
};

TEST_F(TagsTest, OnlyWhatIsChosenIsPlanned) {
  add_server();
  EXPECT_EQ(run()->host.actions->size(), 2U);
  scope_.tags = {"service"};
  const std::optional<Simulation> simulation = run();
  EXPECT_TRUE(simulation->host.actions->empty());
  EXPECT_EQ(simulation->host.unchanged, 1);
  EXPECT_EQ(simulation->host.left_out, 1);
}

TEST_F(TagsTest, WhatIsLeftOutIsNoOrphanAndNeedNotBeObserved) {
  add_server();
  observation_.recorded["service:nginx"] = Json::object();
  observation_.states[1] = Error(Diagnostic(Code::kCannotObserve, "it does not say"));
  scope_.skip_tags = {"service"};
  const std::optional<Simulation> simulation = run();
  ASSERT_TRUE(simulation);
  EXPECT_TRUE(simulation->host.orphans.empty());
}

TEST_F(TagsTest, AReloadOfWhatIsLeftOutIsOwed) {
  add_server();
  scope_.tags = {"config"};
  EXPECT_EQ(only_action(run()).owes, (std::vector<Due>{{"service:nginx", Op::kReload}}));
  observation_.states[1] = there({{"state", "stopped"}});
  EXPECT_TRUE(only_action(run()).owes.empty()) << "what does not run need not be reloaded";
}

TEST_F(TagsTest, WhatAnEarlierRunOwesStaysOwedWhereItIsLeftOut) {
  add_server();
  observation_.owe("service:nginx", Op::kRestart, {"file:/etc/other"});
  scope_.skip_tags = {"service"};
  EXPECT_EQ(run()->host.actions->size(), 1U);
}

TEST_F(TagsTest, NeedingWhatIsLeftOutIsAnErrorThatSaysSo) {
  ir::Node user = node("user:deploy", {{"name", "deploy"}, {"state", "present"}});
  add(std::move(user), absent());
  Observed observed = absent();
  observed.missing.push_back({*Address::parse("user:deploy"), "owner"});
  ir::Node file = node("file:/srv/x", {{"path", "/srv/x"}, {"content", digest("x")}, {"owner", "deploy"}});
  file.tags = {"files"};
  add(std::move(file), std::move(observed));
  EXPECT_TRUE(run());
  scope_.tags = {"files"};
  EXPECT_FALSE(run());
  EXPECT_EQ(diagnostics_.items().at(0).code, Code::kNothingProvides);
  EXPECT_NE(diagnostics_.items().at(0).summary.find("the tags of this plan leave out"), std::string::npos);
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
  ASSERT_EQ(simulation->host.actions->size(), 3U);
  const Action& probe = (*simulation->host.actions)[1];
  EXPECT_EQ(probe.op, Op::kVerify);
  EXPECT_EQ(probe.desired.address.str(), "file:/etc/motd");
  EXPECT_TRUE(probe.triggered);
  EXPECT_FALSE(probe.pending);
  EXPECT_EQ(probe.triggered_by, std::vector<std::string>{"file:/etc/motd"});
  EXPECT_EQ(probe.operations.size(), 1U);
  EXPECT_EQ(simulation->host.actions->back().needs, std::vector<std::string>{"file:/etc/motd"});
}

TEST_F(ProbesTest, AreNotAskedWhereNothingIsDone) {
  add_probed("new");
  EXPECT_TRUE(run()->host.actions->empty());
}

TEST_F(ProbesTest, ThatAreOwedArePlannedAgain) {
  add_probed("new");
  observation_.owe("file:/etc/motd", Op::kVerify, {"file:/etc/motd"});
  EXPECT_EQ(only_action(run()).op, Op::kVerify);
  EXPECT_TRUE(only_action(run()).pending);
  EXPECT_TRUE(moot_probes(graph_, observation_).empty());
  graph_.nodes.back().probes.clear();
  EXPECT_TRUE(run()->host.actions->empty());
  EXPECT_EQ(moot_probes(graph_, observation_), std::vector<std::string>{"file:/etc/motd"});
}

TEST_F(ProbesTest, ARestartAndAProbeMayBeOwedTogether) {
  add(node("service:nginx", {{"name", "nginx"}, {"state", "running"}}), there({{"state", "running"}}));
  Probe probe;
  probe.http = "http://127.0.0.1/";
  graph_.nodes.back().probes = {probe};
  observation_.owe("service:nginx", Op::kVerify, {"service:nginx"});
  observation_.owe("service:nginx", Op::kRestart, {"file:/etc/nginx/nginx.conf"});
  const std::optional<Simulation> simulation = run();
  ASSERT_EQ(simulation->host.actions->size(), 2U);
  EXPECT_EQ(simulation->host.actions->front().op, Op::kRestart);
  EXPECT_EQ(simulation->host.actions->back().op, Op::kVerify);
}

}  // namespace
}  // namespace plumb::simulate
