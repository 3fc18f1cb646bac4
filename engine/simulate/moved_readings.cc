#include "engine/simulate/moved_readings.h"

#include <algorithm>
#include <utility>

#include "engine/base/glob.h"

namespace plumb::simulate {

void MovedReadings::note(std::size_t node, Op op) {
  for (const auto& [name, causes] : graph_.readings) {
    if (!moved_.contains(name) && may_move(node, op, causes)) moved_.emplace(name, Moved{name, node});
  }
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
    if (moved.is_waited_for || graph_.readings.at(name).open)
      moving.emplace(name, graph_.nodes[moved.by].desired.address.str());
  }
  return moving;
}

bool MovedReadings::may_move(std::size_t node, Op op, const ir::ReadingCauses& causes) const {
  const Desired& desired = graph_.nodes[node].desired;
  const std::string address = desired.address.str();
  const auto means_it = [&](const std::string& glob) { return address_matches(glob, address); };
  if (std::any_of(causes.after.begin(), causes.after.end(), means_it)) return true;
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
