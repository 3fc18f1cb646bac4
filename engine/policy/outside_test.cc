// Programs that judge plans, as programs.
#include "engine/policy/outside.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/base/file.h"
#include "engine/plan/action_json.h"
#include "engine/testing/scratch_folder.h"

namespace plumb::policy {
namespace {

using ::testing::HasSubstr;

class OutsideTest : public ::testing::Test {
 protected:
  OutsideTest() {
    const Json given = {{"address", "boat:one"},
                        {"after", Json::object()},
                        {"because", Json::object()},
                        {"before", Json::object()},
                        {"desired", Json::object()},
                        {"fidelity", "exact"},
                        {"op", "create"},
                        {"operations", Json::array()},
                        {"requires", Json::array()},
                        {"source", "plumb.yaml:7:5"},
                        {"undo", "no"}};
    plan_.hosts["a"].actions = plan::ActionList({*plan::action_from_json(given)});
  }

  Judgement judged(const std::string& script, std::chrono::seconds timeout = std::chrono::seconds(20)) {
    Policy policy;
    policy.judges.push_back({"outside", {"sh", "-c", script}, timeout, {"policy/rules.yaml", 3, 11, 3, 18}});
    Judgement judgement;
    const JudgeInput input{plan_, [](const std::string&) { return HostNotes{{"edge"}, nullptr}; }, {}, sources_};
    ask(policy, input, "sha256:id", scratch_.path(), -1, judgement);
    return judgement;
  }

  std::string failure(const std::string& script) {
    const Judgement judgement = judged(script, std::chrono::seconds(2));
    EXPECT_TRUE(judgement.denies()) << script;
    return judgement.failures.items().empty() ? "none" : judgement.failures.items().front().summary;
  }

  testing::ScratchFolder scratch_;
  lang::SourceMap sources_;
  plan::Plan plan_;
};

TEST_F(OutsideTest, IsGivenThePlanAndAnswers) {
  const Judgement judgement = judged(
      R"(grep -q '"address":"boat:one"' && echo '{"deny": [{"message": "it floats", "address": "boat:one", "hosts": ["a"]}],
         "require": [{"message": "and", "approvals": 2, "ticket": "CHG"}], "warn": ["hm"]}')");
  EXPECT_TRUE(judgement.failures.empty()) << judgement.failures.items().front().summary;
  ASSERT_EQ(judgement.findings.size(), 3U);
  EXPECT_EQ(judgement.findings[0].message, "it floats");
  EXPECT_EQ(judgement.findings[0].source, "plumb.yaml:7:5");
  EXPECT_EQ(judgement.findings[0].hosts, std::vector<std::string>{"a"});
  EXPECT_EQ(judgement.findings[1].requirement.approvals, 2U);
  EXPECT_EQ(judgement.findings[2].effect, Effect::kWarn);
  EXPECT_FALSE(judged("echo '{}'").denies());
}

TEST_F(OutsideTest, LetsNothingPassThatItDidNotJudge) {
  EXPECT_THAT(failure("exit 3"), HasSubstr("ended with 3"));
  EXPECT_THAT(failure("true"), HasSubstr("gave an answer that is none"));
  EXPECT_THAT(failure("echo undefined"), HasSubstr("gave an answer that is none"));
  EXPECT_THAT(failure("echo '[]'"), HasSubstr("it is no object"));
  EXPECT_THAT(failure("echo '{\"allow\": []}'"), HasSubstr("`allow`"));
  EXPECT_THAT(failure("echo '{\"deny\": [{}]}'"), HasSubstr("no `message`"));
  EXPECT_THAT(failure("echo '{\"deny\": [{\"message\": \"x\", \"host\": \"a\"}]}'"), HasSubstr("`host`"));
  EXPECT_THAT(failure("echo '{\"deny\": [{\"message\": \"x\", \"hosts\": [\"z\"]}]}'"),
              HasSubstr("that the plan has not"));
  EXPECT_THAT(failure("echo '{\"require\": [{\"message\": \"x\"}]}'"), HasSubstr("asks for nothing"));
  EXPECT_THAT(failure("sleep 60"), HasSubstr("could not judge"));
  EXPECT_THAT(failure("yes | head -c 40000000"), HasSubstr("could not judge"));
  Policy policy;
  policy.judges.push_back({"outside", {"/nowhere/opa"}, std::chrono::seconds(5), {}});
  Judgement judgement;
  ask(policy, {plan_, [](const std::string&) { return HostNotes{}; }, {}, sources_}, "id", scratch_.path(), -1,
      judgement);
  EXPECT_TRUE(judgement.denies());
}

}  // namespace
}  // namespace plumb::policy
