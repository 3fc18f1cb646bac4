#include "engine/run/restarts.h"

#include <gtest/gtest.h>

namespace plumb::run {
namespace {

using wire::EventKind;

wire::Event event(std::size_t index, EventKind kind) {
  wire::Event event;
  event.index = index;
  event.kind = kind;
  return event;
}

TEST(ApplyPasses, OneTellsItsOwnTotals) {
  ApplyPasses passes(1);
  EXPECT_TRUE(passes.is_news(event(0, EventKind::kChanged)));
  wire::Done done;
  done.changed = 7;
  passes.total(done);
  EXPECT_EQ(done.changed, 7);
}

TEST(ApplyPasses, WhatHasEndedIsToldToTheHostAndToNobodyElse) {
  ApplyPasses passes(6);
  EXPECT_TRUE(passes.is_news(event(0, EventKind::kSatisfied)));
  EXPECT_TRUE(passes.is_news(event(1, EventKind::kChanged)));
  EXPECT_TRUE(passes.is_news(event(2, EventKind::kFailed)));
  EXPECT_TRUE(passes.is_news(event(3, EventKind::kSkipped)));
  EXPECT_TRUE(passes.is_news(event(4, EventKind::kStarted))) << "which is no end";
  passes.end_one();
  wire::Apply request;
  request.readings.resize(1);
  passes.tell(request);
  EXPECT_EQ(request.settled, (std::vector<std::size_t>{0, 1, 2, 3}));
  EXPECT_EQ(request.changed, (std::vector<std::size_t>{1}));
  EXPECT_EQ(request.failed, (std::vector<std::size_t>{2}));
  EXPECT_EQ(request.skipped, (std::vector<std::size_t>{3}));
  EXPECT_TRUE(request.readings.empty()) << "they may have changed by what was done";

  EXPECT_FALSE(passes.is_news(event(0, EventKind::kSatisfied)));
  EXPECT_FALSE(passes.is_news(event(1, EventKind::kSatisfied)));
  EXPECT_FALSE(passes.is_news(event(2, EventKind::kFailed)));
  EXPECT_TRUE(passes.is_news(event(4, EventKind::kChanged)));
  EXPECT_TRUE(passes.is_news(event(5, EventKind::kVerified)));
  wire::Done done;
  passes.total(done);
  EXPECT_EQ(done.satisfied, 1);
  EXPECT_EQ(done.changed, 2);
  EXPECT_EQ(done.failed, 1);
  EXPECT_EQ(done.skipped, 1);
  EXPECT_EQ(done.verified, 1);
}

TEST(ApplyPasses, ARestartThatEndedNothingIsNews) {
  ApplyPasses passes(1);
  EXPECT_TRUE(passes.is_news(event(0, EventKind::kChanged)));
  passes.end_one();
  EXPECT_TRUE(passes.is_news(event(0, EventKind::kDiverged)));
  EXPECT_FALSE(passes.is_news(event(0, EventKind::kDiverged)));
  wire::Done done;
  passes.total(done);
  EXPECT_EQ(done.changed, 0);
  EXPECT_EQ(done.failed, 1);
}

TEST(Restarts, AreWaitedForOverSshAlone) {
  Registry kinds;
  kinds.add({.name = "restart", .provider = nullptr, .operations = OperationSet::of<Reboot>()});
  kinds.add({.name = "other", .provider = nullptr, .operations = {}});
  plan::Action action;
  action.desired.address = {"", "restart", "x"};
  host::HostSettings settings;
  EXPECT_FALSE(problem_of_restarts({action}, settings, kinds));
  settings.kind = host::ConnectionKind::kOpenSsh;
  EXPECT_FALSE(problem_of_restarts({action}, settings, kinds));
  settings.kind = host::ConnectionKind::kLocal;
  const std::optional<Diagnostic> problem = problem_of_restarts({action}, settings, kinds);
  ASSERT_TRUE(problem);
  EXPECT_EQ(problem->code, Code::kRefusedByState);
  action.desired.address.kind = "other";
  EXPECT_FALSE(problem_of_restarts({action}, settings, kinds));
}

}  // namespace
}  // namespace plumb::run
