#include "engine/report/graph_drawing.h"

#include <algorithm>
#include <map>
#include <vector>

#include "engine/base/joined.h"
#include "engine/base/markup.h"
#include "engine/report/text_width.h"

namespace plumb::report {
namespace {

// Above it edges that follow from others are drawn, too: to find them takes the square of the number of nodes.
constexpr std::size_t kMostReduced = 4000;

constexpr int kRow = 22;
constexpr int kTrack = 12;
constexpr int kMargin = 16;
constexpr int kLetter = 8;  // of the font, about

bool is_trigger(const ir::Edge& edge) {
  return edge.kind == ir::EdgeKind::kTrigger;
}

// Edges are backwards and sorted by where they come from, so what is reached from a node is known before it is needed.
std::vector<ir::Edge> telling_edges(const ir::HostGraph& graph) {
  std::vector<ir::Edge> telling;
  if (graph.nodes.size() > kMostReduced) return graph.edges;
  std::vector<std::vector<bool>> reached(graph.nodes.size(), std::vector<bool>(graph.nodes.size()));
  std::size_t at = 0;
  while (at < graph.edges.size()) {
    const std::size_t from = graph.edges[at].from;
    std::size_t end = at;
    while (end < graph.edges.size() && graph.edges[end].from == from) ++end;
    // The nearest ones first: what they reach need not be drawn again.
    for (std::size_t i = end; i-- > at;) {
      const ir::Edge& edge = graph.edges[i];
      const bool follows = reached[from][edge.to];
      if (!follows || is_trigger(edge)) telling.push_back(edge);
      reached[from][edge.to] = true;
      for (std::size_t k = 0; k < edge.to; ++k) {
        if (reached[edge.to][k]) reached[from][k] = true;
      }
    }
    at = end;
  }
  return telling;
}

// The way down from a node to all that wait for it.
struct Track {
  std::size_t from = 0;  // the node that is waited for
  std::size_t last = 0;  // the last one that waits
  std::size_t lane = 0;
  std::vector<const ir::Edge*> ends;
};

std::vector<Track> tracks_of(const std::vector<ir::Edge>& edges) {
  std::map<std::size_t, Track> by_node;
  for (const ir::Edge& edge : edges) {
    Track& track = by_node[edge.to];
    track.from = edge.to;
    track.last = std::max(track.last, edge.from);
    track.ends.push_back(&edge);
  }
  std::vector<Track> tracks;
  std::vector<std::size_t> free_from;  // of each lane: the row from which on it is free
  for (auto& [node, track] : by_node) {
    const auto lane =
        std::find_if(free_from.begin(), free_from.end(), [from = track.from](std::size_t row) { return row <= from; });
    track.lane = static_cast<std::size_t>(lane - free_from.begin());
    if (lane == free_from.end()) free_from.push_back(0);
    free_from[track.lane] = track.last + 1;
    tracks.push_back(std::move(track));
  }
  return tracks;
}

std::string_view class_of(const ir::Edge& edge) {
  return is_trigger(edge) ? "trigger" : edge.kind == ir::EdgeKind::kInferred ? "inferred" : "asked";
}

std::string number(int value) {
  return std::to_string(value);
}

class Drawing {
 public:
  Drawing(const ir::HostGraph& graph, std::string_view host)
      : graph_(graph), host_(host), edges_(telling_edges(graph)), tracks_(tracks_of(edges_)) {
    for (const Track& track : tracks_) lanes_ = std::max(lanes_, static_cast<int>(track.lane) + 1);
  }

  std::string text() {
    std::size_t longest = host_.size() + 90;  // of the head
    for (const ir::Node& node : graph_.nodes) longest = std::max(longest, node.desired.address.str().size());
    const int width = text_column() + static_cast<int>(longest) * kLetter + kMargin;
    const int height = row(graph_.nodes.size()) + kRow;
    out_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + number(width) + "\" height=\"" + number(height) +
           "\" viewBox=\"0 0 " + number(width) + " " + number(height) + "\">\n<title>" + shown(host_) + "</title>\n" +
           style() + "<text class=\"head\" x=\"" + number(kMargin) + "\" y=\"" + number(kRow) + "\">" + shown(host_) +
           ": from top to bottom; a line leads down to what waits, " +
           "<tspan class=\"word trigger\">orange</tspan> to what is also set off</text>\n";
    for (const Track& track : tracks_) draw(track);
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) draw(i);
    return out_ + "</svg>\n";
  }

