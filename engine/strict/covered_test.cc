#include "engine/strict/covered.h"

#include <chrono>
#include <ctime>

#include <fcntl.h>
#include <gtest/gtest.h>

#include "engine/base/digest.h"
#include "engine/base/file.h"
#include "engine/base/program.h"
#include "engine/base/sealed.h"
#include "engine/base/time_text.h"
#include "engine/plan/slices.h"
#include "engine/testing/scratch_folder.h"
#include "engine/trust/sign.h"
#include "engine/trust/statement.h"

namespace plumb::strict {
namespace {

using testing::ScratchFolder;

constexpr std::string_view kVersion = "1.2.3";

std::chrono::sys_seconds now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

// A plan for three hosts that ana and ben have approved, and what h2 is asked with it.
class CoveredTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new ScratchFolder();
    for (const char* name : {"ana", "ana2", "ben", "zoe"}) {
      ASSERT_EQ(run_program({"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", *folder_ / name},
                            folder_->path(), Code::kInternal)
                    .value()
                    .exit_code,
                0);
    }
  }
  static void TearDownTestSuite() { delete folder_; }

  void SetUp() override {
    plan_.engine = kVersion;
    plan_.project = "web";
    plan::Action action;
    action.desired.address = {"", "note", "/etc/motd"};
    action.desired.attributes = {{"path", "/etc/motd"}};
    action.op = Op::kCreate;
    action.after = {{"path", "/etc/motd"}};
    plan::Action second = action;
    second.desired.address = {"", "note", "/etc/issue"};
    second.needs = {"note:/etc/motd"};
    for (const char* host : {"h1", "h2", "h3"}) plan_.hosts[host].record = 4;
    plan_.hosts["h2"].actions = plan::ActionList({action, second});
    plan_.hosts["h2"].permits = {"note:/etc/old"};
    charter_ = {.host = "h2",
                .projects = {"web"},
                .approvals = 2,
                .signers = {line("ana", "ana"), line("ana", "ana2"), line("ben", "ben")},
                .revoked = {},
                .replaces = ""};
    request_.project = "web";
    request_.run = "run-1";
    request_.who = "ci@runner";
    request_.plan = id_;
    request_.cover = cover("h2", 1);
    request_.cover->statements = {approved_by("ana"), approved_by("ben")};
  }

  static std::string line(const std::string& who, const std::string& key) {
    const std::string text = read_file(*folder_ / (key + ".pub"), 4096).value();
    return who + "@example.com " + text.substr(0, text.rfind(' '));
  }

  wire::Cover cover(const std::string& host, std::size_t index) const {
    const plan::Slices slices = plan::slices(plan_, id_);
    wire::Cover cover;
    cover.slice = slices.all[index].bytes;
    cover.index = index;
    cover.path = plan::paths_of(slices)[index];
    const plan::HostPlan& own = plan_.hosts.at(host);
    if (!own.actions.empty()) cover.actions = own.actions.text();
    cover.record_changes = plan::record_changes_text(own);
    return cover;
  }

  trust::Approval approval() const {
    return {.plan = id_,
            .tree_head = plan::slices(plan_, id_).tree_head,
            .hosts = plan_.hosts.size(),
            .project = "web",
            .not_before = rfc3339(now()),
            .not_after = rfc3339(now() + std::chrono::hours(1)),
            .reason = "ticket 7"};
  }

  static wire::SignedStatement signed_by(const std::string& who, const std::string& statement,
                                         std::string_view name_space = trust::kApprovalNamespace) {
    return {statement, trust::sign(statement, name_space, *folder_ / who, 2).value()};
  }
  wire::SignedStatement approved_by(const std::string& who) const {
    return signed_by(who, trust::statement_of(approval()));
  }

  Result<Covered> ask(std::chrono::sys_seconds at = now()) const {
    return covered(charter_, trust::trust_of(charter_).value(), request_, kVersion, at);
  }
  std::string refused(std::chrono::sys_seconds at = now()) const {
    const Result<Covered> asked = ask(at);
    if (asked) return "it is carried out";
    EXPECT_EQ(asked.error().code(), Code::kNotCovered);
    return asked.error().summary();
  }

  static ScratchFolder* folder_;
  const std::string id_ = digest("the plan's bytes");
  plan::Plan plan_;
  trust::Charter charter_;
  wire::Apply request_;
};
ScratchFolder* CoveredTest::folder_ = nullptr;

using ::testing::Test;

