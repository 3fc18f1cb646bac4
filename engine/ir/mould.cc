#include "engine/ir/mould.h"

#include <algorithm>
#include <atomic>
#include <string_view>

#include "engine/base/digest.h"

namespace plumb::ir {

void Mould::keep(const Resources& resources, std::shared_ptr<HostGraph> graph, const std::vector<std::size_t>& places,
                 const std::vector<std::size_t>& order) {
  resources_.clear();
  nodes_.assign(resources.size(), 0);
  text_.clear();
  std::vector<std::size_t> in_graph(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) in_graph[order[i]] = i;
  for (std::size_t i = 0; i < resources.size(); ++i) {
    resources_.push_back(resources[i].resource);
    nodes_[i] = in_graph[places[i]];
    // That several have one text is so on this host.
    if (!resources[i].texts.empty() && !graph->nodes[nodes_[i]].also.empty()) return clear();
  }
  graph_ = std::move(graph);
}

bool Mould::fits(const Resources& resources) const {
  return graph_ != nullptr && std::equal(resources.begin(), resources.end(), resources_.begin(), resources_.end(),
                                         [](const auto& one, const auto& last) { return one.resource == last; });
}

void Mould::begin() {
  if (graph_.use_count() > 1) {
    graph_ = std::make_shared<HostGraph>(*graph_);
  } else {
    // Whoever let go of it last, in another thread, had read it before.
    std::atomic_thread_fence(std::memory_order_acquire);
  }
  if (text_.empty()) write_text();
}

void Mould::write_text() {
  text_ = canonical_text(*graph_);
  offsets_.assign(graph_->nodes.size(), 0);
  // The nodes stand at its end, before `]}`.
  std::size_t end = text_.size() - 2;
  std::string text;
  for (std::size_t i = graph_->nodes.size(); i-- > 0;) {
    text.clear();
    append_node(text, graph_->nodes[i]);
    offsets_[i] = end - text.size();
    end = offsets_[i] - 1;
  }
}

void Mould::set(std::size_t resource, const std::string& attribute, std::string digest) {
  const std::size_t index = nodes_[resource];
  Node& node = graph_->nodes[index];
  auto& last = node.desired.attributes[attribute].get_ref<std::string&>();
  if (last == digest) return;
  // Digests of one kind are equally long, so all else stays where it is.
  const std::size_t begin = offsets_[index];
  const std::size_t end = index + 1 < offsets_.size() ? offsets_[index + 1] : text_.size();
  const std::string_view text = std::string_view(text_).substr(begin, end - begin);
  const std::size_t at = text.find(last);
  const bool once = text.find(last, at + 1) == std::string_view::npos;
  if (once) text_.replace(begin + at, digest.size(), digest);
  last = std::move(digest);
  if (once) return;
  std::string whole;
  append_node(whole, node);
  text_.replace(begin, whole.size(), whole);
}

std::shared_ptr<const HostGraph> Mould::finish() {
  graph_->digest = digest(text_);
  return graph_;
}

}  // namespace plumb::ir
