// Simulating a host forward, and the artifact that comes of it. States are made by hand; kinds are the real ones.
#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/plan/artifact.h"
#include "engine/plan/simulate.h"

namespace plumb::plan {
namespace {

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
    return simulate(graph_, builtin_providers(), observation_, "web01", diagnostics_, scope_);
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

TEST_F(SimulateTest, LocksAreKeptInTheArtifact) {
  add_file("/srv/y", "new", "old");
  observation_.locks = {{"file:/srv/y", "ada", "a trial", "2026-01-02T05:04:05Z"}};
  Plan plan;
  plan.hosts["web01"] = run()->host;
  plan.hosts["web01"].facts = plan.hosts["web01"].ir = digest("");
  const Artifact artifact = write_artifact(plan);
  const Result<Plan> read = read_artifact(artifact.bytes);
  ASSERT_TRUE(read) << read.error().summary();
  EXPECT_EQ(read->hosts.at("web01").locks, observation_.locks);
  EXPECT_EQ(read->hosts.at("web01").held_back, plan.hosts["web01"].held_back);
  EXPECT_TRUE(read->changes_nothing());
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

TEST(Scope, OneTagIsEnoughAndOneSkippedIsTooMuch) {
  const std::set<std::string> both = {"a", "b"};
  EXPECT_TRUE((Scope{"all", "", {}, {}}.takes({})));
  EXPECT_TRUE((Scope{"all", "", {"b", "c"}, {}}.takes(both)));
  EXPECT_FALSE((Scope{"all", "", {"c"}, {}}.takes(both)));
  EXPECT_FALSE((Scope{"all", "", {"a"}, {}}.takes({})));
  EXPECT_FALSE((Scope{"all", "", {"a"}, {"b"}}.takes(both)));
  EXPECT_TRUE((Scope{"all", "", {}, {"c"}}.takes(both)));
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

Plan plan_of(const HostPlan& host, const std::vector<std::string>& names) {
  Plan plan;
  plan.engine = "1.0.0";
  plan.project = "edge";
  plan.scope.on = "all";
  plan.inputs = {{"config", digest("a")}, {"inventory", digest("b")}, {"values", digest("c")}};
  for (const std::string& name : names) plan.hosts[name] = host;
  plan.blobs[digest("new")] = "new";
  return plan;
}

class ArtifactTest : public SimulateTest {
 protected:
  void SetUp() override {
    add_file("/etc/motd", "new", "old");
    host_ = run()->host;
    host_.facts = digest("facts");
    host_.ir = digest("ir");
  }
  HostPlan host_;
};

TEST_F(ArtifactTest, ReadsBackWhatItWrote) {
  const Artifact artifact = write_artifact(plan_of(host_, {"web01"}));
  EXPECT_EQ(artifact.id, digest(artifact.bytes));
  const Result<Plan> read = read_artifact(artifact.bytes);
  ASSERT_TRUE(read) << read.error().summary();
  EXPECT_EQ(write_artifact(*read).bytes, artifact.bytes);
  EXPECT_EQ(read->hosts.at("web01").actions->front().desired.address.str(), "file:/etc/motd");
}

TEST_F(ArtifactTest, ItsScopeStandsInItAndComesBack) {
  Plan plan = plan_of(host_, {"web01"});
  const std::string whole = write_artifact(plan).bytes;
  EXPECT_EQ(whole.find("tags"), std::string::npos);
  plan.scope = {"web", "web0[1:3]", {"config", "app"}, {"slow"}};
  HostPlan narrowed = host_;
  narrowed.left_out = 3;
  Actions actions = *narrowed.actions;
  actions[0].owes = {{"service:x", Op::kReload}};
  Action probe;
  probe.desired = actions[0].desired;
  probe.op = Op::kVerify;
  probe.operations = {Probe{}};
  probe.triggered = true;
  probe.triggered_by = {"file:/etc/motd"};
  actions.push_back(probe);
  narrowed.actions = std::make_shared<const Actions>(actions);
  plan.hosts["web01"] = narrowed;
  const std::string bytes = write_artifact(plan).bytes;
  const Result<Plan> read = read_artifact(bytes);
  ASSERT_TRUE(read) << read.error().summary();
  EXPECT_EQ(read->scope.limit, "web0[1:3]");
  EXPECT_EQ(read->scope.tags, (std::set<std::string>{"app", "config"}));
  EXPECT_EQ(read->scope.skip_tags, std::set<std::string>{"slow"});
  EXPECT_EQ(read->hosts.at("web01").left_out, 3);
  EXPECT_EQ(read->hosts.at("web01").actions->front().owes, actions[0].owes);
  EXPECT_EQ(read->hosts.at("web01").actions->back().op, Op::kVerify);
}

TEST_F(ArtifactTest, BytesThatAreNotTextComeBackWhole) {
  Plan plan = plan_of(host_, {"web01"});
  const std::string bytes("\xff\x00\xfe", 3);
  plan.blobs[digest(bytes)] = bytes;
  const Result<Plan> read = read_artifact(write_artifact(plan).bytes);
  ASSERT_TRUE(read) << read.error().summary();
  EXPECT_EQ(read->blobs.at(digest(bytes)), bytes);
}

TEST_F(ArtifactTest, ALargeContentIsNamed) {
  Plan plan = plan_of(host_, {"web01"});
  plan.contents[digest("image")] = {std::uint64_t{1} << 40, "files/image"};
  plan.contents[digest("page")] = {kLargeContent + 1, ""};
  const std::string bytes = write_artifact(plan).bytes;
  const Result<Plan> read = read_artifact(bytes);
  ASSERT_TRUE(read) << read.error().summary();
  EXPECT_EQ(read->contents, plan.contents);
  // What would have been written otherwise, and what leads out of the project, is refused.
  for (const LargeContent& content :
       {LargeContent{kLargeContent, "files/small"}, LargeContent{kLargeContent + 1, "/etc/shadow"},
        LargeContent{kLargeContent + 1, "files/../../shadow"}}) {
    plan.contents[digest("page")] = content;
    EXPECT_FALSE(read_artifact(write_artifact(plan).bytes)) << content.source;
  }
}

TEST_F(ArtifactTest, EqualHostsShareOneList) {
  const std::string one = write_artifact(plan_of(host_, {"web01"})).bytes;
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) names.push_back("web" + std::to_string(i));
  const std::string hundred = write_artifact(plan_of(host_, names)).bytes;
  EXPECT_LT(hundred.size(), one.size() + 100 * 400);
  const Result<Plan> read = read_artifact(hundred);
  ASSERT_TRUE(read) << read.error().summary();
  EXPECT_EQ(read->hosts.at("web99").actions->size(), 1U);
}

TEST_F(ArtifactTest, AnyEditIsRefused) {
  const std::string bytes = write_artifact(plan_of(host_, {"web01"})).bytes;
  EXPECT_TRUE(read_artifact(bytes));
  std::string edited = bytes;
  edited.replace(edited.find("\"new\""), 5, "\"bad\"");
  EXPECT_EQ(read_artifact(edited).error().code(), Code::kPlanUnreadable);
  EXPECT_EQ(read_artifact(bytes + "\n").error().code(), Code::kPlanUnreadable);
  EXPECT_EQ(read_artifact(bytes.substr(0, bytes.size() / 2)).error().code(), Code::kPlanUnreadable);
  std::string newer = bytes;
  newer.replace(newer.find("plan/v1"), 7, "plan/v9");
  EXPECT_EQ(read_artifact(newer).error().code(), Code::kPlanVersion);
}

}  // namespace
}  // namespace plumb::plan
