#include "engine/ir/graph.h"

#include <algorithm>
#include <tuple>

#include "engine/base/digest.h"
#include "engine/base/glob.h"

namespace plumb::ir {
namespace {

std::string dot_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

Json to_json(const Manner& manner) {
  return {{"every", manner.every_seconds},
          {"may_fail", manner.may_fail},
          {"timeout", manner.timeout_seconds},
          {"tries", manner.tries}};
}

// Without their places.
Json to_json(const std::vector<AlsoDeclared>& also) {
  Json list = Json::array();
  for (const AlsoDeclared& one : also) list.push_back(one.address);
  return list;
}

Json to_json(const std::vector<Probe>& probes) {
  Json list = Json::array();
  for (const Probe& probe : probes) list.push_back(plumb::to_json(Operation(probe)));
  return list;
}

}  // namespace

std::vector<std::string> Node::addresses() const {
  std::vector<std::string> addresses = {desired.address.str()};
  for (const AlsoDeclared& one : also) addresses.push_back(one.address);
  return addresses;
}

bool Node::is_meant_by(std::string_view selector) const {
  return address_matches(selector, desired.address.str()) ||
         std::any_of(also.begin(), also.end(),
                     [&](const AlsoDeclared& one) { return address_matches(selector, one.address); });
}

std::string_view name(EdgeKind kind) {
  switch (kind) {
    case EdgeKind::kAfter:
      return "after";
    case EdgeKind::kBefore:
      return "before";
    case EdgeKind::kTrigger:
      return "trigger";
    case EdgeKind::kInferred:
      return "inferred";
  }
  return "after";
}

Json to_json(const HostGraph& graph) {
  Json nodes = Json::array();
  for (const Node& node : graph.nodes) {
    Json item = {{"address", node.desired.address.str()}, {"attributes", node.desired.attributes}};
    if (node.allow_lock_out) item["allow_lock_out"] = true;
    if (!node.also.empty()) item["also"] = to_json(node.also);
    if (node.confirm_within > 0) item["confirm_within"] = node.confirm_within;
    if (!node.desired.env.empty()) item["env"] = node.desired.env;
    if (!(node.manner == Manner())) item["manner"] = to_json(node.manner);
    if (!node.rescues.empty()) item["rescues"] = node.rescues;
    if (!node.ignore.empty()) item["ignore"] = node.ignore;
    if (node.prevent_destroy) item["prevent_destroy"] = true;
    if (!node.desired.sensitive.empty()) item["sensitive"] = node.desired.sensitive;
    if (!node.tags.empty()) item["tags"] = node.tags;
    if (!node.probes.empty()) item["verify"] = to_json(node.probes);
    if (node.in_turn != nullptr) item["when"] = to_json(node.in_turn->condition);
    nodes.push_back(std::move(item));
  }
  Json edges = Json::array();
  for (const Edge& edge : graph.edges) {
    edges.push_back({{"from", graph.nodes[edge.from].desired.address.str()},
                     {"to", graph.nodes[edge.to].desired.address.str()},
                     {"kind", name(edge.kind)}});
  }
  return {{"resources", std::move(nodes)}, {"edges", std::move(edges)}};
}

void append_node(std::string& out, const Node& node) {
  append_canonical_text(out += "{\"address\":", node.desired.address.str());
  if (node.allow_lock_out) out += ",\"allow_lock_out\":true";
  if (!node.also.empty()) append_canonical(out += ",\"also\":", to_json(node.also));
  append_canonical(out += ",\"attributes\":", node.desired.attributes);
  if (node.confirm_within > 0) out += ",\"confirm_within\":" + std::to_string(node.confirm_within);
  if (!node.desired.env.empty()) append_canonical(out += ",\"env\":", Json(node.desired.env));
  if (!node.ignore.empty()) append_canonical(out += ",\"ignore\":", node.ignore);
  if (!(node.manner == Manner())) append_canonical(out += ",\"manner\":", to_json(node.manner));
  if (node.prevent_destroy) out += ",\"prevent_destroy\":true";
  if (!node.rescues.empty()) append_canonical(out += ",\"rescues\":", node.rescues);
  if (!node.desired.sensitive.empty()) append_canonical(out += ",\"sensitive\":", node.desired.sensitive);
  if (!node.tags.empty()) append_canonical(out += ",\"tags\":", node.tags);
  if (!node.probes.empty()) append_canonical(out += ",\"verify\":", to_json(node.probes));
  if (node.in_turn != nullptr) append_canonical(out += ",\"when\":", to_json(node.in_turn->condition));
  out += '}';
}

std::string canonical_text(const HostGraph& graph) {
  std::string out = "{\"edges\":[";
  for (const Edge& edge : graph.edges) {
    out += out.back() == '[' ? "{\"from\":" : ",{\"from\":";
    append_canonical_text(out, graph.nodes[edge.from].desired.address.str());
    out += ",\"kind\":";
    append_canonical_text(out, name(edge.kind));
    out += ",\"to\":";
    append_canonical_text(out, graph.nodes[edge.to].desired.address.str());
    out += '}';
  }
  out += "],\"resources\":[";
  for (const Node& node : graph.nodes) {
    if (out.back() != '[') out += ',';
    append_node(out, node);
  }
  return out += "]}";
}

std::string to_dot(const HostGraph& graph, std::string_view title) {
  std::string out =
      "digraph " + dot_quoted(title) + " {\n  rankdir=LR;\n  node [shape=box, fontname=\"sans-serif\"];\n";
  for (const Node& node : graph.nodes) {
    out += "  " + dot_quoted(node.desired.address.str());
    std::string label;
    for (const AlsoDeclared& one : node.also) label += "\nalso " + one.address;
    if (!label.empty()) out += " [label=" + dot_quoted(node.desired.address.str() + label) + "]";
    out += ";\n";
  }
  for (const Edge& edge : graph.edges) {
    const bool dashed = edge.kind == EdgeKind::kInferred;
    out += "  " + dot_quoted(graph.nodes[edge.from].desired.address.str()) + " -> " +
           dot_quoted(graph.nodes[edge.to].desired.address.str()) + " [label=" + dot_quoted(name(edge.kind)) +
           (dashed ? ", style=dashed" : "") + "];\n";
  }
  return out + "}\n";
}

std::string verify(const HostGraph& graph) {
  std::vector<const Address*> addresses;
  addresses.reserve(graph.nodes.size());
  for (const Node& node : graph.nodes) {
    addresses.push_back(&node.desired.address);
    for (const std::string& attribute : node.desired.sensitive) {
      const Json& value = node.desired.attribute(attribute);
      const bool sealed = value.is_string() && is_keyed_digest(value.get_ref<const std::string&>());
      if (!value.is_null() && !sealed) return "`" + attribute + "` of " + addresses.back()->str() + " is not sealed";
    }
  }
  std::sort(addresses.begin(), addresses.end(), [](const Address* a, const Address* b) { return *a < *b; });
  const auto twice = std::adjacent_find(addresses.begin(), addresses.end(),
                                        [](const Address* a, const Address* b) { return *a == *b; });
  if (twice != addresses.end()) return "address " + (*twice)->str() + " stands twice";
  const auto key = [](const Edge& edge) { return std::tie(edge.from, edge.to, edge.kind, edge.op); };
  const Edge* last = nullptr;
  for (const Edge& edge : graph.edges) {
    if (edge.from >= graph.nodes.size() || edge.to >= graph.nodes.size()) return "an edge leaves the graph";
    if (edge.to >= edge.from) return "an edge points forward, from " + graph.nodes[edge.from].desired.address.str();
    if ((edge.kind == EdgeKind::kTrigger) != (edge.op != Op::kNone)) return "an edge sets off what it should not";
    if (last != nullptr && key(edge) <= key(*last)) return "the edges are not in their order";
    last = &edge;
  }
  return {};
}

}  // namespace plumb::ir
