#include "engine/simulate/simulator.h"

#include <algorithm>
#include <set>

#include "engine/base/digest.h"
#include "engine/base/outside_text.h"
#include "engine/plan/derivation.h"
#include "engine/simulate/scope.h"
#include "providers/sdk/login.h"

namespace plumb::simulate {

using plan::Action;
using plan::Lock;

Simulator::Simulator(const HostToPlan& host, Diagnostics& diagnostics)
    : graph_(host.graph),
      kinds_(host.kinds),
      observation_(host.observation),
      taken_(taken(graph_, host.scope)),
      prunes_(host.scope.prune),
      kinds_of_(graph_.nodes.size()),
      planned_(graph_.nodes.size()),
      for_next_by_(graph_.nodes.size()),
      needs_(graph_.nodes.size()),
      after_(graph_.nodes.size()),
      triggers_(graph_.nodes.size()),
      brought_(graph_, observation_, kinds_.managers(), kinds_of_, after_, host.text_of),
      index_(graph_),
      refusals_(graph_, kinds_, kinds_of_, taken_, index_, host.host, diagnostics),
      protected_(graph_, kinds_, observation_),
      drafts_(graph_, kinds_of_, observation_),
      moved_readings_(graph_, kinds_, kinds_of_),
      forgotten_(observation_.forgotten),
      actions_(graph_.nodes.size()) {
  for (const ir::Edge& edge : graph_.edges) {
    (edge.kind == ir::EdgeKind::kTrigger ? triggers_ : after_)[edge.from].push_back(&edge);
  }
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    const std::string& kind = graph_.nodes[i].desired.address.kind;
    const bool as_before = i > 0 && graph_.nodes[i - 1].desired.address.kind == kind;
    kinds_of_[i] = as_before ? kinds_of_[i - 1] : kinds_.find(kind);
  }
}

std::vector<std::string> Simulator::addresses_of(const NodeList& nodes) const {
  std::vector<std::string> addresses;
  addresses.reserve(nodes.size());
  for (const std::size_t node : nodes) addresses.push_back(address_of(node));
  return addresses;
}

std::vector<const Desired*> Simulator::desired_of(const std::vector<std::size_t>& nodes) const {
  std::vector<const Desired*> desired;
  for (const std::size_t node : nodes) desired.push_back(&graph_.nodes[node].desired);
  return desired;
}

std::vector<std::size_t> Simulator::earlier_of(std::size_t i, const std::vector<std::string>& addresses) {
  std::vector<std::size_t> earlier;
  for (const std::string& address : addresses) {
    const std::optional<std::size_t> node = index_.at(address);
    if (node && *node < i) earlier.push_back(*node);
  }
  return earlier;
}

Simulation Simulator::run() {
  refusals_.check_claims(observation_);
  refusals_.check_moves(observation_);
  for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
    inherit_needs(i);
    if (!takes(i)) {
      leave_out(i);
    } else if (is_idle_rescue(i)) {
      ++unchanged_;
    } else if (const Lock* lock = lock_on(i)) {
      leave_locked(i, *lock);
    } else if (is_in_turn(i)) {
      visit_in_turn(i);
    } else if (MovedReadings::Moved* moved = moved_readings_.of(i)) {
      leave_to_next(i, *moved);
    } else if (is_rescue(i)) {
      visit_rescue(i);
    } else if (is_beside_the_declared(i)) {
      visit_beside(i);
    } else {
      visit(i);
    }
    const Observed* found = observation_.states[i] ? &*observation_.states[i] : nullptr;
    if (planned_[i].acts) {
      moved_readings_.note(i, i, is_in_turn(i) ? Op::kReplace : planned_[i].op, found);
    } else if (for_next_by_[i]) {
      // It may become anything there.
      moved_readings_.note(i, *for_next_by_[i], Op::kReplace, found);
    }
  }
  Simulation result;
  result.host.ir = graph_.digest;
  result.host.record = observation_.serial;
  result.host.image_id = observation_.image;
  result.host.unchanged = unchanged_;
  result.host.left_out = left_out_;
  tell_of_record(result.host);
  result.host.locks = observation_.locks;
  result.host.held_back = std::move(held_back_);
  result.host.passed_over = std::move(passed_over_);
  for (const ir::Elsewhere& one : graph_.elsewhere) result.host.elsewhere.push_back({one.address, one.host});
  result.host.moving = moved_readings_.that_matter();
  result.decided_now = std::move(decided_now_);
  result.host.actions = plan::ActionList(std::move(actions_).take());
  result.actions = result.host.actions.get();
  result.texts = std::move(texts_);
  return result;
}

