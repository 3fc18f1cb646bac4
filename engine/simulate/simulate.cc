#include "engine/simulate/simulate.h"

#include <algorithm>
#include <set>

#include "engine/base/checked.h"
#include "engine/base/digest.h"
#include "engine/base/glob.h"
#include "engine/plan/verify.h"
#include "engine/simulate/brought.h"
#include "engine/simulate/reasons.h"

namespace plumb::simulate {
namespace {

using plan::Action;
using plan::Actions;
using plan::HeldBack;
using plan::Lock;
using plan::Scope;

bool can_be_undone(const std::vector<Operation>& operations) {
  return std::all_of(operations.begin(), operations.end(), host_can_undo);
}

// Bytes that are not UTF-8 were not told, so nothing can put them back.
bool is_told_whole(const Json& before) {
  return canonical(before).find("\ufffd") == std::string::npos;
}

void add_unique(std::vector<std::string>& list, const std::string& text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

class Simulator {
 public:
  Simulator(const ir::HostGraph& graph, const Registry& kinds, const Observation& observation,
            const std::string& host_name, Diagnostics& diagnostics, const Scope& scope)
      : graph_(graph),
        all_kinds_(kinds),
        observation_(observation),
        host_name_(host_name),
        diagnostics_(diagnostics),
        scope_(scope),
        kinds_of_(graph.nodes.size()),
        planned_(graph.nodes.size()),
        needs_(graph.nodes.size()),
        after_(graph.nodes.size()),
        triggers_(graph.nodes.size()),
        brought_(graph, observation, kinds.managers(), kinds_of_, after_) {
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
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      inherit_needs(i);
      if (!takes(i)) {
        leave_out(i);
      } else if (const Lock* lock = lock_on(i)) {
        leave_locked(i, *lock);
      } else {
        visit(i);
      }
    }
    Simulation result;
    result.host.ir = graph_.digest;
    result.host.record = observation_.serial;
    result.host.unchanged = unchanged_;
    result.host.left_out = left_out_;
    result.host.orphans = orphans();
    result.host.locks = observation_.locks;
    result.host.held_back = std::move(held_back_);
    result.host.actions = plan::ActionList(std::move(actions_));
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
  const Observed& observed_of(std::size_t i) const { return *observation_.states[i]; }

  void problem(Diagnostic diagnostic) {
    diagnostic.host = host_name_;
    diagnostics_.add(std::move(diagnostic));
  }

  bool takes(std::size_t i) const { return scope_.takes(graph_.nodes[i].tags); }

  const Lock* lock_on(std::size_t i) const {
    if (observation_.locks.empty()) return nullptr;
    const std::string address = address_of(i);
    const auto found = std::find_if(observation_.locks.begin(), observation_.locks.end(),
                                    [&](const Lock& lock) { return address_matches(lock.items, address); });
    return found == observation_.locks.end() ? nullptr : &*found;
  }

  void leave_out(std::size_t i) {
    ++left_out_;
    owe_later(i);
  }

  // Whatever it is like: somebody may be working on it.
  void leave_locked(std::size_t i, const Lock& lock) {
    Op op = Op::kNone;
    if (observation_.states[i].has_value()) {
      const std::optional<Desired> reduced = without_ignored(graph_.nodes[i], observed_of(i));
      op = provider_of(i)->diff(reduced ? *reduced : graph_.nodes[i].desired, observed_of(i)).op;
    }
    const Op owed = owe_later(i);
    if (op == Op::kNone) op = owed;
    if (op == Op::kNone && observation_.states[i].has_value()) {
      ++unchanged_;
    } else {
      hold_back(i, op, lock.items, {});
    }
  }

  // What needs it is held back too, as after an action that was skipped.
  void hold_back(std::size_t i, Op op, const std::string& lock, const std::string& needs) {
    held_back_.push_back({address_of(i), op, lock, needs});
    needs_[i] = {address_of(i)};
    brought_.add_held_back(i);
    if (op != Op::kDelete) brought_.add_exact(i);
  }

  // The first of these addresses that is held back; null where none is.
  const std::string* held_among(const std::vector<std::string>& addresses) const {
    for (const std::string& address : addresses) {
      for (const HeldBack& held : held_back_) {
        if (held.address == address) return &address;
      }
    }
    return nullptr;
  }

  // What earlier actions would set off here is owed to a later run: it must not be lost. What that is, with what is
  // owed already.
  Op owe_later(std::size_t i) {
    std::vector<std::string> by;
    const Op op = set_off(i, by);
    const auto owed = observation_.owed.find(address_of(i));
    const Op before = owed == observation_.owed.end() ? Op::kNone : owed->second.op;
    if (op == Op::kNone) return before;
    const Desired& desired = graph_.nodes[i].desired;
    const bool idle = observation_.states[i].has_value() && brought_.makers_of(i).empty() &&
                      provider_of(i)->triggered(desired, observed_of(i), op).empty();
    if (idle) return before;
    for (Action& action : actions_) {
      const bool among = std::find(by.begin(), by.end(), action.desired.address.str()) != by.end();
      if (among && action.op != Op::kVerify) action.owes.push_back({address_of(i), op});
    }
    return op;
  }

  // What the actions that this node watches set off, and their addresses.
  Op set_off(std::size_t i, std::vector<std::string>& by) const {
    Op op = Op::kNone;
    for (const ir::Edge* edge : triggers_[i]) {
      if (!planned_[edge->to].acts) continue;
      add_unique(by, address_of(edge->to));
      if (op != Op::kRestart) op = edge->op;  // a restart includes a reload
    }
    return op;
  }

  void visit(std::size_t i) {
    const ir::Node& node = graph_.nodes[i];
    if (!observation_.states[i].has_value()) {
      Diagnostic found = observation_.states[i].error().diagnostic();
      if (!found.span) found.span = node.span;
      problem(std::move(found));
      return;
    }
    const Observed& observed = observed_of(i);
    const std::optional<Desired> reduced = without_ignored(node, observed);
    const Desired& desired = reduced ? *reduced : node.desired;
    const Change change = provider_of(i)->diff(desired, observed);
    const std::size_t planned = actions_.size() + held_back_.size();
    // Also one that holds is taken back by those behind it; but where the difference is ignored nothing is asked for.
    if ((!change.empty() || !reduced) && is_undone(i, observed)) return;
    if (!change.empty()) {
      if (!may_change(i, change, observed)) return;
      Action action = make_action(i, desired, change);
      resolve_missing(i, observed, action);
      bound_by_earlier(i, action);
      push(i, std::move(action));
      if (planned_[i].acts && observed.content_text)
        texts_.emplace(digest(*observed.content_text), *observed.content_text);
    } else if (std::vector<std::string> makers = brought_.makers_of(i); !makers.empty()) {
      push(i, conditional_action(i, desired, std::move(makers)));
    }
    if (const std::string* need = held_among(needs_[i])) {
      wait_for(i, *need);
    } else {
      add_triggered(i, desired, observed);
      add_probes(i, desired);
    }
    // What is only set off, asked or held back is counted as that.
    if (actions_.size() + held_back_.size() == planned) ++unchanged_;
    if (planned_[i].acts && kind_of(i).runs) check_needs_are_left(i);
  }

  // What would be set off here waits for what is held back, as the resource does.
  void wait_for(std::size_t i, const std::string& need) {
    const Op op = owe_later(i);
    if (op != Op::kNone && need != address_of(i)) hold_back(i, op, {}, std::string(need));
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
      for (const std::string& need : needs_[edge->to]) add_unique(needs_[i], need);
    }
  }

  // What runs when its turn comes finds no more what an earlier action took away.
  void check_needs_are_left(std::size_t i) {
    for (const Address& need : provider_of(i)->infers(graph_.nodes[i].desired)) {
      const auto gone = removed_.find(thing(need));
      if (gone == removed_.end()) continue;
      problem(Diagnostic(Code::kNothingProvides, "`" + address_of(i) + "` needs " + need.str() + ", which `" +
                                                     address_of(gone->second) + "` takes away before it")
                  .at(graph_.nodes[i].span, "needs it")
                  .with_related(graph_.nodes[gone->second].span, "takes it away")
                  .with_hint("let it run first: name it in `after` there"));
      return;
    }
  }

  // Two resources that take back each other's change would do so for ever.
  bool is_undone(std::size_t i, const Observed& observed) {
    const auto by = std::find_if(graph_.nodes.begin(), graph_.nodes.end(), [&](const ir::Node& node) {
      return !observed.undone_by.empty() && node.desired.address.str() == observed.undone_by;
    });
    if (by == graph_.nodes.end()) return false;
    problem(Diagnostic(Code::kConflict, "`" + observed.undone_by + "` takes back what `" + address_of(i) + "` asks for")
                .at(by->span, "takes it back")
                .with_related(graph_.nodes[i].span, "asks for it")
                .with_hint("remove one of them, or narrow what it matches"));
    return true;
  }

  bool may_change(std::size_t i, const Change& change, const Observed& observed) {
    const ir::Node& node = graph_.nodes[i];
    // An earlier action that is decided only in the run may also take the obstacle away.
    if (observed.obstacle && brought_.makers_of(i).empty()) {
      Diagnostic obstacle = *observed.obstacle;
      if (!obstacle.span) obstacle.span = node.span;
      problem(std::move(obstacle));
      return false;
    }
    if (node.prevent_destroy && (change.op == Op::kDelete || change.op == Op::kReplace)) {
      problem(Diagnostic(Code::kRefusedByState, "`" + address_of(i) + "` would be " +
                                                    (change.op == Op::kDelete ? "deleted" : "replaced") +
                                                    ", and prevent_destroy forbids it")
                  .at(node.span)
                  .with_hint("remove prevent_destroy, or keep the resource"));
      return false;
    }
    if (node.confirm_within > 0 && !can_be_undone(change.operations)) {
      problem(Diagnostic(Code::kRefusedByState, "`" + address_of(i) +
                                                    "` would do what the host cannot undo by itself, "
                                                    "and confirm_within asks for that")
                  .at(node.span)
                  .with_hint("remove confirm_within here, or remove the contents of the folder in another way"));
      return false;
    }
    return true;
  }

  // Makes the change, for a reason that is not said yet.
  Action action_of(std::size_t i, const Desired& desired, const Change& change) {
    Action action;
    action.desired = desired;
    action.op = change.op;
    action.fidelity = change.fidelity;
    action.before = change.before;
    action.after = change.after;
    action.operations = change.operations;
    action.note = change.note;
    action.source = graph_.nodes[i].span.str();
    action.needs = needs_[i];
    return action;
  }

  Action make_action(std::size_t i, const Desired& desired, const Change& change) {
    const auto recorded = observation_.recorded.find(address_of(i));
    Action action = action_of(i, desired, change);
    action.because = reasons(change, recorded == observation_.recorded.end() ? nullptr : &recorded->second);
    action.undo = is_told_whole(change.before) && provider_of(i)->restore(desired, observed_of(i)).has_value();
    action.confirm_within = graph_.nodes[i].confirm_within;
    return action;
  }

  // Something may be there when this node's turn comes that is not there now.
  Action conditional_action(std::size_t i, const Desired& desired, std::vector<std::string> makers) {
    Action action;
    action.desired = desired;
    action.op = provider_of(i)->is_unwanted(desired) ? Op::kDelete : kind_of(i).runs ? Op::kRun : Op::kUpdate;
    action.fidelity = action.op == Op::kRun ? Fidelity::kOpaque : Fidelity::kBounded;
    if (action.op == Op::kUpdate) action.after = desired.attributes;
    action.source = graph_.nodes[i].span.str();
    action.needs = needs_[i];
    for (const std::string& maker : makers) add_unique(action.needs, maker);
    action.note = "decided after " + makers.front() + (makers.size() > 1 ? " and others" : "");
    action.unknown_until = std::move(makers);
    action.confirm_within = graph_.nodes[i].confirm_within;
    return action;
  }

  // From here on an action of this node stands in the plan.
  void acts(std::size_t i) {
    planned_[i].acts = true;
    if (planned_[i].op != Op::kDelete) brought_.add_exact(i);
    if (planned_[i].op == Op::kDelete) removed_.emplace(thing(graph_.nodes[i].desired.address), i);
  }

  void resolve_missing(std::size_t i, const Observed& observed, Action& action) {
    const ir::Node& node = graph_.nodes[i];
    for (const Missing& missing : observed.missing) {
      if (const std::optional<Brought::Source> source = brought_.source_of(i, missing.what)) {
        const std::string from = address_of(source->node);
        add_unique(action.needs, from);
        if (!source->exact) bound(action, missing.what.str() + " is expected from " + from, from);
        continue;
      }
      const auto is_it = [&](const ir::Node& other) { return thing(other.desired.address) == thing(missing.what); };
      const auto declared = std::find_if(graph_.nodes.begin(), graph_.nodes.end(), is_it);
      const auto at = static_cast<std::size_t>(declared - graph_.nodes.begin());
      const bool left_out = declared != graph_.nodes.end() && !takes(at);
      const bool later = declared != graph_.nodes.end() && at > i && !left_out;
      Diagnostic nothing(Code::kNothingProvides, "`" + address_of(i) + "` needs " + missing.what.str() +
                                                     ", which the host does not have and " +
                                                     (left_out ? "the tags of this plan leave out"
                                                      : later  ? "only a later action creates"
                                                               : "nothing in the plan creates"));
      nothing.span = node.span_of(missing.attribute);
      nothing.label = "asked for here";
      if (nothing.span != node.span) nothing.related.push_back({node.span, "by this resource"});
      nothing.hint = "declare `" + missing.what.kind + ": " + missing.what.identity +
                     "` before it, or name what brings it with `after`";
      if (left_out) nothing.hint = "choose the tags so that `" + declared->desired.address.str() + "` is planned too";
      if (all_kinds_.find(missing.what.kind) == nullptr)
        nothing.hint = "install what brings it first, or name that with `after`";
      if (std::string remedy = provider_of(i)->remedy(node.desired, missing); !remedy.empty() && !left_out)
        nothing.hint = std::move(remedy);
      problem(std::move(nothing));
    }
  }

  // A create whose thing a package may also bring is decided when its turn comes.
  void bound_by_earlier(std::size_t i, Action& action) {
    for (const std::string& maker : brought_.makers_of(i)) {
      add_unique(action.unknown_until, maker);
      add_unique(action.needs, maker);
      if (action.fidelity == Fidelity::kExact) {
        action.fidelity = Fidelity::kBounded;
        action.note = action.note.empty() ? "what is there after " + maker + " is not known yet" : action.note;
      }
    }
  }

  void bound(Action& action, const std::string& note, const std::string& maker) {
    if (action.fidelity == Fidelity::kExact) action.fidelity = Fidelity::kBounded;
    if (action.note.empty()) action.note = note;
    add_unique(action.unknown_until, maker);
  }

  void push(std::size_t i, Action action) {
    if (const std::string* need = held_among(action.needs)) return hold_back(i, action.op, {}, *need);
    planned_[i].op = action.op;
    planned_[i].unknown = !action.unknown_until.empty();
    acts(i);
    if (action.fidelity != Fidelity::kExact && (action.op == Op::kCreate || action.op == Op::kRun)) {
      brought_.add_unforeseen(i);
    }
    needs_[i] = {address_of(i)};
    actions_.push_back(std::move(action));
  }

  void add_triggered(std::size_t i, const Desired& desired, const Observed& observed) {
    if (triggers_[i].empty() && observation_.owed.empty()) return;
    std::vector<std::string> by;
    Op op = set_off(i, by);
    const auto owed = observation_.owed.find(address_of(i));
    const bool pending = owed != observation_.owed.end() && owed->second.op != Op::kNone;
    if (pending) {
      if (op != Op::kRestart) op = owed->second.op;
      for (const std::string& address : owed->second.because) add_unique(by, address);
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
    Action action = action_of(i, desired, change);
    action.unknown_until = std::move(unknown_until);
    action.triggered = true;
    action.triggered_by = std::move(by);
    action.pending = pending;
    guard(graph_.nodes[i].confirm_within, action);
    if (planned_[i].op == Op::kNone) planned_[i].op = action.op;
    acts(i);
    needs_[i] = {address_of(i)};
    actions_.push_back(std::move(action));
  }

  // A restart that is to be confirmed is taken back by taking back what set it off.
  void guard(int confirm_within, Action& restart) {
    restart.confirm_within = confirm_within;
    if (confirm_within == 0) return;
    for (Action& action : actions_) {
      const std::vector<std::string>& by = restart.triggered_by;
      if (action.triggered || std::find(by.begin(), by.end(), action.desired.address.str()) == by.end()) continue;
      if (action.operations.empty() || !can_be_undone(action.operations)) continue;
      action.confirm_within = std::max(action.confirm_within, confirm_within);
    }
  }

  // Asked after the node's own actions; whoever comes after the node comes after them.
  void add_probes(std::size_t i, const Desired& desired) {
    const ir::Node& node = graph_.nodes[i];
    if (node.probes.empty()) return;
    const auto owed = observation_.owed.find(address_of(i));
    const bool pending = owed != observation_.owed.end() && !owed->second.unverified.empty();
    if (!planned_[i].acts && !pending) return;
    Action action;
    action.desired = desired;
    action.op = Op::kVerify;
    action.operations.assign(node.probes.begin(), node.probes.end());
    action.source = node.span.str();
    action.triggered = true;
    action.triggered_by = {address_of(i)};
    action.pending = pending;
    action.needs = needs_[i];
    needs_[i] = {address_of(i)};
    actions_.push_back(std::move(action));
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
  const Registry& all_kinds_;
  const Observation& observation_;
  const std::string& host_name_;
  Diagnostics& diagnostics_;
  const Scope& scope_;
  std::vector<const Kind*> kinds_of_;                   // by node
  std::vector<Planned> planned_;                        // by node
  std::vector<std::vector<std::string>> needs_;         // by node: addresses of actions it stands on
  std::vector<std::vector<const ir::Edge*>> after_;     // by node: edges that only order
  std::vector<std::vector<const ir::Edge*>> triggers_;  // by node: edges that set it off
  Brought brought_;                                     // by the nodes so far
  std::map<Address, std::size_t> removed_;              // what the nodes so far take away
  std::vector<HeldBack> held_back_;
  Actions actions_;
  std::map<std::string, std::string> texts_;
  int unchanged_ = 0;
  int left_out_ = 0;
};

}  // namespace

std::optional<Simulation> simulate_host(const ir::HostGraph& graph, const Registry& kinds,
                                        const Observation& observation, const std::string& host_name,
                                        Diagnostics& diagnostics, const plan::Scope& scope) {
  Diagnostics found;
  if (observation.damaged_record) {
    found.add(Diagnostic(Code::kDamagedRecord, "the record on the host is damaged and will be rebuilt")
                  .as(Severity::kWarning)
                  .on(host_name));
  }
  Simulation result = Simulator(graph, kinds, observation, host_name, found, scope).run();
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
