// What the host's record holds beyond what is declared, and what becomes of the record without an action.
#include <algorithm>
#include <set>

#include "engine/ir/moves.h"
#include "engine/simulate/simulator.h"

namespace plumb::simulate {

namespace {

std::set<std::string> addresses_in(const ir::HostGraph& graph) {
  std::set<std::string> addresses;
  for (const ir::Node& node : graph.nodes) addresses.insert(node.desired.address.str());
  return addresses;
}

bool has_common(const std::vector<std::string>& some, const std::vector<std::string>& others) {
  return std::any_of(some.begin(), some.end(), [&](const std::string& one) {
    return !one.empty() && std::find(others.begin(), others.end(), one) != others.end();
  });
}

// What a record's addresses are called in a graph.
class Names {
 public:
  Names(const ir::HostGraph& graph, const Registry& kinds) : graph_(graph), kinds_(kinds) {
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      for (std::string& one : graph.nodes[i].addresses()) nodes_.emplace(std::move(one), i);
    }
  }

  // Of one that is declared, also in a further place, or was said to have moved to one; "" of another.
  std::string now(const std::string& address) const {
    if (std::string known = of(address); !known.empty()) return known;
    std::string now = address;
    for (const ir::Move& move : graph_.moves) now = ir::moved_by(move.from, move.to, now);
    return now == address ? std::string() : of(now);
  }

  // Whether the resource has that address too.
  bool is_one_of(const std::string& now, const std::string& address) const { return of(address) == now; }

  // The address of the same thing where another module declares it by now: what a host has is the same whoever asks for
  // it. "" where none does, or several do.
  std::string of_thing(const std::string& address, const Json& attributes) const {
    const Result<Address> was = Address::parse(address);
    const Kind* const kind = was && graph_.whole ? kinds_.find(was->kind) : nullptr;
    if (kind == nullptr || kind->runs) return {};
    const ir::Node* found = nullptr;
    for (const ir::Node& node : graph_.nodes) {
      if (node.desired.address.kind != was->kind || !node.because.empty()) continue;
      if (!is_the_same(*kind, {*was, attributes, {}}, node)) continue;
      if (found != nullptr) return {};
      found = &node;
    }
    return found == nullptr ? std::string() : found->desired.address.str();
  }

 private:
  std::string of(const std::string& address) const {
    const auto found = nodes_.find(address);
    return found == nodes_.end() ? std::string() : graph_.nodes[found->second].desired.address.str();
  }

  static bool is_the_same(const Kind& kind, const Desired& was, const ir::Node& node) {
    if (node.desired.address.identity != was.address.identity) return false;
    const Provider& provider = *kind.provider;
    if (has_common(provider.manages_paths(was), provider.manages_paths(node.desired)) ||
        has_common(provider.claims(was), provider.claims(node.desired)))
      return true;
    // Of parts of one file the name alone does not say which is meant.
    return !provider.edits_paths(was).empty() && asks_for_the_same(kind, was.attributes, node.desired.attributes);
  }

  // A record holds besides how that looked on the host, by names that nobody can ask for.
  static bool asks_for_the_same(const Kind& kind, const Json& was, const Json& now) {
    const auto can_be_asked_for = [&](const std::string& name) {
      if (!kind.schema.is_given()) return true;
      const Json& schema = kind.schema.json();
      return !schema.contains("properties") || schema["properties"].contains(name);
    };
    std::size_t shared = 0;
    for (const auto& [name, value] : was.items()) {
      const auto found = now.find(name);
      if (found == now.end() ? can_be_asked_for(name) : *found != value) return false;
      if (found != now.end()) ++shared;
    }
    return shared == now.size();
  }

  const ir::HostGraph& graph_;
  const Registry& kinds_;
  std::map<std::string, std::size_t> nodes_;  // by each of their addresses
};

}  // namespace