 private:
  static std::string style() {
    return "<style>\n"
           "text { font: 13px ui-monospace, monospace; fill: #1f2328; }\n"
           ".head { font-weight: bold; }\n"
           "path { fill: none; stroke-width: 1.5; }\n"
           ".inferred { stroke: #afb8c1; } .asked { stroke: #0969da; } .trigger { stroke: #bc4c00; }\n"
           ".word.trigger { fill: #bc4c00; stroke: none; }\n"
           "circle { fill: #57606a; }\n"
           "@media (prefers-color-scheme: dark) {\n"
           "  svg { background: #0d1117; } text { fill: #e6edf3; } circle { fill: #8b949e; }\n"
           "  .inferred { stroke: #484f58; } .asked { stroke: #4493f8; }\n"
           "}\n"
           "</style>\n";
  }

  static int row(std::size_t node) { return 2 * kRow + static_cast<int>(node) * kRow; }
  int text_column() const { return kMargin + lanes_ * kTrack + kTrack; }
  // The lanes that end first stand nearest to the names.
  int column(const Track& track) const { return text_column() - kTrack - static_cast<int>(track.lane) * kTrack; }
  static std::string shown(std::string_view text) { return markup_text(clean(text)); }

  void draw(const Track& track) {
    const int x = column(track);
    const int right = text_column() - 4;
    std::vector<const ir::Edge*> ends = track.ends;
    // What is asked for lies over what follows by itself.
    std::sort(ends.begin(), ends.end(), [](const ir::Edge* a, const ir::Edge* b) {
      return std::pair(is_trigger(*a), a->from) < std::pair(is_trigger(*b), b->from);
    });
    for (const ir::Edge* const edge : ends) {
      out_ += "<path class=\"" + std::string(class_of(*edge)) + "\" d=\"M" + number(right) + " " +
              number(row(track.from)) + "H" + number(x) + "V" + number(row(edge->from)) + "H" + number(right) +
              "\"><title>" + shown(graph_.nodes[edge->from].desired.address.str()) + " waits for " +
              shown(graph_.nodes[edge->to].desired.address.str()) + " (" + std::string(ir::name(edge->kind)) +
              ")</title></path>\n";
    }
    out_ += "<circle cx=\"" + number(right) + "\" cy=\"" + number(row(track.from)) + "\" r=\"3\"/>\n";
  }

  void draw(std::size_t node) {
    out_ += "<text x=\"" + number(text_column() + 4) + "\" y=\"" + number(row(node) + 4) + "\">" +
            shown(graph_.nodes[node].desired.address.str());
    std::string also;
    for (const ir::AlsoDeclared& one : graph_.nodes[node].also) append_item(also, one.address);
    if (!also.empty()) out_ += "<title>also " + shown(also) + "</title>";
    out_ += "</text>\n";
  }

  const ir::HostGraph& graph_;
  const std::string_view host_;
  const std::vector<ir::Edge> edges_;
  const std::vector<Track> tracks_;
  int lanes_ = 0;
  std::string out_;
};

// In quotes, where Mermaid takes HTML's entities.
std::string mermaid_text(std::string_view text) {
  std::string out;
  for (const char c : clean(text)) {
    if (c == '"' || c == '<' || c == '>' || c == '&' || c == '#') {
      out += "#" + std::to_string(static_cast<int>(c)) + ";";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string graph_svg(const ir::HostGraph& graph, std::string_view host) {
  return Drawing(graph, host).text();
}

std::string graph_mermaid(const ir::HostGraph& graph, std::string_view host) {
  std::string out = "---\ntitle: \"" + mermaid_text(host) + "\"\n---\nflowchart TD\n";
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    out += "  n" + std::to_string(i) + "[\"" + mermaid_text(graph.nodes[i].desired.address.str());
    for (const ir::AlsoDeclared& one : graph.nodes[i].also) out += "<br>also " + mermaid_text(one.address);
    out += "\"]\n";
  }
  for (const ir::Edge& edge : telling_edges(graph)) {
    const std::string arrow = is_trigger(edge) ? " -. sets off .-> " : " --> ";
    out += "  n" + std::to_string(edge.to) + arrow + "n" + std::to_string(edge.from) + "\n";
  }
  return out;
}

}  // namespace plumb::report
