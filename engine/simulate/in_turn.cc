// What is decided in its turn: whether it is there hangs on readings that earlier actions of the plan may change. Its
// action stands in the plan with both outcomes, so nothing is lent by it to those behind it, but to what hangs on the
// same condition, and what it has to do with is looked at in its turn too.
#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/simulate/simulator.h"
#include "providers/sdk/ownership.h"

namespace plumb::simulate {
namespace {

bool is_at_or_below(const std::string& path, const std::string& outer) {
  return !outer.empty() && (path == outer || is_below(path, outer));
}

void add(std::vector<std::string>& paths, std::vector<std::string> more) {
  std::move(more.begin(), more.end(), std::back_inserter(paths));
}

std::vector<std::string> paths_at(const Provider& provider, const Desired& desired) {
  std::vector<std::string> paths = provider.manages_paths(desired);
  add(paths, provider.edits_paths(desired));
  add(paths, provider.clears_paths(desired));
  for (ImpliedPath& implied : provider.implies_paths(desired)) paths.push_back(std::move(implied.path));
  return paths;
}

}  // namespace

// What the action of `turn`, if it is done, may change of what `i` finds.
bool Simulator::meets(std::size_t i, std::size_t turn) const {
  const Desired& desired = graph_.nodes[i].desired;
  const Provider& provider = *provider_of(i);
  const Desired& other = graph_.nodes[turn].desired;
  const Provider& theirs = *provider_of(turn);
  const std::vector<std::string> touched = paths_at(theirs, other);
  const auto asks = [&](const std::string& name) { return provider.asks_about(desired, name); };
  if (asks(other.address.identity) || std::any_of(touched.begin(), touched.end(), asks)) return true;
  std::vector<std::string> stands_on = paths_at(provider, desired);
  for (const Address& need : provider.infers(desired)) {
    if (need.kind == other.address.kind && need.identity == other.address.identity) return true;
    if (need.identity.starts_with('/')) stands_on.push_back(need.identity);
  }
  const bool looks = provider.looks_at_paths(desired) || provider.spreads_below(desired);
  for (const std::string& path : touched) {
    const bool met = std::any_of(stands_on.begin(), stands_on.end(), [&](const std::string& own) {
      return is_at_or_below(own, path) || (looks && is_below(path, own));
    });
    if (met) return true;
  }
  const std::vector<std::string> claims = theirs.claims(other);
  const std::vector<std::string> own = provider.claims(desired);
  return std::any_of(claims.begin(), claims.end(),
                     [&](const std::string& claim) { return std::find(own.begin(), own.end(), claim) != own.end(); });
}

void Simulator::add_turns_met(std::size_t i, NodeList& makers) const {
  for (const std::size_t turn : in_turns_) {
    if (turn != i && meets(i, turn)) makers.add(turn);
  }
}

// Of those that hang on the same condition, both are done or neither, unless something between may change a reading.
std::optional<std::size_t> Simulator::lent_in_turn(std::size_t i, const Address& what,
                                                   const std::vector<std::size_t>& movers) const {
  const Json& test = graph_.nodes[i].in_turn->condition.test;
  for (auto turn = in_turns_.rbegin(); turn != in_turns_.rend(); ++turn) {
    const bool same = graph_.nodes[*turn].in_turn->condition.test == test && movers.back() < *turn;
    if (same && planned_[*turn].op != Op::kDelete && brought_.makes(*turn, what)) return *turn;
  }
  return std::nullopt;
}

// What is not to be there as things are has nothing due.
void Simulator::leave_turn_to_next(std::size_t i, MovedReadings::Moved& moved) {
  if (graph_.nodes[i].in_turn->holds) return leave_to_next(i, moved);
  moved.is_waited_for = true;
  hold_back(i, Op::kNone, {}, address_of(moved.by), moved.name);
}

// False where something that it misses comes from nobody: then it waits.
bool Simulator::find_missing_in_turn(std::size_t i, const Observed& observed, const std::vector<std::size_t>& movers,
                                     NodeList& unknown_until) {
  for (const Missing& missing : observed.missing) {
    std::optional<std::size_t> from = lent_in_turn(i, missing.what, movers);
    if (!from) {
      const std::optional<Brought::Source> source = brought_.source_of(i, missing.what);
      if (!source) return false;
      from = source->node;
    }
    needs_.add(i, *from);
    unknown_until.add(*from);
  }
  return true;
}

void Simulator::visit_in_turn(std::size_t i) {
  const ir::Node& node = graph_.nodes[i];
  if (MovedReadings::Moved* moved = moved_readings_.of(i)) return leave_turn_to_next(i, *moved);
  const MovedReadings::Turn turn = moved_readings_.turn_of(i);
  if (turn.later != nullptr) return leave_turn_to_next(i, *turn.later);
  if (turn.first == nullptr) {
    // The graph is made anew, with what was told in the place of the condition.
    decided_now_.push_back(address_of(i));
    if (node.in_turn->holds && due(i) != Op::kNone) moved_readings_.note(i, i, Op::kReplace, &observed_of(i));
    ++unchanged_;
    return;
  }
  if (!observation_.states[i].has_value() || observed_of(i).obstacle || node.prevent_destroy)
    return leave_turn_to_next(i, *turn.first);
  const Observed& observed = observed_of(i);
  const std::optional<Desired> reduced = without_ignored(node, observed);
  const Desired& desired = reduced ? *reduced : node.desired;
  NodeList unknown_until;
  for (const std::size_t mover : turn.movers) {
    unknown_until.add(mover);
    needs_.add(i, mover);
  }
  const bool changes = !provider_of(i)->diff(desired, observed).empty();
  const std::vector<std::size_t> makers = makers_of(i, observed);
  if (changes && !find_missing_in_turn(i, observed, turn.movers, unknown_until))
    return leave_turn_to_next(i, *turn.first);
  for (const std::size_t maker : makers) {
    unknown_until.add(maker);
    if (stands_on(i, maker)) needs_.add(i, maker);
  }
  if (const std::optional<std::size_t> need = needs_.held(i)) return hold_back(i, Op::kNone, {}, address_of(*need));
  // Where it turns out that nobody asks for what the record holds, the next plan takes that away.
  if (prunes_ && observation_.recorded.contains(address_of(i))) turn.first->is_waited_for = true;
  // Also where it is as it is asked for: it was not seen through what the actions before it do.
  push_in_turn(i, desired, unknown_until);
  add_triggered(i, desired, observed);
  add_probes(i, desired);
  actions_.decide_in_turn(i, to_json(node.in_turn->condition), addresses_of(unknown_until));
}

std::string Simulator::turn_note(std::size_t i, const std::vector<std::size_t>& movers) const {
  std::string names;
  for (const TurnReading& reading : graph_.nodes[i].in_turn->condition.readings)
    names += (names.empty() ? "readings." : ", readings.") + reading.name;
  return "decided in its turn by " + names + ", since " + address_of(movers.front()) +
         (movers.size() > 1 ? " and others" : "") + " may change what is told";
}

void Simulator::push_in_turn(std::size_t i, const Desired& desired, const NodeList& unknown_until) {
  plan::Action action = drafts_.conditional(i, desired);
  action.note = turn_note(i, moved_readings_.turn_of(i).movers);
  action.unknown_until = addresses_of(unknown_until);
  planned_[i] = {true, action.op, true};
  brought_.add_changed(i, true);
  brought_.add_unforeseen(i);
  in_turns_.push_back(i);
  append(i, std::move(action));
}

}  // namespace plumb::simulate
