#include "engine/simulate/simulate.h"

#include <algorithm>
#include <set>

#include "engine/base/checked.h"
#include "engine/base/digest.h"
#include "engine/base/glob.h"
#include "engine/plan/derivation.h"
#include "engine/plan/verify.h"
#include "engine/simulate/actions_so_far.h"
#include "engine/simulate/brought.h"
#include "engine/simulate/drafts.h"
#include "engine/simulate/moved_readings.h"
#include "engine/simulate/needs.h"
#include "engine/simulate/node_index.h"
#include "engine/simulate/node_list.h"
#include "engine/simulate/refusals.h"
#include "engine/simulate/scope.h"

namespace plumb::simulate {
namespace {

using plan::Action;
using plan::HeldBack;
using plan::Lock;
using plan::Scope;

class Simulator {
 public:
  Simulator(const ir::HostGraph& graph, const Registry& kinds, const Observation& observation,
            const std::string& host_name, Diagnostics& diagnostics, const Scope& scope, const TextOf& text_of)
      : graph_(graph),
        kinds_(kinds),
        observation_(observation),
        taken_(taken(graph, scope)),
        kinds_of_(graph.nodes.size()),
        planned_(graph.nodes.size()),
        needs_(graph.nodes.size()),
        after_(graph.nodes.size()),
        triggers_(graph.nodes.size()),
        brought_(graph, observation, kinds.managers(), kinds_of_, after_, text_of),
        index_(graph),
        refusals_(graph, kinds, kinds_of_, taken_, index_, host_name, diagnostics),
        drafts_(graph, kinds_of_, observation),
        moved_readings_(graph, kinds_of_),
        actions_(graph.nodes.size()) {
    for (const ir::Edge& edge : graph.edges) {
      (edge.kind == ir::EdgeKind::kTrigger ? triggers_ : after_)[edge.from].push_back(&edge);
    }
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      const std::string& kind = graph.nodes[i].desired.address.kind;
      const bool as_before = i > 0 && graph.nodes[i - 1].desired.address.kind == kind;
      kinds_of_[i] = as_before ? kinds_of_[i - 1] : kinds.find(kind);
    }
  }

  Simulation run() {
    refusals_.check_claims(observation_);
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      inherit_needs(i);
      if (!takes(i)) {
        leave_out(i);
      } else if (is_idle_rescue(i)) {
        ++unchanged_;
      } else if (const Lock* lock = lock_on(i)) {
        leave_locked(i, *lock);
      } else if (MovedReadings::Moved* moved = moved_readings_.of(i)) {
        leave_to_next(i, *moved);
      } else if (is_rescue(i)) {
        visit_rescue(i);
      } else {
        visit(i);
      }
      if (planned_[i].acts)
        moved_readings_.note(i, planned_[i].op, observation_.states[i] ? &*observation_.states[i] : nullptr);
    }
    Simulation result;
    result.host.ir = graph_.digest;
    result.host.record = observation_.serial;
    result.host.image_id = observation_.image;
    result.host.unchanged = unchanged_;
    result.host.left_out = left_out_;
    result.host.orphans = orphans();
    result.host.locks = observation_.locks;
    result.host.held_back = std::move(held_back_);
    result.host.passed_over = std::move(passed_over_);
    result.host.moving = moved_readings_.that_matter();
    result.host.actions = plan::ActionList(std::move(actions_).take());
    result.actions = result.host.actions.get();
    result.texts = std::move(texts_);
    return result;
  }

 private:
  // A node whose action stands in the plan.
  struct Planned {
    bool acts = false;
    Op op = Op::kNone;
    bool unknown = false;  // what it finds is known only when its turn comes
  };