TEST_F(CoveredTest, WhatTwoHaveApprovedIsCarriedOutAndNothingElseOfTheRequest) {
  request_.actions.emplace_back().desired.address = {"", "command", "evil"};
  request_.resources["note:/etc/evil"] = Json::object();
  request_.forget = {"note:/etc/evil"};
  request_.permits = {"note:/etc/evil"};
  request_.moot_probes = {"note:/etc/evil"};
  request_.moved = {{"note:/etc/evil", "note:/etc/other"}};
  request_.plan = digest("evil");
  const Result<Covered> asked = ask();
  ASSERT_TRUE(asked) << asked.error().summary();
  EXPECT_EQ(asked->record, 4);
  const wire::Apply& apply = asked->apply;
  EXPECT_EQ(apply.plan, id_);
  EXPECT_EQ(apply.who, "ci@runner");
  EXPECT_TRUE(apply.check_applied);
  ASSERT_EQ(apply.actions.size(), 2U);
  EXPECT_EQ(apply.actions[0].desired.address.str(), "note:/etc/motd");
  EXPECT_EQ(apply.actions[1].needs, std::vector<std::size_t>{0});
  EXPECT_EQ(apply.permits, std::vector<std::string>{"note:/etc/old"});
  EXPECT_EQ(apply.resources.size(), 2U);
  EXPECT_TRUE(apply.forget.empty());
  EXPECT_TRUE(apply.moved.empty());
  EXPECT_TRUE(apply.moot_probes.empty());
  EXPECT_FALSE(apply.cover);
}

TEST_F(CoveredTest, EachFlippedBitIsRefused) {
  wire::Cover& cover = *request_.cover;
  const auto each_bit = [&](std::string& text, std::size_t step, const char* what) {
    for (std::size_t bit = 0; bit < 8 * text.size(); bit += step) {
      text[bit / 8] = static_cast<char>(text[bit / 8] ^ 1 << bit % 8);
      EXPECT_FALSE(ask()) << what << ", bit " << bit;
      text[bit / 8] = static_cast<char>(text[bit / 8] ^ 1 << bit % 8);
    }
  };
  // Before anything is checked that takes long.
  each_bit(cover.slice, 1, "slice");
  each_bit(cover.actions, 5, "actions");
  each_bit(cover.record_changes, 5, "record changes");
  for (std::string& step : cover.path) each_bit(step, 3, "path");
  each_bit(cover.statements[0].statement, 3, "statement");
  // In the text of a signature there are line breaks, which say nothing.
  std::string& signature = cover.statements[1].signature;
  std::size_t refused = 0;
  for (std::size_t at = 0; at < signature.size(); ++at) {
    const char before = signature[at];
    signature[at] = before == 'A' ? 'B' : 'A';
    if (!ask()) ++refused;
    signature[at] = before;
  }
  EXPECT_EQ(refused, signature.size());
  EXPECT_TRUE(ask());
}

TEST_F(CoveredTest, ItSaysWhatItLacks) {
  const auto has = [this](const std::string& words) { return refused().find(words) != std::string::npos; };
  const wire::Cover good = *request_.cover;
  wire::Cover& cover = *request_.cover;
  cover.actions += ' ';
  EXPECT_TRUE(has("the actions that were sent are not those of the slice")) << refused();
  cover = good;
  cover.record_changes = "";
  EXPECT_TRUE(has("the changes of the record that were sent are not those of the slice")) << refused();
  cover = good;
  cover.readings = "[]";
  EXPECT_TRUE(has("the readings that were sent")) << refused();
  cover = good;
  cover.index = 2;
  EXPECT_TRUE(has("do not lead to what ana@example.com has approved")) << refused();
  cover = good;
  cover.path.pop_back();
  EXPECT_TRUE(has("do not lead to what ben@example.com has approved")) << refused();
  cover = good;
  cover.statements.clear();
  EXPECT_TRUE(has("asks for 2 persons behind the plan, and there are 0")) << refused();
  request_.cover.reset();
  EXPECT_TRUE(has("this host is strict")) << refused();
  request_.cover = good;
  request_.project = "shop";
  EXPECT_TRUE(has("does not name the project `shop`")) << refused();
}

TEST_F(CoveredTest, APersonIsCountedOnceHoweverManyKeysThereAre) {
  request_.cover->statements = {approved_by("ana"), approved_by("ana2"), approved_by("ana")};
  EXPECT_NE(refused().find("there is 1"), std::string::npos) << refused();
  request_.cover->statements.push_back(approved_by("ben"));
  EXPECT_TRUE(ask());
}

