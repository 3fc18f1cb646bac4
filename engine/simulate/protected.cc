#include "engine/simulate/protected.h"

#include <set>
#include <variant>
#include <vector>

namespace plumb::simulate {
namespace {

std::vector<std::string> paths_and_claims(const Provider& provider, const Desired& desired) {
  std::vector<std::string> things = provider.manages_paths(desired);
  for (std::string& claim : provider.claims(desired)) things.push_back(std::move(claim));
  return things;
}

}  // namespace

Protected::Protected(const ir::HostGraph& graph, const Registry& kinds, const Observation& observation) {
  if (observation.prevented.empty()) return;
  std::set<std::string> declared;
  for (const ir::Node& node : graph.nodes) declared.insert(node.desired.address.str());
  for (const std::string& address : observation.prevented) {
    const auto recorded = observation.recorded.find(address);
    // One that has a node is refused for itself, or contradicts what is declared beside it.
    if (declared.contains(address) || recorded == observation.recorded.end()) continue;
    const Result<Address> parsed = Address::parse(address);
    const Provider* const provider = parsed ? kinds.provider(parsed->kind) : nullptr;
    if (provider == nullptr) continue;
    const Desired was{*parsed, recorded->second, {}};
    if (provider->is_unwanted(was)) continue;
    for (const std::string& thing : paths_and_claims(*provider, was)) {
      if (!thing.empty()) owners_.emplace(thing, address);
    }
    for (const std::string& path : provider->edits_paths(was)) {
      if (!path.empty()) owners_.emplace(path, address);
    }
  }
}

std::string Protected::at(const std::string& thing) const {
  const auto found = owners_.find(thing);
  return found == owners_.end() ? std::string() : found->second;
}

std::string Protected::at_or_below(const std::string& path) const {
  if (std::string exact = at(path); !exact.empty()) return exact;
  const std::string prefix = path.ends_with('/') ? path : path + "/";
  const auto first = owners_.lower_bound(prefix);
  return first != owners_.end() && first->first.starts_with(prefix) ? first->second : std::string();
}

std::string Protected::lost_with(const Provider& provider, const Desired& desired, const Change& change) const {
  if (owners_.empty()) return {};
  std::string lost;
  for (const Operation& operation : change.operations) {
    const auto* const removal = std::get_if<Remove>(&operation);
    if (removal == nullptr) continue;
    lost = removal->recursive ? at_or_below(removal->path) : at(removal->path);
    if (!lost.empty()) return lost;
  }
  if (change.op != Op::kDelete && change.op != Op::kReplace) return {};
  for (const std::string& thing : paths_and_claims(provider, desired)) {
    if (lost = at(thing); !lost.empty()) return lost;
  }
  for (const std::string& path : provider.clears_paths(desired)) {
    if (lost = at_or_below(path); !lost.empty()) return lost;
  }
  return {};
}

}  // namespace plumb::simulate
