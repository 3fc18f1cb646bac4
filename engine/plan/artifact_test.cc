// The artifact: what it holds comes back, and what write_artifact() would not have written is refused.
#include "engine/plan/artifact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/testing/kinds.h"

namespace plumb::plan {
namespace {

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

class ArtifactTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Action action;
    action.desired.address = *Address::parse("note:/etc/motd");
    action.desired.attributes = {{"at", "/etc/motd"}, {"text", digest("new")}};
    action.op = Op::kUpdate;
    action.seen = {true, false, {{"text", digest("old")}}};
    action.before = {{"text", digest("old")}};
    action.after = {{"text", digest("new")}};
    action.operations = {WriteFile{"/etc/motd", digest("new"), {}, false, false, ""}};
    action.because = {{"text", "first"}};
    action.source = "plumb.yaml:4:11";
    host_.actions = ActionList({action});
    host_.facts = digest("facts");
    host_.ir = digest("ir");
  }
  Result<Plan> read(std::string_view bytes) const { return read_artifact(bytes, kinds_); }

  const Registry kinds_ = testing::made_up_kinds();
  HostPlan host_;
};

TEST_F(ArtifactTest, ReadsBackWhatItWrote) {
  const Artifact artifact = write_artifact(plan_of(host_, {"web01"}));
  EXPECT_EQ(artifact.id, digest(artifact.bytes));
  const Result<Plan> found = read(artifact.bytes);
  ASSERT_TRUE(found) << found.error().summary();
  EXPECT_EQ(write_artifact(*found).bytes, artifact.bytes);
  EXPECT_EQ(found->hosts.at("web01").actions.get()->front().desired.address.str(), "note:/etc/motd");
}

TEST_F(ArtifactTest, IsWrittenInFullForPrograms) {
  Plan plan = plan_of(host_, {"web01", "web02"});
  plan.hosts["idle \"1\"\\"].orphans = {"note:/{[\",\n"};
  plan.unplanned["web03"] = "PL3001";
  std::string text;
  write_expanded(plan, {{"id", "x"}, {"none", Json::object()}}, [&](std::string_view piece) { text += piece; });
  const Json json = Json::parse(text);
  EXPECT_EQ(text, json.dump(2) + "\n");
  EXPECT_EQ(json["hosts"]["web02"]["actions"], Json::parse(host_.actions.text()));
  EXPECT_EQ(json["hosts"]["idle \"1\"\\"]["actions"], Json::array());
}

TEST_F(ArtifactTest, ItsScopeStandsInItAndComesBack) {
  Plan plan = plan_of(host_, {"web01"});
  const std::string whole = write_artifact(plan).bytes;
  EXPECT_EQ(whole.find("tags"), std::string::npos);
  plan.scope = {"web", "web0[1:3]", {"config", "app"}, {"slow"}, {"note:/etc/*"}, "lamp:web"};
  HostPlan narrowed = host_;
  narrowed.left_out = 3;
  Actions actions = *narrowed.actions.get();
  actions[0].owes = {{"lamp:x", Op::kReload}};
  Action probe;
  probe.desired = actions[0].desired;
  probe.op = Op::kVerify;
  probe.operations = {Probe{}};
  probe.triggered = true;
  probe.triggered_by = {"note:/etc/motd"};
  actions.push_back(probe);
  narrowed.actions = ActionList(actions);
  plan.hosts["web01"] = narrowed;
  const std::string bytes = write_artifact(plan).bytes;
  const Result<Plan> found = read(bytes);
  ASSERT_TRUE(found) << found.error().summary();
  EXPECT_EQ(found->scope.limit, "web0[1:3]");
  EXPECT_EQ(found->scope.tags, (std::set<std::string>{"app", "config"}));
  EXPECT_EQ(found->scope.skip_tags, std::set<std::string>{"slow"});
  EXPECT_EQ(found->scope.addresses, std::set<std::string>{"note:/etc/*"});
  EXPECT_EQ(found->scope.start_at, "lamp:web");
  EXPECT_EQ(found->hosts.at("web01").left_out, 3);
  EXPECT_EQ(found->hosts.at("web01").actions.get()->front().owes, actions[0].owes);
  EXPECT_EQ(found->hosts.at("web01").actions.get()->back().op, Op::kVerify);
}