void Simulator::visit(std::size_t i) {
  const ir::Node& node = graph_.nodes[i];
  if (!observation_.states[i].has_value()) {
    refusals_.by_host(i, observation_.states[i].error().diagnostic());
    return;
  }
  const Observed& observed = observed_of(i);
  const std::optional<Desired> reduced = without_ignored(node, observed);
  const Desired& desired = reduced ? *reduced : node.desired;
  const Change change = provider_of(i)->diff(desired, observed);
  if (is_contradicted(i, desired, observed)) return;
  const std::size_t planned = actions_.size() + held_back_.size();
  stand_on_shapers(i, observed);
  const std::vector<std::size_t> makers = makers_of(i, observed);
  // Also one that holds is taken back by those behind it; but where the difference is ignored nothing is asked for, and
  // in the place of what goes with nobody to declare it another may come.
  const bool obstructed = !change.empty() && observed.obstacle;
  const bool asked_for = (!change.empty() || !reduced) && !is_orphan(i) && !goes_back_too(i, observed);
  if (asked_for && !obstructed && refusals_.is_undone(i, observed)) return;
  if (!change.empty()) {
    if (!may_change(i, change, observed)) return;
    push_change(i, desired, observed, change, makers);
  } else if (!makers.empty()) {
    push_conditional(i, desired, makers);
  }
  if (const std::optional<std::size_t> need = needs_.held(i)) {
    wait_for(i, *need);
  } else {
    add_triggered(i, desired, observed);
    add_probes(i, desired);
  }
  // What is only set off, asked or held back is counted as that.
  if (actions_.size() + held_back_.size() == planned) {
    ++unchanged_;
    std::string why = provider_of(i)->why_passed_over(desired, observed);
    if (node.forget) {
      const bool gone = provider_of(i)->is_unwanted(desired);
      if (why.empty()) why = gone ? "nothing of it is there" : "it is as it was before it was known";
      forgotten_.emplace(address_of(i), std::move(why));
    } else if (!why.empty()) {
      passed_over_.push_back({address_of(i), std::move(why)});
    }
  }
  if (planned_[i].acts && kind_of(i).runs) refusals_.check_needs_are_left(i);
}

// Of a run that is taken back: what it changed of something that it had made goes back, and then that goes.
bool Simulator::goes_back_too(std::size_t i, const Observed& observed) {
  if (observed.undone_by.empty() || graph_.nodes[i].because != ir::kUndone) return false;
  const std::optional<std::size_t> by = index_.at(observed.undone_by);
  return by && graph_.nodes[*by].because == ir::kUndone && provider_of(*by)->is_unwanted(graph_.nodes[*by].desired);
}

// What a program does it does not say: that it takes something away counts where the resource names it.
Diagnostic Simulator::with_a_way_out(std::size_t i, const Obstacle& obstacle) const {
  Diagnostic told = obstacle;
  if (obstacle.goes == ObstacleGoes::kNever) return told;
  for (std::size_t earlier = i; earlier-- > 0;) {
    if (!planned_[earlier].acts || planned_[earlier].op != Op::kRun) continue;
    if (!told.hint.empty()) told.hint += "; ";
    told.hint += "where `" + address_of(earlier) + "` takes that away, name it in `after`";
    break;
  }
  return told;
}

// By a change that the host has seen through, or by a text that the host does not know.
std::string Simulator::taken_from_login(std::size_t i, const Observed& observed) const {
  const std::optional<Login> login = Login::parse(observed.login);
  if (!observed.cuts.empty() || !login) return observed.cuts;
  const std::optional<std::string> text = brought_.text_of(i);
  std::string taken;
  for (const std::string& path : provider_of(i)->replaces_paths(graph_.nodes[i].desired)) {
    if (text && taken.empty()) taken = taken_by_text(*login, path, *text, observed.content_text);
  }
  return taken;
}

bool Simulator::may_change(std::size_t i, const Change& change, const Observed& observed) {
  if (observed.obstacle && !obstacle_may_go(i, observed)) {
    refusals_.by_host(i, with_a_way_out(i, *observed.obstacle), earlier_of(i, observed.shaped_by), observed.undone_by);
    return false;
  }
  if (!refusals_.allows(i, change, observed, taken_from_login(i, observed))) return false;
  const std::string lost = protected_.lost_with(*provider_of(i), graph_.nodes[i].desired, change);
  if (!lost.empty()) refusals_.loses(i, lost);
  return lost.empty();
}

