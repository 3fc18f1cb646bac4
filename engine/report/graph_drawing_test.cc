#include "engine/report/graph_drawing.h"

#include <gtest/gtest.h>

namespace plumb::report {
namespace {

ir::HostGraph graph_of(const std::vector<std::string>& names, const std::vector<ir::Edge>& edges) {
  ir::HostGraph graph;
  for (const std::string& name : names) {
    ir::Node node;
    node.desired.address.kind = "file";
    node.desired.address.identity = name;
    graph.nodes.push_back(std::move(node));
  }
  graph.edges = edges;
  return graph;
}

ir::Edge edge(std::size_t from, std::size_t to, ir::EdgeKind kind = ir::EdgeKind::kInferred) {
  ir::Edge one;
  one.from = from;
  one.to = to;
  one.kind = kind;
  return one;
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t number = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++number;
  return number;
}

TEST(GraphDrawing, LeavesOutWhatFollowsFromOthers) {
  const ir::HostGraph graph = graph_of({"/a", "/a/b", "/a/b/c"}, {edge(1, 0), edge(2, 0), edge(2, 1)});
  EXPECT_EQ(graph_mermaid(graph, "web1"),
            "---\ntitle: \"web1\"\n---\nflowchart TD\n"
            "  n0[\"file:/a\"]\n  n1[\"file:/a/b\"]\n  n2[\"file:/a/b/c\"]\n"
            "  n0 --> n1\n  n1 --> n2\n");
  EXPECT_EQ(count(graph_svg(graph, "web1"), "<path "), 2U);
}

TEST(GraphDrawing, KeepsWhatIsSetOff) {
  const ir::HostGraph graph =
      graph_of({"/a", "/b", "/c"}, {edge(1, 0), edge(2, 0, ir::EdgeKind::kTrigger), edge(2, 1)});
  EXPECT_NE(graph_mermaid(graph, "web1").find("n0 -. sets off .-> n2"), std::string::npos);
  EXPECT_EQ(count(graph_svg(graph, "web1"), "class=\"trigger\""), 1U);
}

TEST(GraphDrawing, HoldsNoMarkupOfNames) {
  const ir::HostGraph graph = graph_of({"/<script>\"&\x1b[2J"}, {});
  const std::string svg = graph_svg(graph, "<web>");
  EXPECT_EQ(svg.find("<script>"), std::string::npos);
  EXPECT_EQ(svg.find('\x1b'), std::string::npos);
  EXPECT_NE(svg.find("&lt;web&gt;"), std::string::npos);
  EXPECT_EQ(graph_mermaid(graph, "x").find("<script>"), std::string::npos);
}

// Tracks that overlap have lanes of their own; the others share one.
TEST(GraphDrawing, HasAsManyLanesAsAreNeeded) {
  std::vector<std::string> names;
  std::vector<ir::Edge> chain;
  for (std::size_t i = 0; i < 200; ++i) {
    names.push_back("/" + std::to_string(i));
    if (i > 0) chain.push_back(edge(i, i - 1));
  }
  const std::string one_by_one = graph_svg(graph_of(names, chain), "web1");
  std::vector<ir::Edge> crossed;
  for (std::size_t i = 100; i < 200; ++i) crossed.push_back(edge(i, i - 100));
  const std::string wide = graph_svg(graph_of(names, crossed), "web1");
  const auto width = [](const std::string& svg) { return std::stoi(svg.substr(svg.find("width=\"") + 7)); };
  EXPECT_LT(width(one_by_one), 900);
  EXPECT_GT(width(wide), width(one_by_one) + 1000);
}

}  // namespace
}  // namespace plumb::report
