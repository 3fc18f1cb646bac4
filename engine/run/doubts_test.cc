#include "engine/run/doubts.h"

#include <chrono>

#include <gtest/gtest.h>

namespace plumb::run {
namespace {

Desired desired(const std::string& kind, const std::string& identity) {
  return {{"", kind, identity}, Json::object(), {}};
}

TEST(Doubts, TheHostTellsWhatBecameOfACutOffAction) {
  ir::HostGraph graph;
  for (const char* path : {"/done", "/open", "/unreadable"}) graph.nodes.emplace_back().desired = desired("file", path);
  graph.nodes.emplace_back().desired = desired("service", "web");
  simulate::Observation observation;
  observation.states.assign(4, Observed());
  observation.states[2] = fail(Code::kCannotObserve, "no");
  plan::Actions planned(1);
  planned[0].desired = desired("file", "/open");

  const auto doubt = [](const std::string& address, Op op, JournalOutcome outcome = JournalOutcome::kUnknown) {
    return wire::Unreported{"r1", "p1", address, outcome, "cut off", op};
  };
  std::vector<wire::Unreported> told = {
      doubt("file:/done", Op::kCreate),       doubt("file:/open", Op::kUpdate),
      doubt("file:/unreadable", Op::kUpdate), doubt("file:/gone", Op::kDelete),
      doubt("service:web", Op::kRestart),     doubt("file:/open", Op::kUpdate, JournalOutcome::kChanged)};
  resolve_doubts(told, graph, observation, planned);
  EXPECT_EQ(told[0].outcome, JournalOutcome::kChanged);
  EXPECT_EQ(told[0].text, "cut off; afterwards the host was as the configuration asks");
  EXPECT_EQ(told[1].outcome, JournalOutcome::kNotDone);
  EXPECT_EQ(told[2].outcome, JournalOutcome::kUnknown) << "it could not be looked at";
  EXPECT_EQ(told[3].outcome, JournalOutcome::kUnknown) << "the configuration does not have it";
  EXPECT_EQ(told[4].outcome, JournalOutcome::kUnknown) << "a restart leaves no trace";
  EXPECT_EQ(told[5].outcome, JournalOutcome::kChanged) << "what is known stays";
  EXPECT_EQ(told[5].text, "cut off");
}

// As many as a host may send, about a large graph.
TEST(Doubts, ManyReportsTakeNoLongerThanTheyAreMany) {
  constexpr std::size_t kNodes = 10'000;
  constexpr std::size_t kReports = std::size_t{1} << 18;
  ir::HostGraph graph;
  for (std::size_t i = 0; i < kNodes; ++i)
    graph.nodes.emplace_back().desired = desired("file", "/" + std::to_string(i));
  simulate::Observation observation;
  observation.states.assign(kNodes, Observed());
  const std::string last = "file:/" + std::to_string(kNodes - 1);
  std::vector<wire::Unreported> told(kReports, {"r1", "p1", last, JournalOutcome::kUnknown, "", Op::kCreate});
  const auto begin = std::chrono::steady_clock::now();
  resolve_doubts(told, graph, observation, {});
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
  EXPECT_EQ(told.back().outcome, JournalOutcome::kChanged);
}

}  // namespace
}  // namespace plumb::run
