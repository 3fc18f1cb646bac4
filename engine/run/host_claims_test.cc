#include "engine/run/host_claims.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/testing/kinds.h"

namespace plumb::run {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using wire::EventKind;

wire::Apply request() {
  wire::Apply apply;
  for (const char* address : {"note:/a", "note:/b"}) {
    wire::Action action;
    action.desired.address = *Address::parse(address);
    action.op = Op::kCreate;
    apply.actions.push_back(action);
  }
  apply.actions[0].confirm_within = 60;
  apply.actions[1].owes = {{"lamp:l", Op::kRestart}};
  return apply;
}

class Claims : public ::testing::Test {
 protected:
  Result<> tell(EventKind kind, std::size_t index) {
    wire::Event event{kind, index, "", std::nullopt, 0};
    return claims_.take(event);
  }
  Result<> end(wire::Done done, bool stopped = false) { return claims_.take(done, stopped); }
  static wire::Done totals(wire::DoneOutcome outcome, int changed, int failed, int skipped) {
    wire::Done done;
    done.outcome = outcome;
    done.changed = changed;
    done.failed = failed;
    done.skipped = skipped;
    return done;
  }

  ApplyClaims claims_{request(), {"lamp:owed"}};
};

TEST_F(Claims, TotalsAreThoseOfWhatWasTold) {
  ASSERT_TRUE(tell(EventKind::kStarted, 0));
  ASSERT_TRUE(tell(EventKind::kChanged, 0));
  EXPECT_FALSE(end(totals(wire::DoneOutcome::kOk, 1, 0, 0))) << "nothing was told of the second";
  ASSERT_TRUE(tell(EventKind::kSkipped, 1));
  EXPECT_TRUE(end(totals(wire::DoneOutcome::kOk, 1, 0, 1)));
  EXPECT_FALSE(end(totals(wire::DoneOutcome::kOk, 2, 0, 0)));
  EXPECT_FALSE(end(totals(wire::DoneOutcome::kOk, -5, 0, 1)));
  EXPECT_FALSE(end(totals(wire::DoneOutcome::kStale, 1, 0, 1))) << "it began";
  EXPECT_FALSE(end(totals(wire::DoneOutcome::kAlready, 0, 0, 0))) << "nobody asked";
  EXPECT_FALSE(end(totals(wire::DoneOutcome::kInterrupted, 1, 0, 1)));
  EXPECT_TRUE(end(totals(wire::DoneOutcome::kInterrupted, 1, 0, 1), true));
}

TEST_F(Claims, AnActionEndsOnce) {
  ASSERT_TRUE(tell(EventKind::kChanged, 0));
  EXPECT_FALSE(tell(EventKind::kChanged, 0));
  EXPECT_FALSE(tell(EventKind::kStarted, 0));
  EXPECT_FALSE(tell(EventKind::kVerified, 1)) << "it is no probe";
  EXPECT_FALSE(tell(EventKind::kChanged, 2));
  ASSERT_TRUE(tell(EventKind::kFailed, 0)) << "it was done, and could not be recorded";
  EXPECT_FALSE(tell(EventKind::kFailed, 0));
  ASSERT_TRUE(tell(EventKind::kSkipped, 1));
  EXPECT_TRUE(end(totals(wire::DoneOutcome::kFailed, 0, 1, 1)));
}

TEST_F(Claims, OfWhatIsOwedOnlyWhatIsKnownStays) {
  ASSERT_TRUE(tell(EventKind::kChanged, 0));
  ASSERT_TRUE(tell(EventKind::kChanged, 1));
  wire::Done done = totals(wire::DoneOutcome::kOk, 2, 0, 0);
  done.owed = {"lamp:l", "lamp:owed", "note:/etc/shadow"};
  done.confirm_within = 60;
  done.applied_by = "r0";
  ASSERT_TRUE(claims_.take(done, false));
  EXPECT_THAT(done.owed, ElementsAre("lamp:l", "lamp:owed"));
  EXPECT_EQ(done.applied_by, "");
  done.confirm_within = 61;
  EXPECT_FALSE(claims_.take(done, false));
}

TEST_F(Claims, NothingGoesOnWithoutEnd) {
  wire::Event event{EventKind::kOutput, 0, std::string(1000, 'x'), std::nullopt, 0};
  int taken = 0;
  while (taken < 10'000 && claims_.take(event)) ++taken;
  EXPECT_LT(taken, 10'000);
  const wire::Alive alive;
  for (taken = 0; taken < 100'000 && claims_.take(alive);) ++taken;
  EXPECT_LT(taken, 100'000);
  EXPECT_FALSE(claims_.take(wire::Want{"sha256:0", 0, 1})) << "no content of the plan";
}

TEST(ClaimedState, IsOfTheTypesOfItsKind) {
  const Registry kinds = plumb::testing::made_up_kinds();
  const Desired note{*Address::parse("note:/a"), {{"at", "/a"}}, {}};
  const auto state = [](Json attributes) {
    Observed observed;
    observed.exists = true;
    observed.attributes = std::move(attributes);
    return wire::ObservedState{0, std::move(observed), std::nullopt};
  };
  EXPECT_TRUE(claimed_state(state({{"mode", "0644"}, {"other", 7}}), note, &kinds));
  const Result<Observed> typed = claimed_state(state({{"mode", 644}}), note, &kinds);
  ASSERT_FALSE(typed);
  EXPECT_EQ(typed.error().code(), Code::kProtocol);
  EXPECT_THAT(typed.error().summary(), HasSubstr("`mode` as a number"));

  Desired secret = note;
  secret.sensitive = {"text"};
  EXPECT_FALSE(claimed_state(state({{"text", "in clear"}}), secret, &kinds));
  wire::ObservedState shown = state({});
  shown.observed->content_text = "in clear";
  EXPECT_FALSE(claimed_state(shown, secret, &kinds));
  EXPECT_TRUE(claimed_state(shown, note, &kinds));

  const wire::ObservedState mild{0, std::nullopt, Diagnostic(Code::kInterrupted, "no").as(Severity::kNote)};
  const Result<Observed> refused = claimed_state(mild, note, &kinds);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), Code::kProtocol);
  EXPECT_EQ(refused.error().diagnostic().severity, Severity::kError);
}

TEST(ClaimedRecord, HoldsAddressesAndWhatCanBeOwed) {
  wire::Record record;
  record.serial = 3;
  record.resources = {{"note:/a", {{"mode", "0644"}}}};
  record.owed = {{"lamp:l", Op::kRestart, "r0", {"note:/a"}}};
  record.unreported = {{"r0", "", "note:/a", JournalOutcome::kUnknown, "", Op::kCreate}};
  EXPECT_TRUE(check_record(record));
  const auto without = [&](auto change) {
    wire::Record other = record;
    change(other);
    return check_record(other).has_value();
  };
  EXPECT_FALSE(without([](wire::Record& r) { r.serial = -1; }));
  EXPECT_FALSE(without([](wire::Record& r) { r.resources["nothing"] = Json::object(); }));
  EXPECT_FALSE(without([](wire::Record& r) { r.resources["note:/b"] = 7; }));
  EXPECT_FALSE(without([](wire::Record& r) { r.owed[0].op = Op::kCreate; }));
  EXPECT_FALSE(without([](wire::Record& r) { r.owed[0].because = {"nothing"}; }));
  EXPECT_FALSE(without([](wire::Record& r) { r.unreported[0].run = ""; }));
}

TEST_F(Claims, ARestartIsOneOfTheActions) {
  wire::Done done = totals(wire::DoneOutcome::kRestarting, 0, 0, 0);
  done.back_within = 600;
  EXPECT_FALSE(end(done)) << "nothing restarted it";
  ASSERT_TRUE(tell(EventKind::kStarted, 0));
  ASSERT_TRUE(tell(EventKind::kChanged, 0));
  done.changed = 1;
  EXPECT_TRUE(end(done)) << "of the second nothing is told yet";
  for (const int within : {0, -1, 100000}) {
    done.back_within = within;
    EXPECT_FALSE(end(done)) << within;
  }
}

TEST(ClaimsAfterARestart, WhatWasSettledRestartsNothingMore) {
  wire::Apply apply = request();
  apply.settled = {0};
  apply.changed = {0};
  ApplyClaims claims(apply, {});
  wire::Event event{EventKind::kSatisfied, 0, "", std::nullopt, 0};
  ASSERT_TRUE(claims.take(event));
  wire::Done done;
  done.outcome = wire::DoneOutcome::kRestarting;
  done.satisfied = 1;
  done.back_within = 600;
  EXPECT_FALSE(claims.take(done, false));
  done = {};
  done.outcome = wire::DoneOutcome::kStale;
  done.satisfied = 1;
  done.skipped = 1;
  EXPECT_TRUE(claims.take(done, false)) << "what was settled before is no beginning";
}

}  // namespace
}  // namespace plumb::run
