#include "engine/simulate/moved_readings.h"

#include <algorithm>
#include <utility>

namespace plumb::simulate {

namespace {

// "nginx" may be "nginx.service", and "libc6" "libc6:amd64": which of them is meant, the host's managers know.
bool names(const std::string& thing, std::string_view name) {
  if (!name.starts_with(thing)) return false;
  name.remove_prefix(thing.size());
  return name.empty() || name[0] == '.' || name[0] == ':';
}

}  // namespace

void MovedReadings::note(std::size_t node, std::size_t by, Op op, const Observed* found) {
  bool opens = false;
  for (const auto& [name, causes] : graph_.readings) {
    const auto known = moved_.find(name);
    if ((known != moved_.end() && known->second.is_known) || !may_move(node, op, found, causes)) continue;
    opens = opens || causes.open;
    if (known != moved_.end()) {
      known->second.is_known = true;
    } else {
      moved_.emplace(name, Moved{name, by});
    }
  }
  if (!opens) return;
  for (const auto& [name, unused] : graph_.readings) moved_.try_emplace(name, Moved{name, by, false, false});
}

MovedReadings::Moved* MovedReadings::of(std::size_t node) {
  if (moved_.empty()) return nullptr;
  for (const std::string& name : graph_.nodes[node].readings) {
    if (const auto moved = moved_.find(name); moved != moved_.end()) return &moved->second;
  }
  return nullptr;
}

std::map<std::string, std::string> MovedReadings::that_matter() const {
  std::map<std::string, std::string> moving;
  for (const auto& [name, moved] : moved_) {
    if (moved.is_waited_for || (moved.is_known && graph_.readings.at(name).open))
      moving.emplace(name, graph_.nodes[moved.by].desired.address.str());
  }
  return moving;
}

bool MovedReadings::may_move(std::size_t node, const Observed* found, const Address& thing, bool is_there) const {
  const Desired& desired = graph_.nodes[node].desired;
  const Provider& provider = *kinds_[node]->provider;
  const std::string word = "the " + thing.kind + " ";
  std::vector<std::string> claims = provider.claims(desired);
  if (found != nullptr) {
    for (std::string& claim : provider.claims_on_host(desired, *found)) claims.push_back(std::move(claim));
  }
  for (const std::string& claim : claims) {
    if (claim.starts_with(word) && names(thing.identity, std::string_view(claim).substr(word.size()))) return true;
  }
  for (const Address& provided : provider.provides(desired)) {
    if (provided.kind == thing.kind && names(thing.identity, provided.identity)) return true;
  }
  if (found == nullptr) return false;
  // A package brings units and packages that nobody names.
  return !is_there && provider.may_bring(desired, *found, thing);
}

bool MovedReadings::may_move(std::size_t node, Op op, const Observed* found, const ir::ReadingCauses& causes) const {
  const Desired& desired = graph_.nodes[node].desired;
  const auto means_it = [&](const std::string& glob) { return graph_.nodes[node].is_meant_by(glob); };
  if (std::any_of(causes.after.begin(), causes.after.end(), means_it)) return true;
  if (causes.thing && may_move(node, found, *causes.thing, causes.is_there)) return true;
  if (causes.path.empty()) return false;
  const Provider& provider = *kinds_[node]->provider;
  std::vector<std::string> paths = provider.manages_paths(desired);
  for (std::string& path : provider.edits_paths(desired)) paths.push_back(std::move(path));
  for (ImpliedPath& implied : provider.implies_paths(desired)) paths.push_back(std::move(implied.path));
  const bool removes = op == Op::kDelete || op == Op::kReplace;
  return std::any_of(paths.begin(), paths.end(), [&](const std::string& path) {
    return path == causes.path || path.starts_with(causes.path + "/") ||
           (removes && causes.path.starts_with(path + "/"));
  });
}

}  // namespace plumb::simulate
