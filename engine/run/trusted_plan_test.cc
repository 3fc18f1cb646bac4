#include "engine/run/trusted_plan.h"

#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/base/json.h"
#include "engine/base/program.h"
#include "engine/testing/kinds.h"
#include "engine/testing/scratch_folder.h"
#include "engine/trust/sign.h"

namespace plumb::run {
namespace {

constexpr std::chrono::sys_seconds kNow{std::chrono::seconds(1'800'000'000)};
constexpr std::chrono::seconds kHour{3600};

class TrustedPlan : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!has_program("ssh-keygen")) GTEST_SKIP() << "there is no ssh-keygen";
    std::string signers;
    for (const std::string who : {"ana", "ben"}) {
      const std::vector<std::string> arguments = {"ssh-keygen", "-q", "-N", "", "-t", "ed25519", "-f", folder_ / who};
      ASSERT_EQ(run_program(arguments, folder_.path(), Code::kInternal).value().exit_code, 0);
      signers += who + " " + folder_.read(who + ".pub");
    }
    policy_.signers = folder_.write("signers", signers);
    plan::Plan plan;
    plan.engine = PLUMB_VERSION;
    plan.project = "edge";
    plan.scope.on = "all";
    for (const char* name : {"config", "inventory", "values"}) plan.inputs[name] = digest(name);
    plan.hosts["h1"].facts = plan.hosts["h1"].ir = digest("x");
    bytes_ = plan::write_artifact(plan).bytes;
    file_ = folder_.write("plan.json", bytes_);
  }

  std::string sign(std::string_view bytes, std::string_view name_space, const std::string& who) {
    return trust::sign(bytes, name_space, folder_ / who, 2).value();
  }
  void sign_plan(const std::string& who) { folder_.write("plan.json.sig", sign(bytes_, trust::kPlanNamespace, who)); }
  SavedPlan saved() { return read_saved_plan(bytes_, kinds_).value(); }
  void approve(const trust::Approval& approval, const std::string& who) {
    const std::string statement = trust::statement_of(approval);
    ASSERT_TRUE(write_approval(file_, statement, sign(statement, trust::kApprovalNamespace, who)));
  }
  trust::Approval approval(const std::string& reason = "") { return approval_of(saved(), kNow, kHour, reason); }

  std::string problem(std::chrono::sys_seconds time = kNow) {
    const Result<> good = check_trust(file_, saved(), policy_, time);
    return good ? "" : good.error().summary();
  }
  bool problem_says(const std::string& text, std::chrono::sys_seconds time = kNow) {
    return problem(time).find(text) != std::string::npos;
  }

  testing::ScratchFolder folder_;
  Registry kinds_ = plumb::testing::made_up_kinds();
  TrustPolicy policy_;
  std::string bytes_;
  std::string file_;
};

TEST_F(TrustedPlan, WhereNothingIsAskedForAnyPlanIsRead) {
  policy_ = {};
  EXPECT_EQ(problem(), "");
}

TEST_F(TrustedPlan, WhatSignsAndApprovesItCanBeTyped) {
  file_ = folder_.write("my plan.json", bytes_);
  const auto hint = [this] { return check_trust(file_, saved(), policy_, kNow).error().diagnostic().hint; };
  policy_.signature = true;
  EXPECT_EQ(hint(), "`plumb sign '" + file_ + "' --key FILE` signs it");
  policy_.signature = false;
  policy_.approvals = 1;
  EXPECT_EQ(hint(), "`plumb approve '" + file_ + "' --key FILE` shows the plan and approves it");
}

TEST_F(TrustedPlan, ASignatureIsOfTheseBytesAndOfAPlan) {
  policy_.signature = true;
  EXPECT_TRUE(problem_says("the plan is not signed"));
  sign_plan("ana");
  EXPECT_EQ(problem(), "");
  folder_.write("plan.json.sig", sign(bytes_, trust::kApprovalNamespace, "ana"));
  EXPECT_TRUE(problem_says("it was signed as `approval@plumbline`"));
  sign_plan("ana");
  folder_.write("plan.json", bytes_ + " ");
  EXPECT_TRUE(problem_says("was changed while it was read"));
}

TEST_F(TrustedPlan, PersonsAreCounted) {
  policy_.approvals = 2;
  EXPECT_TRUE(problem_says("approved by 0 of the 2 persons"));
  approve(approval("one"), "ana");
  approve(approval("two"), "ana");
  EXPECT_TRUE(problem_says("approved by 1 of the 2 persons"));
  approve(approval("three"), "ben");
  EXPECT_EQ(problem(), "");
  EXPECT_TRUE(problem_says("it was valid until", kNow + 2 * kHour));
  EXPECT_TRUE(problem_says("it is not valid before", kNow - kHour));
}

TEST_F(TrustedPlan, AnApprovalOfAnythingElseDoesNotCount) {
  policy_.approvals = 1;
  trust::Approval other = approval();
  other.plan = digest("another");
  approve(other, "ana");
  EXPECT_TRUE(problem_says("it is of another plan"));
  other = approval();
  other.project = "inner";
  approve(other, "ana");
  EXPECT_TRUE(problem_says("it is of the project `inner`"));
  other = approval();
  other.tree_head = digest("another");
  approve(other, "ana");
  EXPECT_TRUE(problem_says("it is of other hosts"));
  other = approval();
  other.hosts = 2;
  approve(other, "ana");
  EXPECT_TRUE(problem_says("approved by 0 of the 1 persons"));
  approve(approval(), "ana");
  EXPECT_EQ(problem(), "");
}

TEST_F(TrustedPlan, AStatementThatWasChangedDoesNotCount) {
  policy_.approvals = 1;
  approve(approval("because"), "ana");
  const std::string name = digest(trust::statement_of(approval("because"))).substr(kDigestPrefix.size());
  std::string text = folder_.read("plan.json.approvals/" + name + ".json");
  text.replace(text.find("because"), 7, "another");
  folder_.write("plan.json.approvals/" + name + ".json", text);
  EXPECT_TRUE(problem_says("not the key's own over these bytes"));
  std::filesystem::remove(folder_.path() / ("plan.json.approvals/" + name + ".sig"));
  EXPECT_TRUE(problem_says("approved by 0 of the 1 persons"));
}

}  // namespace
}  // namespace plumb::run