  const Kind& kind_of(std::size_t i) const { return *kinds_of_[i]; }
  const Provider* provider_of(std::size_t i) const { return kinds_of_[i]->provider.get(); }
  std::string address_of(std::size_t i) const { return graph_.nodes[i].desired.address.str(); }
  std::vector<std::string> addresses_of(const NodeList& nodes) const {
    std::vector<std::string> addresses;
    addresses.reserve(nodes.size());
    for (const std::size_t node : nodes) addresses.push_back(address_of(node));
    return addresses;
  }
  std::vector<const Desired*> desired_of(const std::vector<std::size_t>& nodes) const {
    std::vector<const Desired*> desired;
    for (const std::size_t node : nodes) desired.push_back(&graph_.nodes[node].desired);
    return desired;
  }
  const Observed& observed_of(std::size_t i) const { return *observation_.states[i]; }

  bool takes(std::size_t i) const { return taken_[i]; }

  const Lock* lock_on(std::size_t i) const {
    if (observation_.locks.empty()) return nullptr;
    const std::string address = address_of(i);
    const auto found = std::find_if(observation_.locks.begin(), observation_.locks.end(),
                                    [&](const Lock& lock) { return address_matches(lock.items, address); });
    return found == observation_.locks.end() ? nullptr : &*found;
  }

  // Nothing is done that was decided by what a reading told before.
  void leave_to_next(std::size_t i, MovedReadings::Moved& moved) {
    Op op = due(i);
    const Op owed = owe_later(i);
    if (op == Op::kNone) op = owed;
    moved.is_waited_for = true;
    hold_back(i, op, {}, address_of(moved.by), moved.name);
  }

  void leave_out(std::size_t i) {
    ++left_out_;
    owe_later(i);
  }

  // What the resource as it is found asks for.
  Op due(std::size_t i) const {
    if (!observation_.states[i].has_value()) return Op::kNone;
    const std::optional<Desired> reduced = without_ignored(graph_.nodes[i], observed_of(i));
    return provider_of(i)->diff(reduced ? *reduced : graph_.nodes[i].desired, observed_of(i)).op;
  }

  // Whatever it is like: somebody may be working on it.
  void leave_locked(std::size_t i, const Lock& lock) {
    Op op = due(i);
    const Op owed = owe_later(i);
    if (op == Op::kNone) op = owed;
    if (op == Op::kNone && observation_.states[i].has_value()) {
      ++unchanged_;
    } else {
      hold_back(i, op, lock.items, {});
    }
  }

  // What needs it is held back too, as after an action that was skipped.
  void hold_back(std::size_t i, Op op, const std::string& lock, const std::string& needs,
                 const std::string& reading = {}) {
    held_back_.push_back({address_of(i), op, lock, needs, reading});
    needs_.hold_back(i);
    brought_.add_held_back(i);
    if (op != Op::kDelete) brought_.add_exact(i);
  }

  // What earlier actions would set off here is owed to a later run: it must not be lost. What that is, with what is
  // owed already.
  Op owe_later(std::size_t i) {
    NodeList by;
    const Op op = set_off(i, by);
    const auto owed = observation_.owed.find(address_of(i));
    const Op before = owed == observation_.owed.end() ? Op::kNone : owed->second.op;
    if (op == Op::kNone) return before;
    const Desired& desired = graph_.nodes[i].desired;
    const bool idle = observation_.states[i].has_value() && brought_.makers_of(i).empty() &&
                      provider_of(i)->triggered(desired, observed_of(i), op).empty();
    if (idle) return before;
    actions_.owe(by, {address_of(i), op});
    return op;
  }

  // What the actions that this node watches set off, and whose they are.
  Op set_off(std::size_t i, NodeList& by) const {
    Op op = Op::kNone;
    for (const ir::Edge* edge : triggers_[i]) {
      if (!planned_[edge->to].acts) continue;
      by.add(edge->to);
      if (op != Op::kRestart) op = edge->op;  // a restart includes a reload
    }
    return op;
  }

  bool is_rescue(std::size_t i) const { return !graph_.nodes[i].rescues.empty(); }

  // The earlier nodes that act and for whose failure this one is there.
  std::vector<std::size_t> rescued_by(std::size_t i) {
    std::vector<std::size_t> rescued = earlier_of(i, graph_.nodes[i].rescues);
    std::erase_if(rescued, [this](std::size_t earlier) { return !planned_[earlier].acts; });
    return rescued;
  }

