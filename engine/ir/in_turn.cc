// What is decided in its turn: conditions that compare readings which an action of the plan may change.
#include <algorithm>

#include "engine/config/reading.h"
#include "engine/ir/instance.h"
#include "engine/lang/cel/residue.h"

namespace plumb::ir {

namespace slots = config::slots;

std::set<std::string> Expander::Instance::readings_here(const config::Reads& reads,
                                                        const config::ReadsButWhen& but_when) const {
  if (!leaves_open()) return readings_of(reads);
  std::set<std::string> names = readings_of(but_when == nullptr ? reads : *but_when);
  names.insert(turns_.readings.begin(), turns_.readings.end());
  return names;
}

std::optional<TurnCondition> Expander::Instance::condition_of(const config::Placement& placement,
                                                              const Json& test) const {
  TurnCondition condition{{}, test, placement.when->text()};
  for (const cel::Reference& path : placement.when->program().references()) {
    if (path.slot != slots::kReadings || path.path.empty()) continue;
    const std::string& name = path.path.front();
    const std::string full = config::below(path_, name);
    const config::Reading& reading = module_.readings.at(name);
    const std::string type = config::turn_type_of(reading.written);
    const bool known = std::any_of(condition.readings.begin(), condition.readings.end(),
                                   [&](const TurnReading& one) { return one.name == full; });
    if (known || type.empty() || !told_.undecided->readings.contains(full)) continue;
    const auto& absent = reading.written.value.default_value;
    condition.readings.push_back({full, told_.readings->at(full).source, type, absent ? absent->value : Json()});
  }
  std::sort(condition.readings.begin(), condition.readings.end(),
            [](const TurnReading& a, const TurnReading& b) { return a.name < b.name; });
  // A host refuses what it could not decide by.
  return turn_condition_from(to_json(condition)) ? std::optional(std::move(condition)) : std::nullopt;
}

Expander::Instance::Decision Expander::Instance::decide_placement(const config::Placement& placement) {
  Decision decision;
  decision.holds = holds(placement);
  decision.readings = readings_of(placement.when_reads);
  if (!can_wait_ || placement.when_reads.sensitive || !placement.when_reads.of(slots::kReadings)) return decision;
  cel::UnknownFields unknown{slots::kReadings, {}, path_.empty() ? "" : path_ + "/"};
  std::set<std::string> open;
  for (const auto& [name, reading] : module_.readings) {
    std::string full = config::below(path_, name);
    if (!told_.undecided->readings.contains(full) || config::turn_type_of(reading.written).empty()) continue;
    unknown.names.insert(name);
    open.insert(std::move(full));
  }
  evaluation();
  const std::optional<Json> test = cel::residue(placement.when->program(), activation_, unknown);
  if (!test) return decision;
  const auto leave_out = [&](const auto& names) {
    for (const std::string& name : names) decision.readings.erase(name);
  };
  // What is known decides alone.
  if (test->is_boolean()) {
    leave_out(open);
    return decision;
  }
  decision.condition = condition_of(placement, *test);
  if (!decision.condition) return decision;
  for (const TurnReading& reading : decision.condition->readings) decision.readings.erase(reading.name);
  return decision;
}

void Expander::Instance::visit_where_it_holds(const config::Placement& placement, const std::function<void()>& visit) {
  if (!placement.when) return visit();
  Decision decision = decide_placement(placement);
  decided_by_.insert(decision.readings.begin(), decision.readings.end());
  if (!decision.condition && !decision.holds) return;
  const Turns outside = turns_;
  turns_.readings.merge(decision.readings);
  if (decision.condition) {
    turns_.conditions.push_back(std::move(*decision.condition));
    turns_.hold = turns_.hold && decision.holds;
  }
  visit();
  turns_ = outside;
}

void Expander::Instance::note_open_but_when(const config::Placement& placement, const config::Reads& reads,
                                            const config::ReadsButWhen& but_when, bool any) {
  const std::set<std::string> decided = std::exchange(decided_by_, {});
  if (any && placement.loops.empty()) return;
  std::set<std::string> open = readings_of(but_when == nullptr ? reads : *but_when);
  open.insert(decided.begin(), decided.end());
  open.insert(turns_.readings.begin(), turns_.readings.end());
  expander_.unforeseen_readings_.insert(open.begin(), open.end());
  expander_.open_readings_.merge(open);
}

bool Expander::Instance::put_in_turn(config::Resolved& resolved, bool can_wait) {
  if (turns_.conditions.empty()) return true;
  resolved.constant = false;
  auto resource = std::make_shared<config::Resource>(*resolved.resource);
  if (can_wait && !told_.undecided->decided.contains(resource->address.str())) {
    resource->in_turn = std::make_shared<const InTurn>(InTurn{all_of(turns_.conditions), turns_.hold});
  } else {
    std::set<std::string> names;
    for (const TurnCondition& condition : turns_.conditions) {
      for (const TurnReading& reading : condition.readings) names.insert(reading.name);
    }
    // Beyond what is there it may come to be.
    if (!turns_.hold) {
      expander_.open_readings_.insert(names.begin(), names.end());
      expander_.may_come_.push_back({{resource->address, resource->attributes, {}}, std::move(names)});
      return false;
    }
    resource->readings.merge(names);
  }
  resolved.resource = std::move(resource);
  return true;
}

Resources Expander::expand_undecided(const config::Host& host, const Told& told, Diagnostics& diagnostics) {
  Undecided undecided = *told.undecided;
  while (true) {
    Told now = told;
    now.undecided = &undecided;
    Diagnostics found;
    Resources resources = expand_once(host, now, found);
    std::map<Address, std::size_t> declared;
    for (const config::Resolved& one : resources) ++declared[one.resource->address];
    bool again = false;
    for (const config::Resolved& one : resources) {
      const config::Resource& resource = *one.resource;
      if (resource.in_turn == nullptr) continue;
      // Two outcomes of one thing are not looked at together, nor what is there for the case of a failure besides.
      const bool alone = declared.at(resource.address) == 1 && resource.rescues.empty();
      if (!alone) again = undecided.decided.insert(resource.address.str()).second || again;
    }
    if (again) continue;
    diagnostics.extend(std::move(found));
    return resources;
  }
}

}  // namespace plumb::ir
