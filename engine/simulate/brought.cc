#include "engine/simulate/brought.h"

#include <algorithm>

namespace plumb::simulate {

std::vector<Address> Brought::things_of(std::size_t node) const {
  const Desired& desired = graph_.nodes[node].desired;
  std::vector<Address> things = {thing(desired.address)};
  const Result<Observed>& observed = observation_.states[node];
  for (const Address& what : kinds_[node]->provider->provides(desired)) {
    if (!observed || kinds_[node]->provider->makes(desired, *observed, what)) things.push_back(thing(what));
  }
  for (const std::string& path : kinds_[node]->provider->manages_paths(desired)) {
    for (const ServiceManager* manager : managers_.all_services()) {
      if (std::optional<Address> made = manager->made_by(path)) things.push_back(std::move(*made));
    }
  }
  return things;
}

bool Brought::makes(std::size_t node, const Address& what) const {
  const std::vector<Address> things = things_of(node);
  return std::find(things.begin(), things.end(), thing(what)) != things.end();
}

void Brought::add_exact(std::size_t node) {
  const Desired& desired = graph_.nodes[node].desired;
  for (Address& made : things_of(node)) exact_[std::move(made)] = node;
  for (const std::string& path : kinds_[node]->provider->manages_paths(desired)) add_source(node, path);
  for (const std::string& path : kinds_[node]->provider->edits_paths(desired)) add_source(node, path);
}

void Brought::add_source(std::size_t node, const std::string& path) {
  for (const PackageManager* manager : managers_.all_packages()) {
    if (manager->is_source(path)) sources_.emplace_back(node, manager);
  }
}

void Brought::add_changed(std::size_t node, bool deletes) {
  const Desired& desired = graph_.nodes[node].desired;
  for (std::string& path : kinds_[node]->provider->manages_paths(desired)) {
    if (!is_read(path)) continue;
    std::optional<std::string> text = deletes ? std::nullopt : text_of(node);
    changed_.push_back({node, std::move(path), std::move(text)});
  }
  for (std::string& path : kinds_[node]->provider->edits_paths(desired)) {
    if (is_read(path)) changed_.push_back({node, std::move(path), std::nullopt});
  }
}

bool Brought::is_read(std::string_view path) const {
  const auto services = managers_.all_services();
  return std::any_of(services.begin(), services.end(),
                     [&](const ServiceManager* manager) { return manager->reads(path); });
}

// Of the one content that the node has, or of what its kind makes of it.
std::optional<std::string> Brought::text_of(std::size_t node) const {
  if (std::optional<std::string> given = kinds_[node]->provider->text_given(graph_.nodes[node].desired)) return given;
  const std::vector<ContentAttribute>& contents = kinds_[node]->contents;
  if (!text_of_ || contents.size() != 1) return std::nullopt;
  const Json& content = graph_.nodes[node].desired.attribute(contents.front().content);
  return content.is_string() ? text_of_(content.get<std::string>()) : std::nullopt;
}

std::vector<std::size_t> Brought::changers_of(std::size_t node) const {
  std::vector<std::size_t> changers;
  if (changed_.empty() || !observation_.states[node]) return changers;
  const std::vector<std::string>& seen_through = observation_.states[node]->shaped_by;
  for (const Changed& file : changed_) {
    if (!changers.empty() && changers.back() == file.node) continue;
    const std::string by = graph_.nodes[file.node].desired.address.str();
    if (std::find(seen_through.begin(), seen_through.end(), by) != seen_through.end()) continue;
    const std::string* text = file.text ? &*file.text : nullptr;
    if (kinds_[node]->provider->follows_from(graph_.nodes[node].desired, *observation_.states[node], file.path, text))
      changers.push_back(file.node);
  }
  return changers;
}

std::vector<std::size_t> Brought::makers_of(std::size_t node) const {
  std::vector<std::size_t> makers;
  for (const std::size_t earlier : unforeseen_) {
    if (explicitly_after(node, earlier) || may_bring(earlier, graph_.nodes[node].desired.address)) {
      makers.push_back(earlier);
    }
  }
  for (const std::size_t changer : changers_of(node)) {
    if (std::find(makers.begin(), makers.end(), changer) == makers.end()) makers.push_back(changer);
  }
  return makers;
}

std::optional<Brought::Source> Brought::source_of(std::size_t node, const Address& what) const {
  if (const auto found = exact_.find(thing(what)); found != exact_.end()) return Source{found->second, true};
  // What is offered comes only where somebody takes it: a resource of the same kind.
  const bool takes = what.kind == graph_.nodes[node].desired.address.kind;
  for (auto source = sources_.rbegin(); takes && source != sources_.rend(); ++source) {
    if (source->second->offers(what)) return Source{source->first, false};
  }
  for (auto earlier = unforeseen_.rbegin(); earlier != unforeseen_.rend(); ++earlier) {
    if (explicitly_after(node, *earlier) || may_bring(*earlier, what)) return Source{*earlier, false};
  }
  for (const std::size_t earlier : held_back_) {
    const bool observed = observation_.states[earlier].has_value();
    if (explicitly_after(node, earlier) || (observed && may_bring(earlier, what))) return Source{earlier, false};
  }
  return std::nullopt;
}

bool Brought::explicitly_after(std::size_t node, std::size_t earlier) const {
  // Sorted as the graph's are: by the other node, and an inferred one behind one that was asked for.
  const std::vector<const ir::Edge*>& edges = after_[node];
  const auto first = std::lower_bound(edges.begin(), edges.end(), earlier,
                                      [](const ir::Edge* edge, std::size_t to) { return edge->to < to; });
  return first != edges.end() && (*first)->to == earlier && (*first)->kind != ir::EdgeKind::kInferred;
}

bool Brought::may_bring(std::size_t earlier, const Address& what) const {
  return kinds_[earlier]->provider->may_bring(graph_.nodes[earlier].desired, *observation_.states[earlier], what);
}

}  // namespace plumb::simulate