void make_moves(const ir::HostGraph& graph, const Registry& kinds, Observation& observation) {
  if (observation.recorded.empty()) return;
  const Names names(graph, kinds);
  std::map<std::string, std::string> moved;  // from the old address
  const auto move = [&](const std::string& address, const std::string& now) {
    const bool is_free = !observation.recorded.contains(now) && observation.moved.emplace(now, address).second;
    if (is_free) moved.emplace(address, now);
    return is_free;
  };
  std::vector<std::string> second_names;  // of what the record knows by two
  for (const auto& [address, unused] : observation.recorded) {
    const std::string now = names.now(address);
    if (now.empty() || now == address || move(address, now)) continue;
    // Of two that are said to be one now, the other stays an orphan.
    if (names.is_one_of(now, address)) second_names.push_back(address);
  }
  for (const auto& [address, attributes] : observation.recorded) {
    if (moved.contains(address) || !names.now(address).empty()) continue;
    if (const std::string now = names.of_thing(address, attributes); !now.empty()) move(address, now);
  }
  for (const std::string& address : second_names) {
    observation.forgotten.emplace(address, "it is `" + names.now(address) + "` too");
    observation.recorded.erase(address);
  }
  std::map<std::string, Json> arrived;
  for (const auto& [from, to] : moved) {
    arrived.emplace(to, std::move(observation.recorded.extract(from).mapped()));
    if (auto owed = observation.owed.extract(from)) {
      owed.key() = to;
      observation.owed.insert(std::move(owed));
    }
    if (observation.prevented.erase(from) > 0) observation.prevented.insert(to);
  }
  observation.recorded.merge(arrived);
  for (auto& [address, owed] : observation.owed) {
    for (std::string& because : owed.because) {
      if (const auto found = moved.find(because); found != moved.end()) because = found->second;
    }
  }
}

std::vector<ir::Orphan> orphans_of(const ir::HostGraph& graph, const Observation& observation,
                                   const plan::Scope& scope) {
  std::vector<ir::Orphan> orphans;
  const std::set<std::string> declared = addresses_in(graph);
  for (const auto& [address, attributes] : observation.recorded) {
    const bool meant = !scope.narrows_resources() || (scope.start_at.empty() && scope.takes(address, {}));
    if (!meant || declared.contains(address)) continue;
    orphans.push_back({address, attributes, observation.prevented.contains(address)});
  }
  return orphans;
}

bool Simulator::is_orphan(std::size_t i) const {
  return graph_.nodes[i].because == ir::kOrphan;
}

bool Simulator::is_beside_the_declared(std::size_t i) const {
  return !graph_.nodes[i].because.empty();
}

// What cannot go, or come back, stays what it is, and keeps nothing else from being done.
void Simulator::visit_beside(std::size_t i) {
  if (!observation_.states[i].has_value()) return stays(i, observation_.states[i].error().diagnostic());
  const Observed& observed = observed_of(i);
  const std::string owner = is_orphan(i) ? owner_of_claims(i, observed) : std::string();
  if (!owner.empty()) {
    forgotten_.emplace(address_of(i), "it is that of `" + owner + "` now");
    return;
  }
  const bool holds = provider_of(i)->diff(graph_.nodes[i].desired, observed).empty();
  if (!holds && observed.obstacle && !obstacle_may_go(i, observed)) return stays(i, *observed.obstacle);
  for (const Missing& missing : observed.missing) {
    if (holds || brought_.source_of(i, missing.what)) continue;
    return stays(i, Diagnostic(Code::kNothingProvides, "it needs " + missing.what.str() + ", which is not there"));
  }
  visit(i);
}

void Simulator::stays(std::size_t i, const Diagnostic& why) {
  staying_.insert(address_of(i));
  refusals_.stays(i, why);
}

// Who has on this host what the orphan had, by another name.
std::string Simulator::owner_of_claims(std::size_t i, const Observed& observed) const {
  const std::vector<std::string> claims = provider_of(i)->claims_on_host(graph_.nodes[i].desired, observed);
  for (std::size_t other = 0; !claims.empty() && other < graph_.nodes.size(); ++other) {
    if (is_orphan(other) || !observation_.states[other].has_value()) continue;
    for (const std::string& claim :
         provider_of(other)->claims_on_host(graph_.nodes[other].desired, observed_of(other))) {
      if (std::find(claims.begin(), claims.end(), claim) != claims.end()) return address_of(other);
    }
  }
  return {};
}

void Simulator::tell_of_record(plan::HostPlan& host) const {
  host.moved = observation_.moved;
  for (const auto& [address, why] : forgotten_) host.forgotten.push_back({address, why});
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    const ir::Node& node = graph_.nodes[i];
    if (!node.because.empty() || !takes(i)) continue;
    const bool prevented = observation_.prevented.contains(address_of(i));
    if (node.prevent_destroy && !prevented) host.prevents.push_back(address_of(i));
    if (!node.prevent_destroy && prevented) host.permits.push_back(address_of(i));
  }
  std::sort(host.prevents.begin(), host.prevents.end());
  std::sort(host.permits.begin(), host.permits.end());
  if (!graph_.whole || observation_.recorded.empty()) return;
  const std::set<std::string> declared = addresses_in(graph_);
  for (const auto& [address, unused] : observation_.recorded) {
    const bool goes = declared.contains(address) || forgotten_.contains(address);
    if (!goes || staying_.contains(address)) host.orphans.push_back(address);
  }
}

}  // namespace plumb::simulate
