// What a node waits for: earlier actions without which it cannot be, or after which alone it is known what is there.
#include <algorithm>

#include "engine/simulate/simulator.h"

namespace plumb::simulate {

using plan::Action;

// What an unchanged node waits for, whoever comes after it waits for too.
void Simulator::inherit_needs(std::size_t i) {
  for (const ir::Edge* edge : after_[i]) {
    if (!is_order_alone(*edge)) needs_.inherit(i, edge->to);
  }
}

// Whoever only comes after what may fail, or is there for the case that it does, does not stand on it.
bool Simulator::is_order_alone(const ir::Edge& edge) const {
  if (edge.kind == ir::EdgeKind::kInferred || !planned_[edge.to].acts) return false;
  if (graph_.nodes[edge.to].manner.may_fail) return true;
  const std::vector<std::string>& rescues = graph_.nodes[edge.from].rescues;
  return !rescues.empty() && std::find(rescues.begin(), rescues.end(), address_of(edge.to)) != rescues.end();
}

// Of what may fail only where an edge was inferred, or the host saw the node through it.
bool Simulator::stands_on(std::size_t i, std::size_t maker) {
  const bool may_fail = graph_.nodes[maker].manner.may_fail || is_rescue(maker);
  if (!may_fail) return true;
  const auto inferred = [&](const ir::Edge* edge) {
    return edge->to == maker && edge->kind == ir::EdgeKind::kInferred;
  };
  return std::any_of(after_[i].begin(), after_[i].end(), inferred);
}

// What the host foresaw of the node is there once these have acted.
void Simulator::stand_on_shapers(std::size_t i, const Observed& observed) {
  for (const std::size_t shaper : earlier_of(i, observed.shaped_by)) {
    if (planned_[shaper].acts || needs_.is_held_back(shaper)) needs_.add(i, shaper);
  }
}

bool Simulator::obstacle_may_go(std::size_t i, const Observed& observed) {
  switch (observed.obstacle->goes) {
    case ObstacleGoes::kNever:
      return false;
    case ObstacleGoes::kWithItsPath:
      // Of a program that it only waits for, the host saw whether it has to do with that path.
      return !makers_of_it(i, observed).empty();
    case ObstacleGoes::kWithWhatItIsAbout:
    case ObstacleGoes::kWithAnything:
      break;
  }
  return !makers_of(i, observed).empty();
}

NodeList Simulator::makers_of_it(std::size_t i, const Observed& observed) {
  NodeList makers;
  for (const std::size_t maker : brought_.makers_of(i)) makers.add(maker);
  for (const std::size_t earlier : earlier_of(i, observed.open_until)) {
    if (planned_[earlier].acts) makers.add(earlier);
  }
  return makers;
}

std::vector<std::size_t> Simulator::makers_of(std::size_t i, const Observed& observed) {
  NodeList makers = makers_of_it(i, observed);
  // What a program answers may depend on all that it was asked to wait for.
  if (kind_of(i).runs && !provider_of(i)->is_foreseeable(graph_.nodes[i].desired)) {
    for (const ir::Edge* edge : after_[i]) {
      if (planned_[edge->to].acts && edge->kind != ir::EdgeKind::kInferred) makers.add(edge->to);
    }
  }
  add_turns_met(i, makers);
  return {makers.begin(), makers.end()};
}

std::vector<std::size_t> Simulator::takers_of(std::size_t i, const Observed& observed) {
  std::vector<std::size_t> takers = earlier_of(i, observed.shaped_by);
  std::erase_if(takers, [this](std::size_t earlier) {
    const Planned& one = planned_[earlier];
    return !one.removes && one.op != Op::kDelete && one.op != Op::kRun;
  });
  return takers;
}

void Simulator::resolve_missing(std::size_t i, const Observed& observed, Action& action, NodeList& unknown_until,
                                const NodeList& set_off_by) {
  for (const Missing& missing : observed.missing) {
    const std::optional<Brought::Source> source = brought_.source_of(i, missing.what);
    if (!source) {
      refusals_.missing(i, missing, {set_off_by.begin(), set_off_by.end()}, takers_of(i, observed));
      continue;
    }
    needs_.add(i, source->node);
    // What runs is decided on by guards, which can be asked once it is there.
    const bool asks = kind_of(i).runs && !action.before.empty();
    if (source->exact && !asks) continue;
    unknown_until.add(source->node);
    bound(action, missing.what.str() + " is expected from " + address_of(source->node));
  }
}

// A create whose thing a package may also bring is decided when its turn comes.
void Simulator::bound_by_earlier(std::size_t i, const std::vector<std::size_t>& makers, Action& action,
                                 NodeList& unknown_until) {
  for (const std::size_t maker : makers) {
    unknown_until.add(maker);
    if (stands_on(i, maker)) needs_.add(i, maker);
    if (action.fidelity == Fidelity::kExact) {
      bound(action, "what is there after " + address_of(maker) + " is not known yet");
    }
  }
}

void bound(Action& action, const std::string& note) {
  if (action.fidelity == Fidelity::kExact) action.fidelity = Fidelity::kBounded;
  if (action.note.empty()) action.note = note;
}

}  // namespace plumb::simulate