  // Nothing can fail that it is there for.
  bool is_idle_rescue(std::size_t i) { return is_rescue(i) && rescued_by(i).empty(); }

  // It is decided in its turn, and lends nothing to those behind it: mostly it is not done.
  void visit_rescue(std::size_t i) {
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

  void visit(std::size_t i) {
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
    // Also one that holds is taken back by those behind it; but where the difference is ignored nothing is asked for.
    const bool obstructed = !change.empty() && observed.obstacle;
    if ((!change.empty() || !reduced) && !obstructed && refusals_.is_undone(i, observed)) return;
    if (!change.empty()) {
      if (!may_change(i, change, observed, makers)) return;
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
      if (std::string why = provider_of(i)->why_passed_over(desired, observed); !why.empty())
        passed_over_.push_back({address_of(i), std::move(why)});
    }
    if (planned_[i].acts && kind_of(i).runs) refusals_.check_needs_are_left(i);
  }

  void push_change(std::size_t i, const Desired& desired, const Observed& observed, const Change& change,
                   const std::vector<std::size_t>& makers) {
    Action action = drafts_.change(i, desired, change);
    NodeList unknown_until;
    resolve_missing(i, observed, action, unknown_until);
    bound_by_earlier(i, makers, action, unknown_until);
    const std::vector<std::size_t> awaited(unknown_until.begin(), unknown_until.end());
    if (plan::is_decided_later(desired, observed, desired_of(awaited), kinds_)) {
      push_conditional(i, desired, awaited);
      return;
    }
    push(i, std::move(action), unknown_until);
    if (planned_[i].acts && observed.content_text)
      texts_.emplace(digest(*observed.content_text), *observed.content_text);
  }

  // By a file that an earlier action writes.
  bool is_contradicted(std::size_t i, const Desired& desired, const Observed& observed) {
    for (const Brought::Changed& file : brought_.changed()) {
      if (!file.text) continue;
      std::optional<Diagnostic> why = provider_of(i)->contradicted_by(desired, observed, file.path, *file.text);
      if (!why) continue;
      refusals_.contradicted(i, file.node, std::move(*why));
      return true;
    }
    return false;
  }

  // What would be set off here waits for what is held back, as the resource does.
  void wait_for(std::size_t i, std::size_t need) {
    const Op op = owe_later(i);
    if (op != Op::kNone && need != i) hold_back(i, op, {}, address_of(need));
  }

  // Nothing where all that is asked for counts.
  static std::optional<Desired> without_ignored(const ir::Node& node, const Observed& observed) {
    if (!observed.exists || node.ignore.empty()) return std::nullopt;
    Desired desired = node.desired;
    for (const std::string& attribute : node.ignore) desired.attributes.erase(attribute);
    return desired;
  }

  // What an unchanged node waits for, whoever comes after it waits for too.
  void inherit_needs(std::size_t i) {
    for (const ir::Edge* edge : after_[i]) {
      if (!is_order_alone(*edge)) needs_.inherit(i, edge->to);
    }
  }

  // Whoever only comes after what may fail, or is there for the case that it does, does not stand on it.
  bool is_order_alone(const ir::Edge& edge) const {
    if (edge.kind == ir::EdgeKind::kInferred || !planned_[edge.to].acts) return false;
    if (graph_.nodes[edge.to].manner.may_fail) return true;
    const std::vector<std::string>& rescues = graph_.nodes[edge.from].rescues;
    return !rescues.empty() && std::find(rescues.begin(), rescues.end(), address_of(edge.to)) != rescues.end();
  }

  // Of what may fail only where an edge was inferred, or the host saw the node through it.
  bool stands_on(std::size_t i, std::size_t maker) {
    const bool may_fail = graph_.nodes[maker].manner.may_fail || is_rescue(maker);
    if (!may_fail) return true;
    const auto inferred = [&](const ir::Edge* edge) {
      return edge->to == maker && edge->kind == ir::EdgeKind::kInferred;
    };
    return std::any_of(after_[i].begin(), after_[i].end(), inferred);
  }

  // What the host foresaw of the node is there once these have acted.
  void stand_on_shapers(std::size_t i, const Observed& observed) {
    for (const std::size_t shaper : earlier_of(i, observed.shaped_by)) {
      if (planned_[shaper].acts || needs_.is_held_back(shaper)) needs_.add(i, shaper);
    }
  }

  // Earlier nodes after whose actions alone it is known what this one finds.
  std::vector<std::size_t> makers_of(std::size_t i, const Observed& observed) {
    NodeList makers;
    for (const std::size_t maker : brought_.makers_of(i)) makers.add(maker);
    for (const std::size_t earlier : earlier_of(i, observed.open_until)) {
      if (planned_[earlier].acts) makers.add(earlier);
    }
    // What a program answers may depend on all that it was asked to wait for.
    if (kind_of(i).runs && !provider_of(i)->is_foreseeable(graph_.nodes[i].desired)) {
      for (const ir::Edge* edge : after_[i]) {
        if (planned_[edge->to].acts && edge->kind != ir::EdgeKind::kInferred) makers.add(edge->to);
      }
    }
    return {makers.begin(), makers.end()};
  }

  // The nodes before this one that a host named.
  std::vector<std::size_t> earlier_of(std::size_t i, const std::vector<std::string>& addresses) {
    std::vector<std::size_t> earlier;
    for (const std::string& address : addresses) {
      const std::optional<std::size_t> node = index_.at(address);
      if (node && *node < i) earlier.push_back(*node);
    }
    return earlier;
  }

  bool may_change(std::size_t i, const Change& change, const Observed& observed,
                  const std::vector<std::size_t>& makers) {
    // An earlier action that is decided only in the run may also take the obstacle away.
    if (observed.obstacle && makers.empty()) {
      refusals_.by_host(i, *observed.obstacle, earlier_of(i, observed.shaped_by), observed.undone_by);
      return false;
    }
    return refusals_.allows(i, change, observed);
  }

  // From here on an action of this node stands in the plan.
  void acts(std::size_t i) {
    planned_[i].acts = true;
    if (planned_[i].op != Op::kDelete) brought_.add_exact(i);
    if (planned_[i].op == Op::kDelete) refusals_.takes_away(i);
  }

  // `set_off_by`: without which it would not be missed.
  void resolve_missing(std::size_t i, const Observed& observed, Action& action, NodeList& unknown_until,
                       const NodeList& set_off_by = {}) {
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

  // Earlier nodes through whose removals this one is seen. What a program makes is not seen through.
  std::vector<std::size_t> takers_of(std::size_t i, const Observed& observed) {
    std::vector<std::size_t> takers = earlier_of(i, observed.shaped_by);
    std::erase_if(takers, [this](std::size_t earlier) {
      return planned_[earlier].op != Op::kDelete && planned_[earlier].op != Op::kRun;
    });
    return takers;
  }

  // A create whose thing a package may also bring is decided when its turn comes.
  void bound_by_earlier(std::size_t i, const std::vector<std::size_t>& makers, Action& action,
                        NodeList& unknown_until) {
    for (const std::size_t maker : makers) {
      unknown_until.add(maker);
      if (stands_on(i, maker)) needs_.add(i, maker);
      if (action.fidelity == Fidelity::kExact) {
        bound(action, "what is there after " + address_of(maker) + " is not known yet");
      }
    }
  }

  static void bound(Action& action, const std::string& note) {
    if (action.fidelity == Fidelity::kExact) action.fidelity = Fidelity::kBounded;
    if (action.note.empty()) action.note = note;
  }

  void push(std::size_t i, Action action, const NodeList& unknown_until) {
    if (const std::optional<std::size_t> need = needs_.held(i)) return hold_back(i, action.op, {}, address_of(*need));
    planned_[i].op = action.op;
    planned_[i].unknown = !unknown_until.empty();
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

  // It is known what there is to do once the makers have acted.
  void push_conditional(std::size_t i, const Desired& desired, const std::vector<std::size_t>& makers) {
    NodeList unknown_until;
    for (const std::size_t maker : makers) {
      unknown_until.add(maker);
      if (stands_on(i, maker)) needs_.add(i, maker);
    }
    Action action = drafts_.conditional(i, desired);
    action.note = "decided after " + address_of(makers.front()) + (makers.size() > 1 ? " and others" : "");
    push(i, std::move(action), unknown_until);
  }

  void append(std::size_t i, Action action) {
    action.needs = addresses_of(needs_.of(i));
    needs_.stand_on_itself(i);
    actions_.add(i, std::move(action));
  }

  void add_triggered(std::size_t i, const Desired& desired, const Observed& observed) {
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
      if (observed.obstacle && makers_of(i, observed).empty())
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
  void add_because(const std::vector<std::string>& because, NodeList& by, std::vector<std::string>& addresses) {
    std::set<std::string> told(addresses.begin(), addresses.end());
    for (const std::string& address : because) {
      if (!told.insert(address).second) continue;
      addresses.push_back(address);
      if (const std::optional<std::size_t> node = index_.at(address)) by.add(*node);
    }
  }

  // Asked after the node's own actions; whoever comes after the node comes after them.
  void add_probes(std::size_t i, const Desired& desired) {
    if (graph_.nodes[i].probes.empty()) return;
    const auto owed = observation_.owed.find(address_of(i));
    const bool pending = owed != observation_.owed.end() && !owed->second.unverified.empty();
    if (!planned_[i].acts && !pending) return;
    Action action = drafts_.probe(i, desired, actions_.restarts(i));
    action.triggered_by = {address_of(i)};
    action.pending = pending;
    append(i, std::move(action));
  }

  std::vector<std::string> orphans() const {
    if (observation_.recorded.empty()) return {};
    std::set<std::string> declared;
    for (const ir::Node& node : graph_.nodes) declared.insert(node.desired.address.str());
    std::vector<std::string> result;
    for (const auto& [address, unused] : observation_.recorded) {
      if (!declared.contains(address)) result.push_back(address);
    }
    return result;
  }

  const ir::HostGraph& graph_;
  const Registry& kinds_;
  const Observation& observation_;
  const std::vector<bool> taken_;      // by node: whether the plan is asked for it
  std::vector<const Kind*> kinds_of_;  // by node
  std::vector<Planned> planned_;       // by node
  Needs needs_;
  std::vector<std::vector<const ir::Edge*>> after_;     // by node: edges that only order
  std::vector<std::vector<const ir::Edge*>> triggers_;  // by node: edges that set it off
  Brought brought_;                                     // by the nodes so far
  NodeIndex index_;
  Refusals refusals_;
  Drafts drafts_;
  MovedReadings moved_readings_;
  std::vector<HeldBack> held_back_;
  std::vector<plan::PassedOver> passed_over_;
  ActionsSoFar actions_;
  std::map<std::string, std::string> texts_;
  int unchanged_ = 0;
  int left_out_ = 0;
};

}  // namespace

std::optional<Simulation> simulate_host(const ir::HostGraph& graph, const Registry& kinds,
                                        const Observation& observation, const std::string& host_name,
                                        Diagnostics& diagnostics, const plan::Scope& scope, const TextOf& text_of) {
  Diagnostics found;
  if (observation.damaged_record) {
    found.add(Diagnostic(Code::kDamagedRecord, "the record on the host is damaged and will be rebuilt")
                  .as(Severity::kWarning)
                  .on(host_name));
  }
  Simulation result = Simulator(graph, kinds, observation, host_name, found, scope, text_of).run();
  if (const std::string broken =
          kChecked && !found.has_errors() ? plan::verify(result.host, *result.actions, kinds) : "";
      !broken.empty()) {
    found.add(Diagnostic(Code::kInternal, "a plan does not hold together: " + broken).on(host_name));
  }
  const bool failed = found.has_errors();
  diagnostics.extend(std::move(found));
  if (failed) return std::nullopt;
  return result;
}

}  // namespace plumb::simulate
