#include "engine/simulate/moved_readings.h"

#include <algorithm>
#include <set>
#include <utility>

#include "engine/base/glob.h"

namespace plumb::simulate {

namespace {

// "nginx" may be "nginx.service", and "libc6" "libc6:amd64": which of them is meant, the host's managers know.
bool names(const std::string& thing, std::string_view name) {
  if (!name.starts_with(thing)) return false;
  name.remove_prefix(thing.size());
  return name.empty() || name[0] == '.' || name[0] == ':';
}

bool may_move_thing(const Desired& desired, const Provider& provider, const Observed* found, const Address& thing,
                    bool is_there) {
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

bool may_move(const Desired& desired, const Provider& provider, Op op, const Observed* found,
              const ir::ReadingCauses& causes) {
  const std::string address = desired.address.str();
  const auto means_it = [&](const std::string& glob) { return address_matches(glob, address); };
  if (std::any_of(causes.after.begin(), causes.after.end(), means_it)) return true;
  if (causes.thing && may_move_thing(desired, provider, found, *causes.thing, causes.is_there)) return true;
  if (causes.path.empty()) return false;
  std::vector<std::string> paths = provider.manages_paths(desired);
  for (std::string& path : provider.edits_paths(desired)) paths.push_back(std::move(path));
  for (ImpliedPath& implied : provider.implies_paths(desired)) paths.push_back(std::move(implied.path));
  const bool removes = op == Op::kDelete || op == Op::kReplace;
  return std::any_of(paths.begin(), paths.end(), [&](const std::string& path) {
    return path == causes.path || path.starts_with(causes.path + "/") ||
           (removes && causes.path.starts_with(path + "/"));
  });
}

}  // namespace

MovedReadings::MovedReadings(const ir::HostGraph& graph, const Registry& registry,
                             const std::vector<const Kind*>& kinds)
    : graph_(graph),
      registry_(registry),
      kinds_(kinds),
      has_turns_(std::any_of(graph.nodes.begin(), graph.nodes.end(),
                             [](const ir::Node& node) { return node.in_turn != nullptr; })) {}

void MovedReadings::note(std::size_t node, std::size_t by, Op op, const Observed* found) {
  const Desired& desired = graph_.nodes[node].desired;
  const Provider& provider = *kinds_[node]->provider;
  bool opens = false;
  for (const auto& [name, causes] : graph_.readings) {
    auto known = moved_.find(name);
    const bool again = known != moved_.end() && known->second.is_known;
    if ((again && !has_turns_) || !may_move(desired, provider, op, found, causes)) continue;
    if (causes.open && !again) {
      if (causes.is_foreseen) note_what_may_come(name, by);
      opens = opens || !causes.is_foreseen;
      known = moved_.find(name);
    }
    if (known == moved_.end()) known = moved_.emplace(name, Moved{name, by}).first;
    Moved& moved = known->second;
    moved.is_known = true;
    if (by == node) {
      moved.movers.push_back(node);
    } else {
      moved.moves_later = true;
    }
  }
  if (!opens) return;
  for (const auto& [name, unused] : graph_.readings)
    moved_.try_emplace(name, Moved{name, by, false, false}).first->second.moves_later = true;
}

void MovedReadings::note_what_may_come(const std::string& reading, std::size_t by) {
  std::set<std::string> reached = {reading};
  for (std::vector<std::string> open = {reading}; !open.empty();) {
    const std::string changed = std::move(open.back());
    open.pop_back();
    for (const ir::MayCome& one : graph_.may_come) {
      const Provider* provider = registry_.provider(one.desired.address.kind);
      if (provider == nullptr || !one.readings.contains(changed)) continue;
      for (const auto& [name, causes] : graph_.readings) {
        // It may become anything there.
        if (!may_move(one.desired, *provider, Op::kReplace, nullptr, causes)) continue;
        moved_.try_emplace(name, Moved{name, by, false, false}).first->second.moves_later = true;
        if (reached.insert(name).second) open.push_back(name);
      }
    }
  }
}

MovedReadings::Moved* MovedReadings::of(std::size_t node) {
  if (moved_.empty()) return nullptr;
  for (const std::string& name : graph_.nodes[node].readings) {
    if (const auto moved = moved_.find(name); moved != moved_.end()) return &moved->second;
  }
  return nullptr;
}

MovedReadings::Turn MovedReadings::turn_of(std::size_t node) {
  Turn turn;
  for (const TurnReading& reading : graph_.nodes[node].in_turn->condition.readings) {
    const auto found = moved_.find(reading.name);
    if (found == moved_.end()) continue;
    Moved& moved = found->second;
    if (turn.first == nullptr) turn.first = &moved;
    if (turn.later == nullptr && moved.moves_later) turn.later = &moved;
    turn.movers.insert(turn.movers.end(), moved.movers.begin(), moved.movers.end());
  }
  std::sort(turn.movers.begin(), turn.movers.end());
  turn.movers.erase(std::unique(turn.movers.begin(), turn.movers.end()), turn.movers.end());
  return turn;
}

std::map<std::string, std::string> MovedReadings::that_matter() const {
  std::map<std::string, std::string> moving;
  for (const auto& [name, moved] : moved_) {
    if (moved.is_waited_for || (moved.is_known && graph_.readings.at(name).open))
      moving.emplace(name, graph_.nodes[moved.by].desired.address.str());
  }
  return moving;
}

}  // namespace plumb::simulate