TEST_F(CoveredTest, WhoIsNotOfTheCharterCountsForNothing) {
  request_.cover->statements = {approved_by("ana"), approved_by("zoe")};
  EXPECT_NE(refused().find("is not among the allowed signers"), std::string::npos) << refused();
  // Nor whose key was taken back.
  request_.cover->statements = {approved_by("ana"), approved_by("ben")};
  charter_.revoked = {line("ben", "ben").substr(std::string("ben@example.com ").size())};
  EXPECT_NE(refused().find("was revoked"), std::string::npos) << refused();
}

TEST_F(CoveredTest, AnotherHostsSliceIsRefusedAlthoughItIsApproved) {
  const std::vector<wire::SignedStatement> statements = request_.cover->statements;
  request_.cover = cover("h1", 0);
  request_.cover->statements = statements;
  EXPECT_EQ(refused(), "the slice is of the host h1, and by its charter this one is h2");
}

TEST_F(CoveredTest, AnotherPlansApprovalIsRefused) {
  trust::Approval other = approval();
  other.plan = digest("another plan");
  request_.cover->statements[1] = signed_by("ben", trust::statement_of(other));
  EXPECT_NE(refused().find("the approval of ben@example.com is of another plan"), std::string::npos) << refused();
  other = approval();
  other.project = "shop";
  request_.cover->statements[1] = signed_by("ben", trust::statement_of(other));
  EXPECT_NE(refused().find("is of the project `shop`"), std::string::npos) << refused();
}

TEST_F(CoveredTest, AnApprovalHoldsInItsTimeAlone) {
  EXPECT_NE(refused(now() + std::chrono::hours(2)).find("it was valid until"), std::string::npos);
  EXPECT_NE(refused(now() - std::chrono::hours(2)).find("it is not valid before"), std::string::npos);
}

TEST_F(CoveredTest, ASignatureOfAnotherNamespaceIsNone) {
  const std::string statement = trust::statement_of(approval());
  request_.cover->statements[1] = signed_by("ben", statement, trust::kPlanNamespace);
  EXPECT_NE(refused().find("it was signed as `plan@plumbline`"), std::string::npos) << refused();
}

TEST_F(CoveredTest, AnotherVersionsPlanIsRefused) {
  EXPECT_NE(covered(charter_, trust::trust_of(charter_).value(), request_, "2.0.0", now())
                .error()
                .summary()
                .find("made by version 1.2.3"),
            std::string::npos);
}

TEST_F(CoveredTest, ASensitiveValueIsTheOneOfItsDigest) {
  request_.key = "key";
  request_.secrets = {{Sealed::of("key", "s3cret").encode(), "s3cret"}};
  EXPECT_TRUE(ask());
  request_.secrets.begin()->second = "other";
  EXPECT_NE(refused().find("is not the one that the plan names"), std::string::npos) << refused();
}

TEST_F(CoveredTest, NothingIsTakenOverAndNothingIsSaidToBeDone) {
  request_.take_over = true;
  EXPECT_NE(refused().find("takes no resources over"), std::string::npos);
  request_.take_over = false;
  request_.settled = {0};
  EXPECT_NE(refused().find("is told by nobody what it has done"), std::string::npos);
}

// What a host spends, so that nothing else on this machine counts.
// The record keeps them, and who plans next would be told of a run that is none.
TEST_F(CoveredTest, ARunHasAnIdThatCanBeKept) {
  for (const std::string& run :
       {std::string(), std::string("../evil"), std::string("a\0b", 3), std::string("a\nb"), std::string(65, 'r')}) {
    request_.run = run;
    EXPECT_EQ(refused(), "the id of a run is 1 to 64 letters, digits and -, and this one is not") << run;
  }
  request_.run = "20260301T120000Z-0a8a";
  EXPECT_TRUE(ask());
  request_.who = std::string(513, 'w');
  EXPECT_EQ(refused(), "whoever began the run has a name of more than 512 bytes");
}

TEST_F(CoveredTest, TheCheckTakesFewMilliseconds) {
  const trust::Trust trust = trust::trust_of(charter_).value();
  constexpr int kTimes = 20;
  const std::clock_t begin = std::clock();
  for (int i = 0; i < kTimes; ++i) ASSERT_TRUE(covered(charter_, trust, request_, kVersion, now()));
  const double milliseconds = 1000.0 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC / kTimes;
  RecordProperty("milliseconds", std::to_string(milliseconds));
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__)
  EXPECT_LE(milliseconds, 5.0);
#endif
}

}  // namespace
}  // namespace plumb::strict