// By a file that an earlier action writes.
bool Simulator::is_contradicted(std::size_t i, const Desired& desired, const Observed& observed) {
  for (const Brought::Changed& file : brought_.changed()) {
    if (!file.text) continue;
    std::optional<Diagnostic> why = provider_of(i)->contradicted_by(desired, observed, file.path, *file.text);
    if (!why) continue;
    refusals_.contradicted(i, file.node, std::move(*why));
    return true;
  }
  return false;
}

void Simulator::push_change(std::size_t i, const Desired& desired, const Observed& observed, const Change& change,
                            const std::vector<std::size_t>& makers) {
  Action action = drafts_.change(i, desired, change);
  NodeList unknown_until;
  resolve_missing(i, observed, action, unknown_until);
  bound_by_earlier(i, makers, action, unknown_until);
  // What a program leaves there, nobody has seen; of what was not there before, nothing else has to be known.
  const bool by_program = std::any_of(unknown_until.begin(), unknown_until.end(),
                                      [this](std::size_t maker) { return kind_of(maker).runs; });
  if (by_program && observed.exists) action.undo = false;
  const std::vector<std::size_t> awaited(unknown_until.begin(), unknown_until.end());
  const std::string in_the_way = observed.obstacle ? "; now " + outside_line(observed.obstacle->summary) : "";
  if (plan::is_decided_later(desired, observed, desired_of(awaited), kinds_)) {
    push_conditional(i, desired, awaited, in_the_way);
    return;
  }
  action.note += in_the_way;
  push(i, std::move(action), unknown_until);
  if (planned_[i].acts && observed.content_text) texts_.emplace(digest(*observed.content_text), *observed.content_text);
}

// It is known what there is to do once the makers have acted.
void Simulator::push_conditional(std::size_t i, const Desired& desired, const std::vector<std::size_t>& makers,
                                 const std::string& in_the_way) {
  NodeList unknown_until;
  for (const std::size_t maker : makers) {
    unknown_until.add(maker);
    if (stands_on(i, maker)) needs_.add(i, maker);
  }
  Action action = drafts_.conditional(i, desired);
  action.note = "decided after " + address_of(makers.front()) + (makers.size() > 1 ? " and others" : "") + in_the_way;
  push(i, std::move(action), unknown_until);
}

void Simulator::push(std::size_t i, Action action, const NodeList& unknown_until) {
  if (const std::optional<std::size_t> need = needs_.held(i)) return hold_back(i, action.op, {}, address_of(*need));
  planned_[i].op = action.op;
  planned_[i].unknown = !unknown_until.empty();
  planned_[i].removes = std::any_of(action.operations.begin(), action.operations.end(),
                                    [](const Operation& one) { return traits(one).takes_away; });
  acts(i);
  const bool dresses = !action.operations.empty() &&
                       std::all_of(action.operations.begin(), action.operations.end(),
                                   [](const Operation& one) { return std::holds_alternative<SetAttributes>(one); });
  // Who only reads a file does not mind whose it is.
  if (!dresses) brought_.add_changed(i, action.op == Op::kDelete);
  if (action.fidelity != Fidelity::kExact && (action.op == Op::kCreate || action.op == Op::kRun)) {
    brought_.add_unforeseen(i);
  }
  action.unknown_until = addresses_of(unknown_until);
  append(i, std::move(action));
}

void Simulator::append(std::size_t i, Action action) {
  action.needs = addresses_of(needs_.of(i));
  needs_.stand_on_itself(i);
  actions_.add(i, std::move(action));
}

void Simulator::acts(std::size_t i) {
  planned_[i].acts = true;
  if (is_in_turn(i)) return;
  if (planned_[i].op != Op::kDelete) brought_.add_exact(i);
  if (planned_[i].op == Op::kDelete) refusals_.takes_away(i);
}

// The earlier nodes that act and for whose failure this one is there.
std::vector<std::size_t> Simulator::rescued_by(std::size_t i) {
  std::vector<std::size_t> rescued = earlier_of(i, graph_.nodes[i].rescues);
  std::erase_if(rescued, [this](std::size_t earlier) { return !planned_[earlier].acts; });
  return rescued;
}

// Nothing can fail that it is there for.
bool Simulator::is_idle_rescue(std::size_t i) {
  return is_rescue(i) && rescued_by(i).empty();
}