TEST_F(ArtifactTest, BytesThatAreNotTextComeBackWhole) {
  Plan plan = plan_of(host_, {"web01"});
  const std::string bytes("\xff\x00\xfe", 3);
  plan.blobs[digest(bytes)] = bytes;
  const Result<Plan> found = read(write_artifact(plan).bytes);
  ASSERT_TRUE(found) << found.error().summary();
  EXPECT_EQ(found->blobs.at(digest(bytes)), bytes);
}

TEST_F(ArtifactTest, ALargeContentIsNamed) {
  Plan plan = plan_of(host_, {"web01"});
  plan.contents[digest("image")] = {std::uint64_t{1} << 40, "files/image"};
  plan.contents[digest("page")] = {kLargeContent + 1, ""};
  const std::string bytes = write_artifact(plan).bytes;
  const Result<Plan> found = read(bytes);
  ASSERT_TRUE(found) << found.error().summary();
  EXPECT_EQ(found->contents, plan.contents);
  // What would have been written otherwise, and what leads out of the project, is refused.
  for (const LargeContent& content :
       {LargeContent{kLargeContent, "files/small"}, LargeContent{kLargeContent + 1, "/etc/shadow"},
        LargeContent{kLargeContent + 1, "files/../../shadow"}}) {
    plan.contents[digest("page")] = content;
    EXPECT_FALSE(read(write_artifact(plan).bytes)) << content.source;
  }
}

TEST_F(ArtifactTest, EqualHostsShareOneList) {
  const std::string one = write_artifact(plan_of(host_, {"web01"})).bytes;
  std::vector<std::string> names;
  for (int i = 0; i < 100; ++i) names.push_back("web" + std::to_string(i));
  const std::string hundred = write_artifact(plan_of(host_, names)).bytes;
  EXPECT_LT(hundred.size(), one.size() + 100 * 400);
  const Result<Plan> found = read(hundred);
  ASSERT_TRUE(found) << found.error().summary();
  EXPECT_EQ(found->hosts.at("web99").actions.size(), 1U);
}

TEST_F(ArtifactTest, AnyEditIsRefused) {
  const std::string bytes = write_artifact(plan_of(host_, {"web01"})).bytes;
  EXPECT_TRUE(read(bytes));
  std::string edited = bytes;
  edited.replace(edited.find("\"new\""), 5, "\"bad\"");
  EXPECT_EQ(read(edited).error().code(), Code::kPlanUnreadable);
  EXPECT_EQ(read(bytes + "\n").error().code(), Code::kPlanUnreadable);
  EXPECT_EQ(read(bytes.substr(0, bytes.size() / 2)).error().code(), Code::kPlanUnreadable);
  std::string newer = bytes;
  newer.replace(newer.find("plan/v1"), 7, "plan/v9");
  EXPECT_EQ(read(newer).error().code(), Code::kPlanVersion);
  EXPECT_THAT(read(newer).error().diagnostic().hint, ::testing::HasSubstr("make the plan anew"));
}

TEST_F(ArtifactTest, LocksAndWhatTheyHoldBackAreKept) {
  Plan plan = plan_of(host_, {"web01"});
  HostPlan& host = plan.hosts["web01"];
  host.actions = ActionList();
  host.locks = {{"note:/srv/y", "ada", "a trial", "2026-01-02T05:04:05Z"}};
  host.held_back = {{"note:/srv/y", Op::kUpdate, "note:/srv/y", ""}, {"note:/srv/z", Op::kNone, "", "note:/srv/y"}};
  const Result<Plan> found = read(write_artifact(plan).bytes);
  ASSERT_TRUE(found) << found.error().summary();
  EXPECT_EQ(found->hosts.at("web01").locks, host.locks);
  EXPECT_EQ(found->hosts.at("web01").held_back, host.held_back);
  EXPECT_TRUE(found->changes_nothing());
}

}  // namespace
}  // namespace plumb::plan
