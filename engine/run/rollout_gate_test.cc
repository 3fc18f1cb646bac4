#include "engine/run/rollout_gate.h"

#include <gtest/gtest.h>

namespace plumb::run {
namespace {

constexpr Amount kNone{0, false};
constexpr Amount kAll{100, true};

// Of `size` hosts in one wave of a run of `run` hosts, so many end in `state`; whether the roll-out stops.
bool stops(Tolerance tolerance, int bad, std::size_t size, std::size_t run, HostState state = HostState::kFailed,
           bool canary = false) {
  Tolerances all{tolerance, tolerance, tolerance};
  RolloutGate gate(all, run);
  gate.begin_wave({"", canary, {}}, size);
  for (int i = 0; i < bad; ++i) gate.count(state);
  return gate.stopped();
}

struct Row {
  Tolerance tolerance;
  int most;  // bad hosts that are tolerated
  std::size_t wave;
  std::size_t run;
};

TEST(RolloutGate, ClosesWhateverTheCountsAre) {
  RolloutGate gate({{kAll, {}, {}}, {kAll, {}, {}}, {kAll, {}, {}}}, 3);
  gate.begin_wave({"", false, {}}, 3);
  EXPECT_FALSE(gate.stopped());
  gate.close("it is late");
  EXPECT_TRUE(gate.stopped());
  EXPECT_TRUE(gate.closed());
  EXPECT_EQ(gate.why(), "it is late");
}

TEST(RolloutGate, HaltsWithTheRun) {
  RolloutGate gate({{kAll, {}, {}}, {kAll, {}, {}}, {kAll, {}, {}}}, 3);
  gate.begin_wave({"", false, {}}, 3);
  gate.halt("interrupted");
  EXPECT_TRUE(gate.halted());
  EXPECT_FALSE(gate.closed());
  EXPECT_EQ(gate.why(), "interrupted");
}

TEST(RolloutGate, WhatStoppedItFirstIsWhatIsTold) {
  RolloutGate gate({{kNone, {}, {}}, {kAll, {}, {}}, {kAll, {}, {}}}, 3);
  gate.begin_wave({"", false, {}}, 3);
  gate.count(HostState::kFailed);
  gate.close("it is late");
  EXPECT_FALSE(gate.closed());
}

TEST(RolloutGate, StopsAtOneMoreThanIsTolerated) {
  const Row rows[] = {
      {{kNone, {}, {}}, 0, 10, 10},
      {{{1, false}, {}, {}}, 1, 10, 10},
      {{{3, false}, {}, {}}, 3, 5, 10},
      {{{5, true}, {}, {}}, 0, 10, 10},  // 0.5 of a host
      {{{5, true}, {}, {}}, 1, 10, 30},  // 1.5
      {{{10, true}, {}, {}}, 1, 10, 10},
      {{{50, true}, {}, {}}, 5, 5, 10},  // shares of the run, whatever the wave is
      {{kAll, Amount{1, false}, {}}, 1, 10, 100},
      {{kAll, Amount{20, true}, {}}, 2, 10, 100},
      {{kAll, Amount{20, true}, {}}, 0, 4, 100},
      {{{1, false}, Amount{5, false}, {}}, 1, 10, 10},  // the narrower one counts
      {{{5, false}, Amount{1, false}, {}}, 1, 10, 10},
  };
  for (const Row& row : rows) {
    for (const HostState state : {HostState::kFailed, HostState::kNoAnswer, HostState::kUnreachable}) {
      const std::string what = row.tolerance.run.str() + " of " + std::to_string(row.run);
      EXPECT_FALSE(stops(row.tolerance, row.most, row.wave, row.run, state)) << what;
      EXPECT_TRUE(stops(row.tolerance, row.most + 1, row.wave, row.run, state)) << what;
    }
  }
}

TEST(RolloutGate, AHundredPercentNeverStops) {
  EXPECT_FALSE(stops({kAll, {}, {}}, 10, 10, 10));
  EXPECT_FALSE(stops({kAll, kAll, {}}, 10, 10, 10));
  EXPECT_FALSE(stops({kAll, kAll, {}}, 1, 1, 100)) << "one host is not all hosts";
  EXPECT_FALSE(stops({kAll, {}, {}}, 1, 1, 1));
}

TEST(RolloutGate, CountsTheThreeBadEndsApartAndTheGoodOneNot) {
  const Tolerance one{{1, false}, {}, {}};
  RolloutGate gate({one, one, one}, 10);
  gate.begin_wave({"", false, {}}, 10);
  for (const HostState state : {HostState::kFailed, HostState::kNoAnswer, HostState::kUnreachable, HostState::kOk,
                                HostState::kOk, HostState::kNotStarted, HostState::kNotStarted}) {
    gate.count(state);
  }
  EXPECT_FALSE(gate.stopped());
  gate.count(HostState::kUnreachable);
  EXPECT_EQ(gate.why(), "2 of 10 hosts could not be reached, and 1 is tolerated in the run");
}

TEST(RolloutGate, CountsTheRunOnAndTheWaveAnew) {
  RolloutGate gate({{{2, false}, Amount{1, false}, {}}, {}, {}}, 10);
  for (int wave = 0; wave < 2; ++wave) {
    gate.begin_wave({"", false, {}}, 3);
    gate.count(HostState::kFailed);
  }
  EXPECT_FALSE(gate.stopped());
  gate.begin_wave({"", false, {}}, 3);
  gate.count(HostState::kFailed);
  EXPECT_EQ(gate.why(), "3 of 10 hosts failed, and 2 are tolerated in the run");
}

TEST(RolloutGate, MayHoldCanariesToMore) {
  const Tolerance of_others{kAll, {}, kNone};
  EXPECT_TRUE(stops(of_others, 1, 1, 10, HostState::kUnreachable, true));
  EXPECT_FALSE(stops(of_others, 9, 9, 10, HostState::kUnreachable, false));
}

TEST(RolloutGate, SaysWhyOnce) {
  RolloutGate gate({{{20, true}, {}, {}}, {}, {}}, 5);
  gate.begin_wave({"", false, {}}, 5);
  for (int i = 0; i < 4; ++i) gate.count(HostState::kFailed);
  EXPECT_EQ(gate.why(), "2 of 5 hosts failed, and 1 (20%) is tolerated in the run");
}

}  // namespace
}  // namespace plumb::run