// It is decided in its turn, and lends nothing to those behind it: mostly it is not done.
void Simulator::visit_rescue(std::size_t i) {
  const Desired& desired = graph_.nodes[i].desired;
  if (!observation_.states[i].has_value()) {
    refusals_.by_host(i, observation_.states[i].error().diagnostic());
    return;
  }
  const Observed& observed = observed_of(i);
  Action action = drafts_.conditional(i, desired);
  NodeList unknown_until;
  for (const std::size_t earlier : rescued_by(i)) unknown_until.add(earlier);
  action.rescues = addresses_of(unknown_until);
  if (!provider_of(i)->diff(desired, observed).empty()) resolve_missing(i, observed, action, unknown_until);
  action.unknown_until = addresses_of(unknown_until);
  if (const std::optional<std::size_t> need = needs_.held(i)) {
    hold_back(i, action.op, {}, address_of(*need));
    return;
  }
  planned_[i] = {true, action.op, true};
  brought_.add_unforeseen(i);
  std::vector<std::string> rescues = action.rescues;
  append(i, std::move(action));
  if (graph_.nodes[i].probes.empty()) return;
  Action probe = drafts_.probe(i, desired, false);
  probe.triggered_by = {address_of(i)};
  probe.rescues = std::move(rescues);
  append(i, std::move(probe));
}

// By its own action, behind all that sets it off. But what a change that waits to be confirmed sets off is done again
// once that is undone.
bool Simulator::runs_anyway(std::size_t i, const NodeList& by, Op op) const {
  const bool waits =
      std::any_of(by.begin(), by.end(), [this](std::size_t one) { return graph_.nodes[one].confirm_within > 0; });
  return op == Op::kRun && planned_[i].acts && planned_[i].op == Op::kRun && !planned_[i].unknown && !waits;
}

void Simulator::add_triggered(std::size_t i, const Desired& desired, const Observed& observed) {
  if (triggers_[i].empty() && observation_.owed.empty()) return;
  NodeList by;
  Op op = set_off(i, by);
  std::vector<std::string> addresses = addresses_of(by);
  const auto owed = observation_.owed.find(address_of(i));
  const bool pending = owed != observation_.owed.end() && owed->second.op != Op::kNone;
  if (pending) {
    if (op != Op::kRestart) op = owed->second.op;
    add_because(owed->second.because, by, addresses);
  }
  if (op == Op::kNone) return;
  // Where its own action fails, it stays owed.
  if (runs_anyway(i, by, op)) return actions_.owe(by, {address_of(i), op});
  Change change = provider_of(i)->triggered(desired, observed, op);
  std::vector<std::string> unknown_until;
  if (change.empty()) {
    // Nothing to restart now. What an earlier action brings may be running by then, with the old configuration.
    if (!planned_[i].unknown) return;
    change.op = op;
    change.fidelity = Fidelity::kBounded;
    change.note = "if it is running by then and was not just started";
    unknown_until = actions_.back().unknown_until;
  }
  Action action = drafts_.triggered(i, desired, change);
  if (kind_of(i).runs && !planned_[i].acts) {
    // Nothing was asked of it so far.
    if (observed.obstacle && !obstacle_may_go(i, observed))
      refusals_.by_host(i, *observed.obstacle, earlier_of(i, observed.shaped_by), observed.undone_by);
    NodeList waits;
    resolve_missing(i, observed, action, waits, by);
  }
  action.unknown_until = std::move(unknown_until);
  action.triggered_by = std::move(addresses);
  action.pending = pending;
  if (action.confirm_within > 0) actions_.confirm(by, action.confirm_within);
  if (planned_[i].op == Op::kNone) planned_[i].op = action.op;
  acts(i);
  append(i, std::move(action));
}

// What an earlier run says set it off; the configuration may know it no more.
void Simulator::add_because(const std::vector<std::string>& because, NodeList& by,
                            std::vector<std::string>& addresses) {
  std::set<std::string> told(addresses.begin(), addresses.end());
  for (const std::string& address : because) {
    if (!told.insert(address).second) continue;
    addresses.push_back(address);
    if (const std::optional<std::size_t> node = index_.at(address)) by.add(*node);
  }
}

// Asked after the node's own actions; whoever comes after the node comes after them.
void Simulator::add_probes(std::size_t i, const Desired& desired) {
  if (graph_.nodes[i].probes.empty()) return;
  const auto owed = observation_.owed.find(address_of(i));
  const bool pending = owed != observation_.owed.end() && !owed->second.unverified.empty();
  if (!planned_[i].acts && !pending) return;
  Action action = drafts_.probe(i, desired, actions_.restarts(i));
  action.triggered_by = {address_of(i)};
  action.pending = pending;
  append(i, std::move(action));
}

std::optional<Desired> without_ignored(const ir::Node& node, const Observed& observed) {
  if (!observed.exists || node.ignore.empty()) return std::nullopt;
  Desired desired = node.desired;
  for (const std::string& attribute : node.ignore) desired.attributes.erase(attribute);
  return desired;
}

}  // namespace plumb::simulate
