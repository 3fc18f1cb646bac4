// What holds of every compiled graph.
#include "engine/ir/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace plumb::ir {
namespace {

using ::testing::HasSubstr;

Node node(const std::string& address) {
  Node one;
  one.desired.address = *Address::parse(address);
  return one;
}

class VerifyTest : public ::testing::Test {
 protected:
  VerifyTest() {
    graph_.nodes = {node("note:/a"), node("note:/b"), node("lamp:l")};
    graph_.edges = {{1, 0, EdgeKind::kAfter, Op::kNone, {}},
                    {2, 0, EdgeKind::kTrigger, Op::kReload, {}},
                    {2, 1, EdgeKind::kInferred, Op::kNone, {}}};
  }
  HostGraph graph_;
};

TEST_F(VerifyTest, AWholeGraphHolds) {
  EXPECT_EQ(verify(graph_), "");
  EXPECT_EQ(verify(HostGraph()), "");
}

TEST_F(VerifyTest, AnAddressStandsOnce) {
  graph_.nodes[2].desired.address = graph_.nodes[0].desired.address;
  EXPECT_EQ(verify(graph_), "address note:/a stands twice");
}

TEST_F(VerifyTest, EdgesLeadBackwardsAndStandInOrder) {
  const std::vector<Edge> good = graph_.edges;
  graph_.edges[0] = {0, 1, EdgeKind::kAfter, Op::kNone, {}};
  EXPECT_THAT(verify(graph_), HasSubstr("points forward, from note:/a"));
  graph_.edges[0] = {1, 1, EdgeKind::kAfter, Op::kNone, {}};
  EXPECT_THAT(verify(graph_), HasSubstr("points forward"));
  graph_.edges[0] = {3, 0, EdgeKind::kAfter, Op::kNone, {}};
  EXPECT_EQ(verify(graph_), "an edge leaves the graph");
  graph_.edges = good;
  std::swap(graph_.edges[0], graph_.edges[1]);
  EXPECT_EQ(verify(graph_), "the edges are not in their order");
}

TEST_F(VerifyTest, OnlyTriggersSetSomethingOff) {
  graph_.edges[1].op = Op::kNone;
  EXPECT_EQ(verify(graph_), "an edge sets off what it should not");
}

TEST_F(VerifyTest, SensitiveAttributesAreSealed) {
  graph_.nodes[1].desired.sensitive = {"text"};
  EXPECT_EQ(verify(graph_), "");
  graph_.nodes[1].desired.attributes["text"] = "hunter2";
  EXPECT_EQ(verify(graph_), "`text` of note:/b is not sealed");
}

}  // namespace
}  // namespace plumb::ir
